import { BasaltError } from "@basalt/model";

/**
 * 1,024: at most half the slots are taken, so the longest run of a million honest entries is about 100. A longer run is
 * made on purpose, and costs its maker 1,024² / 2 comparisons (under a millisecond) before it is refused.
 */
const probesMax = 1024;

/**
 * The slots of an open-addressed hash table of entries 0, 1, 2 …. Tables probe it themselves, so that comparing entries
 * stays in one loop: from `slotOf(hash)` on with `next(slot)`, until an entry equals or `entryAt` gives -1.
 */
export class HashSlots {
  /** For each slot two words, so that a probe touches one line of the processor's cache: entry + 1 (0 = free), hash. */
  #slots: Int32Array;
  /** A power of two, and at least twice the count. */
  #capacity: number;
  #count = 0;

  constructor(capacity = 128) {
    this.#capacity = capacity;
    this.#slots = new Int32Array(capacity * 2);
  }

  get byteLength(): number {
    return this.#slots.byteLength;
  }

  slotOf(hash: number): number {
    return hash & (this.#capacity - 1);
  }

  /** The slot after this one, of a search that began at `first`. @throws BasaltError `profile_malformed` if too far. */
  next(slot: number, first: number): number {
    const mask = this.#capacity - 1;
    if (((slot - first) & mask) > probesMax) throw collision();
    return (slot + 1) & mask;
  }

  entryAt(slot: number): number {
    return (this.#slots[2 * slot] as number) - 1;
  }

  hashAt(slot: number): number {
    return this.#slots[2 * slot + 1] as number;
  }

  /** Adds the next entry, at the free slot where the search for it ended. */
  add(hash: number, slot: number): void {
    this.#slots[2 * slot] = ++this.#count;
    this.#slots[2 * slot + 1] = hash;
    if (this.#count * 2 > this.#capacity) this.#grow();
  }

  #grow(): void {
    const from = this.#slots;
    this.#capacity *= 2;
    const mask = this.#capacity - 1;
    const to = new Int32Array(this.#capacity * 2);
    for (let i = 0; i < from.length; i += 2) {
      if (from[i] === 0) continue;
      let slot = (from[i + 1] as number) & mask;
      while (to[2 * slot] !== 0) slot = (slot + 1) & mask;
      to[2 * slot] = from[i] as number;
      to[2 * slot + 1] = from[i + 1] as number;
    }
    this.#slots = to;
  }
}

function collision(): BasaltError {
  return new BasaltError("profile_malformed", `more than ${probesMax} symbols or stacks of the profile share one hash`);
}
