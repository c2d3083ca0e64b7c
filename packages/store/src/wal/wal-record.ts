import type { Checksum } from "@basalt/model";

/**
 * Layout of a log file, version 1 (docs/formats/wal.md). Little-endian; everything begins at a multiple of 8.
 *
 *     file header  0 u32 magic "BSWL"   4 u32 version   8 u64 sequence
 *     record       0 u32 magic "BSWR"   4 u32 payload length   8 u32 checksum of the payload   12 u32 zero   16 payload   padding
 */
export const walFileMagic = 0x4c575342;
export const walRecordMagic = 0x52575342;
export const walVersion = 1;
export const fileHeaderBytes = 16;
export const recordHeaderBytes = 16;

/** `00000007.wal`: names sort by sequence. */
export function walFileName(sequence: number): string {
  return `${String(sequence).padStart(8, "0")}.wal`;
}

/** The sequence in a file's name; undefined if it is none of ours. */
export function walSequence(name: string): number | undefined {
  const digits = /^(\d{8,})\.wal$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function encodeFileHeader(sequence: number): Uint8Array {
  const bytes = new Uint8Array(fileHeaderBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, walFileMagic, true);
  view.setUint32(4, walVersion, true);
  view.setBigUint64(8, BigInt(sequence), true);
  return bytes;
}

/** Bytes that a record with such a payload takes. */
export function recordBytes(payloadLength: number): number {
  return recordHeaderBytes + paddedLength(payloadLength);
}

/**
 * The buffers of some records: payloads themselves (not copied), and between them the padding of one and the header of the
 * next, all in one piece of memory: a buffer of its own for each would take longer than writing it.
 */
export function encodeRecords(payloads: readonly Uint8Array[], checksum: Checksum): Uint8Array[] {
  const frames = new Uint8Array(payloads.length * (recordHeaderBytes + 8));
  const view = new DataView(frames.buffer);
  const buffers: Uint8Array[] = [];
  let frameStart = 0;
  let at = 0;
  for (const payload of payloads) {
    view.setUint32(at, walRecordMagic, true);
    view.setUint32(at + 4, payload.length, true);
    view.setUint32(at + 8, checksum(payload), true);
    at += recordHeaderBytes;
    buffers.push(frames.subarray(frameStart, at), payload);
    frameStart = at;
    at += paddedLength(payload.length) - payload.length;
  }
  if (at > frameStart) buffers.push(frames.subarray(frameStart, at));
  return buffers;
}

/** A record's header as read; undefined if the bytes are none. */
export function parseRecordHeader(
  bytes: Uint8Array,
): { readonly length: number; readonly checksum: number } | undefined {
  if (bytes.length < recordHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== walRecordMagic || view.getUint32(12, true) !== 0) return undefined;
  return { length: view.getUint32(4, true), checksum: view.getUint32(8, true) };
}

function paddedLength(length: number): number {
  return Math.ceil(length / 8) * 8;
}
