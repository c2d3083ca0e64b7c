import type { ByteBuffer } from "../bytes/byte-buffer.ts";
import { packBits } from "./bit-pack.ts";

const blockValues = 128;
const miniblockValues = 32;
const miniblocks: number = blockValues / miniblockValues;

/** Integers whose differences a double holds exactly; all of them lie within 2^51 of each other. */
export type DeltaSource = Uint32Array | Int32Array | Float64Array;

const deltas = new Float64Array(blockValues);
const low = new Uint32Array(miniblockValues);
const high = new Uint32Array(miniblockValues);

/**
 * Appends values [start, end) in DELTA_BINARY_PACKED: blocks of 128 in 4 miniblocks of 32.
 * Source: parquet-format, Encodings.md, "Delta Encoding".
 *
 * @param first the first value as it shall be read; the differences come from `values`.
 */
export function writeDelta(
  out: ByteBuffer,
  values: DeltaSource,
  range: { start: number; end: number },
  first: bigint,
): void {
  const { start, end } = range;
  out.varint(blockValues);
  out.varint(miniblocks);
  out.varint(end - start);
  out.zigzagBig(first);
  for (let from = start + 1; from < end; from += blockValues) {
    const count = Math.min(blockValues, end - from);
    writeBlock(out, count, takeDeltas(values, from, count));
  }
}

/** Fills `deltas` and returns the least of them. */
function takeDeltas(values: DeltaSource, from: number, count: number): number {
  let least = Number.POSITIVE_INFINITY;
  let previous = values[from - 1] as number;
  for (let i = 0; i < count; i++) {
    const value = values[from + i] as number;
    const delta = value - previous;
    deltas[i] = delta;
    if (delta < least) least = delta;
    previous = value;
  }
  return least;
}

function writeBlock(out: ByteBuffer, count: number, least: number): void {
  out.zigzag(least);
  out.reserve(miniblocks);
  const widthsAt = out.length;
  out.length += miniblocks;
  for (let m = 0; m < miniblocks; m++) {
    const start = m * miniblockValues;
    const width = start < count ? splitDeltas(start, Math.min(start + miniblockValues, count), least) : 0;
    out.bytes[widthsAt + m] = width;
    if (width > 32) packTwoWords(out, width);
    else packBits(out, low, width);
  }
}

/** Puts deltas [start, end) less the least one into the words of a miniblock; returns the bits that the largest takes. */
function splitDeltas(start: number, end: number, least: number): number {
  let largest = 0;
  low.fill(0);
  for (let i = start; i < end; i++) {
    const rest = (deltas[i] as number) - least;
    if (rest > largest) largest = rest;
    low[i - start] = rest;
  }
  if (largest < 2 ** 32) return 32 - Math.clz32(largest);
  high.fill(0);
  for (let i = start; i < end; i++) high[i - start] = ((deltas[i] as number) - least) / 2 ** 32;
  return 64 - Math.clz32(largest / 2 ** 32);
}

/** Packs 33 … 52 bits a value: rare, and so byte by byte through a bit position. */
function packTwoWords(out: ByteBuffer, width: number): void {
  const byteCount = (miniblockValues * width) / 8;
  out.reserve(byteCount);
  const { bytes, length } = out;
  bytes.fill(0, length, length + byteCount);
  for (let i = 0; i < miniblockValues; i++) {
    for (let bit = 0; bit < width; bit++) {
      const word = (bit < 32 ? low[i] : high[i]) as number;
      if (((word >>> (bit & 31)) & 1) === 0) continue;
      const at = i * width + bit;
      const byteAt = length + (at >>> 3);
      bytes[byteAt] = (bytes[byteAt] as number) | (1 << (at & 7));
    }
  }
  out.length += byteCount;
}
