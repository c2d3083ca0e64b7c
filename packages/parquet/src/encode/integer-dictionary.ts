import type { EncodeScratch } from "./encode-scratch.ts";
import type { Integers } from "./integers.ts";

/** 64 Ki entries: their table of 2 MiB still fits a cache; four times as many cost twice the time to save 5 % (ADR 0040). */
const entriesMax = 2 ** 16;

/** Distinct values of a chunk and, per value, which one it is. */
export interface Dictionary {
  /** PLAIN bytes of the entries. */
  readonly bytes: Uint8Array;
  readonly entryCount: number;
  readonly indexes: Uint32Array;
}

/**
 * Builds the dictionary of a chunk, entries in ascending order: near values then have near indexes, which compress.
 *
 * @returns undefined when values repeat too little for a dictionary to pay.
 */
export function integerDictionary(integers: Integers, scratch: EncodeScratch): Dictionary | undefined {
  const { count, bytesPerValue, offsets, words } = integers;
  if (offsets === undefined || count < 8) return undefined;
  const limit = Math.min(entriesMax, Math.ceil(count / 4));
  const table = new DistinctNumbers();
  const indexes = scratch.indexes(count);
  // when half of the first eighth is new, the rest will not repeat enough either
  const probeAt = Math.max(4096, count >>> 3);
  for (let i = 0; i < count; i++) {
    indexes[i] = table.intern(offsets[i] as number);
    if (table.count > limit || (i === probeAt && table.count > probeAt / 2)) return undefined;
  }
  const ranks = table.ranks();
  const entryCount = table.count;
  const wordsPerValue = bytesPerValue / 4;
  const entries = new Uint32Array(entryCount * wordsPerValue);
  for (let i = 0; i < count; i++) {
    const rank = ranks[indexes[i] as number] as number;
    indexes[i] = rank;
    entries[rank * wordsPerValue] = words[i * wordsPerValue] as number;
    if (wordsPerValue === 2) entries[rank * 2 + 1] = words[i * 2 + 1] as number;
  }
  return { bytes: new Uint8Array(entries.buffer), entryCount, indexes };
}

/** Numbers in order of first sight, found by open addressing. */
class DistinctNumbers {
  count = 0;
  #values = new Float64Array(1024);
  /** Per slot a number and its entry plus 1 (0 = free), side by side: one cache miss a look-up. Never more than half full. */
  #slots = new Float64Array(4096);

  intern(value: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let at = (hash(value) << 1) & mask;
    for (;;) {
      const entry = slots[at + 1] as number;
      if (entry === 0) break;
      if (slots[at] === value) return entry - 1;
      at = (at + 2) & mask;
    }
    if (this.count === this.#values.length) {
      this.#grow();
      return this.intern(value);
    }
    this.#values[this.count] = value;
    slots[at] = value;
    slots[at + 1] = ++this.count;
    return this.count - 1;
  }

  /** Place of each entry in ascending order. */
  ranks(): Uint32Array {
    const sorted = this.#values.slice(0, this.count).sort();
    const ranks = new Uint32Array(this.count);
    for (let rank = 0; rank < sorted.length; rank++) ranks[this.intern(sorted[rank] as number)] = rank;
    return ranks;
  }

  #grow(): void {
    const values = new Float64Array(this.#values.length * 2);
    values.set(this.#values);
    this.#values = values;
    this.#slots = new Float64Array(values.length * 4);
    const mask = this.#slots.length - 2;
    for (let entry = 0; entry < this.count; entry++) {
      const value = values[entry] as number;
      let at = (hash(value) << 1) & mask;
      while (this.#slots[at + 1] !== 0) at = (at + 2) & mask;
      this.#slots[at] = value;
      this.#slots[at + 1] = entry + 1;
    }
  }
}

/** Mixes both halves of an integer within ±2^53 with MurmurHash3's finaliser: sizes and durations share their low bits. */
function hash(value: number): number {
  let mixed = (value | 0) ^ Math.imul((value / 2 ** 32) | 0, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
