import type { Integers } from "./integers.ts";

/** 256 Ki entries: 2 MiB of int64, about what a second-level cache holds while indexes are gathered. */
const entriesMax = 2 ** 18;

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
export function integerDictionary(integers: Integers): Dictionary | undefined {
  const { count, bytesPerValue, offsets, words } = integers;
  if (offsets === undefined || count < 8) return undefined;
  const limit = Math.min(entriesMax, Math.ceil(count / 2));
  const table = new DistinctNumbers();
  const indexes = new Uint32Array(count);
  // halfway through a quarter of the values, mostly new ones foretell a useless dictionary
  const probeAt = Math.max(4096, count >>> 3);
  for (let i = 0; i < count; i++) {
    indexes[i] = table.intern(offsets[i] as number);
    if (table.count > limit || (i === probeAt && table.count > probeAt * 0.75)) return undefined;
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
  /** Entry plus 1; 0 = free. Never more than half full. */
  #slots = new Int32Array(2048);

  intern(value: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(value) & mask;
    for (;;) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0) break;
      if (this.#values[entry] === value) return entry;
      slot = (slot + 1) & mask;
    }
    if (this.count === this.#values.length) {
      this.#grow();
      return this.intern(value);
    }
    this.#values[this.count] = value;
    this.#slots[slot] = ++this.count;
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
    this.#slots = new Int32Array(values.length * 2);
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.count; entry++) {
      let slot = hash(values[entry] as number) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

/** Mixes both halves of an integer within ±2^53. Constants of MurmurHash3's finaliser. */
function hash(value: number): number {
  let mixed = Math.imul((value | 0) ^ Math.imul((value / 2 ** 32) | 0, 0x85ebca6b), 0xc2b2ae35);
  mixed ^= mixed >>> 15;
  return mixed;
}
