import { BasaltError } from "@basalt/model";
import type { RollingChecksum } from "../block/block-writer.ts";

/**
 * Layout of a log file, version 2 (docs/formats/wal.md). Little-endian; everything begins at a multiple of 8.
 *
 *     file header  0 u32 magic "BSWL"   4 u32 version   8 u64 sequence   16 u32 seed   20 u32 tag
 *     record       0 u32 magic "BSWR"   4 u32 payload length   8 u32 checksum of the payload, begun with the seed
 *                  12 u32 tag   16 payload   padding
 *
 * Version 1 has no seed and no tag: its header ends after the sequence, and both count as zero.
 */
const walFileMagic = 0x4c575342;
const walRecordMagic = 0x52575342;
const walVersion = 2;
const fileHeaderBytesV1 = 16;
export const fileHeaderBytes = 24;
export const recordHeaderBytes = 16;

/** What is random in each file, so that nobody can push a payload in which a replay would find records. A tag of 0 is none. */
export interface WalSalt {
  readonly seed: number;
  readonly tag: number;
}

/** A salt of 8 random bytes. */
export function walSalt(random: Uint8Array): WalSalt {
  const view = new DataView(random.buffer, random.byteOffset, 8);
  return { seed: view.getUint32(0, true), tag: view.getUint32(4, true) || 1 };
}

/** `00000007.wal`: names sort by sequence. */
export function walFileName(sequence: number): string {
  return `${String(sequence).padStart(8, "0")}.wal`;
}

/** The sequence in a file's name; undefined if it is none of ours. */
export function walSequence(name: string): number | undefined {
  const digits = /^(\d{8,})\.wal$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function encodeFileHeader(sequence: number, { seed, tag }: WalSalt): Uint8Array {
  const bytes = new Uint8Array(fileHeaderBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, walFileMagic, true);
  view.setUint32(4, walVersion, true);
  view.setBigUint64(8, BigInt(sequence), true);
  view.setUint32(16, seed, true);
  view.setUint32(20, tag, true);
  return bytes;
}

/**
 * A file's header as read: its length and the file's salt; undefined if the bytes are none.
 *
 * @throws BasaltError `data_folder_version`.
 */
export function parseFileHeader(bytes: Uint8Array): { readonly length: number; readonly salt: WalSalt } | undefined {
  if (bytes.length < fileHeaderBytesV1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== walFileMagic) return undefined;
  const version = view.getUint32(4, true);
  if (version > walVersion) {
    const message = `write-ahead log of version ${version}; this program reads ${walVersion}`;
    throw new BasaltError("data_folder_version", message);
  }
  if (version === 1) return { length: fileHeaderBytesV1, salt: { seed: 0, tag: 0 } };
  return bytes.length < fileHeaderBytes
    ? undefined
    : { length: fileHeaderBytes, salt: walSalt(bytes.subarray(16, 24)) };
}

/** Bytes that a record with such a payload takes. */
export function recordBytes(payloadLength: number): number {
  return recordHeaderBytes + paddedLength(payloadLength);
}

/**
 * The buffers of some records: payloads themselves (not copied), and between them the padding of one and the header of the
 * next, all in one piece of memory: a buffer of its own for each would take longer than writing it.
 */
export function encodeRecords(
  payloads: readonly Uint8Array[],
  checksum: RollingChecksum,
  { seed, tag }: WalSalt,
): Uint8Array[] {
  const frames = new Uint8Array(payloads.length * (recordHeaderBytes + 8));
  const view = new DataView(frames.buffer);
  const buffers: Uint8Array[] = [];
  let frameStart = 0;
  let at = 0;
  for (const payload of payloads) {
    view.setUint32(at, walRecordMagic, true);
    view.setUint32(at + 4, payload.length, true);
    view.setUint32(at + 8, checksum(payload, seed), true);
    view.setUint32(at + 12, tag, true);
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
  { tag }: WalSalt,
): { readonly length: number; readonly checksum: number } | undefined {
  if (bytes.length < recordHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== walRecordMagic || view.getUint32(12, true) !== tag) return undefined;
  return { length: view.getUint32(4, true), checksum: view.getUint32(8, true) };
}

function paddedLength(length: number): number {
  return Math.ceil(length / 8) * 8;
}
