import type { DeltaSource } from "./delta-binary.ts";
import type { EncodeScratch } from "./encode-scratch.ts";
import type { Integers } from "./integers.ts";

/** 64 Ki entries: their table of 2 MiB still fits a cache; four times as many cost twice the time to save 5 % (ADR 0040). */
const entriesMax = 2 ** 16;

/** Distinct values of some pages and, per value, which one it is. */
export interface Dictionary {
  /** PLAIN bytes of the entries. */
  readonly bytes: Uint8Array;
  readonly entryCount: number;
  /** By value of the chunk; meaningless in pages that were not taken in. */
  readonly indexes: Uint32Array;
}

/** A page of more distinct values than one in 16 is better off without a dictionary (ADR 0040). */
function distinctMax(valueCount: number): number {
  return Math.max(16, valueCount >>> 4);
}

/** Builds the dictionary of a chunk from those of its pages whose values repeat. */
export class IntegerDictionaryBuilder {
  readonly #integers: Integers;
  readonly #offsets: DeltaSource;
  readonly #indexes: Uint32Array;
  readonly #taken: { start: number; end: number }[] = [];
  readonly #all = new DistinctNumbers();
  readonly #page = new DistinctNumbers();

  constructor(integers: Integers, offsets: DeltaSource, scratch: EncodeScratch) {
    this.#integers = integers;
    this.#offsets = offsets;
    this.#indexes = scratch.indexes(integers.count);
  }

  /** Takes in the page of values [start, end), unless too many of them are distinct. */
  add(start: number, end: number): boolean {
    const limit = Math.min(distinctMax(end - start), entriesMax - this.#all.count);
    const indexes = this.#indexes;
    const page = this.#page;
    page.clear();
    for (let i = start; i < end; i++) {
      indexes[i] = page.intern(this.#offsets[i] as number);
      if (page.count > limit) return false;
    }
    const entries = page.internInto(this.#all);
    for (let i = start; i < end; i++) indexes[i] = entries[indexes[i] as number] as number;
    this.#taken.push({ start, end });
    return true;
  }

  /** The dictionary, entries in ascending order: near values then have near indexes, which compress. */
  finish(): Dictionary {
    const { bytesPerValue, words } = this.#integers;
    const ranks = this.#all.ranks();
    const wordsPerValue = bytesPerValue / 4;
    const indexes = this.#indexes;
    const entries = new Uint32Array(ranks.length * wordsPerValue);
    for (const { start, end } of this.#taken) {
      for (let i = start; i < end; i++) {
        const rank = ranks[indexes[i] as number] as number;
        indexes[i] = rank;
        entries[rank * wordsPerValue] = words[i * wordsPerValue] as number;
        if (wordsPerValue === 2) entries[rank * 2 + 1] = words[i * 2 + 1] as number;
      }
    }
    return { bytes: new Uint8Array(entries.buffer), entryCount: ranks.length, indexes };
  }
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

  clear(): void {
    this.count = 0;
    this.#slots.fill(0);
  }

  /** Interns all of them elsewhere; returns their entries there. */
  internInto(other: DistinctNumbers): Uint32Array {
    const entries = new Uint32Array(this.count);
    for (let entry = 0; entry < this.count; entry++) entries[entry] = other.intern(this.#values[entry] as number);
    return entries;
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
