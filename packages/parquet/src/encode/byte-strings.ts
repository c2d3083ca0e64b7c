import { assert } from "@basalt/model";
import { plainView } from "../bytes/plain-view.ts";
import type { ByteValues } from "../column-values.ts";

/** The byte strings of one chunk: value i is `bytes[start[i] .. start[i] + length[i])`. */
export interface ByteStrings {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly start: Uint32Array;
  readonly length: Uint32Array;
  readonly totalLength: number;
}

/** Resolves the index and the lengths of values [from, from + count). */
export function byteStrings(values: ByteValues, from: number, count: number): ByteStrings {
  const { bytes, starts, lengths, index } = values;
  const start = new Uint32Array(count);
  const length = new Uint32Array(count);
  let totalLength = 0;
  for (let i = 0; i < count; i++) {
    const entry = index === undefined ? from + i : (index[from + i] ?? -1);
    const begin = starts[entry] ?? -1;
    const size = lengths === undefined ? (starts[entry + 1] ?? -1) - begin : (lengths[entry] ?? -1);
    assert(begin >= 0 && size >= 0 && begin + size <= bytes.length, "byte strings lie inside their bytes");
    start[i] = begin;
    length[i] = size;
    totalLength += size;
  }
  return { count, bytes: plainView(bytes), start, length, totalLength };
}

/** Order of two byte strings: unsigned bytes, then length. */
export function compareStrings(strings: ByteStrings, a: number, b: number): number {
  const { bytes, start, length } = strings;
  const startA = start[a] as number;
  const startB = start[b] as number;
  const shared = Math.min(length[a] as number, length[b] as number);
  for (let i = 0; i < shared; i++) {
    const difference = (bytes[startA + i] as number) - (bytes[startB + i] as number);
    if (difference !== 0) return difference;
  }
  return (length[a] as number) - (length[b] as number);
}

/** Index of the least and of the greatest string; -1 if there is none. */
export function boundsOf(strings: ByteStrings): { min: number; max: number } {
  let min = strings.count === 0 ? -1 : 0;
  let max = min;
  for (let i = 1; i < strings.count; i++) {
    if (compareStrings(strings, i, min) < 0) min = i;
    else if (compareStrings(strings, i, max) > 0) max = i;
  }
  return { min, max };
}

/** Which strings are distinct and, per string, which of them it is. */
export interface DistinctStrings {
  /** Index of the first string that is equal, by entry, in order of first sight. */
  readonly firsts: Uint32Array;
  readonly indexes: Uint32Array;
}

/** Finds equal strings. @returns undefined when more than `limit` are distinct. */
export function distinctStrings(strings: ByteStrings, limit: number): DistinctStrings | undefined {
  const { count } = strings;
  // at most half full
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(16, Math.min(limit, count) * 2 + 2))));
  const mask = slots.length - 1;
  const firsts = new Uint32Array(Math.min(limit, count));
  const indexes = new Uint32Array(count);
  let found = 0;
  for (let i = 0; i < count; i++) {
    let slot = hashOf(strings, i) & mask;
    let entry = (slots[slot] as number) - 1;
    while (entry >= 0 && compareStrings(strings, i, firsts[entry] as number) !== 0) {
      slot = (slot + 1) & mask;
      entry = (slots[slot] as number) - 1;
    }
    if (entry < 0) {
      if (found === firsts.length) return undefined;
      entry = found++;
      firsts[entry] = i;
      slots[slot] = found;
    }
    indexes[i] = entry;
  }
  return { firsts: firsts.subarray(0, found), indexes };
}

/** FNV-1a. */
function hashOf(strings: ByteStrings, index: number): number {
  const begin = strings.start[index] as number;
  const end = begin + (strings.length[index] as number);
  let hash = 0x811c9dc5;
  for (let i = begin; i < end; i++) hash = Math.imul(hash ^ (strings.bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** PLAIN bytes of chosen strings: each behind its length in 4 bytes. */
export function plainStrings(strings: ByteStrings, chosen: Uint32Array): Uint8Array {
  let total = 0;
  for (const index of chosen) total += 4 + (strings.length[index] as number);
  const plain = new Uint8Array(total);
  const view = new DataView(plain.buffer);
  let at = 0;
  for (const index of chosen) {
    const begin = strings.start[index] as number;
    const length = strings.length[index] as number;
    view.setUint32(at, length, true);
    plain.set(strings.bytes.subarray(begin, begin + length), at + 4);
    at += 4 + length;
  }
  return plain;
}
