/** 2^21 places in a row, which leaves 32 bits for the stack in a double. */
const placeRange = 2 ** 21;

/**
 * Sorts the samples of a row by their new stack ids. A row names each stack once, so it is a walk over a bit map of the
 * stacks, four times as fast as sorting; rows that are few beside the stacks, or name a stack twice, are sorted.
 * Reuses its memory.
 */
export class PlaceSorter {
  /** New stack ids, ascending; valid until the next call. */
  stackId: Uint32Array = new Uint32Array(1024);
  /** Where each of them stood in the row. */
  place: Uint32Array = new Uint32Array(1024);
  #bits: Uint32Array = new Uint32Array(1024);
  /** Where a stack stands in the row at hand. */
  #placeOf: Uint32Array = new Uint32Array(32 * 1024);
  #keys: Float64Array = new Float64Array(1024);

  /** Sorts `count` samples from `start` on; new ids are below `stackCount`. */
  sort(
    stackId: Uint32Array,
    row: { readonly start: number; readonly count: number },
    remap: Uint32Array,
    stackCount: number,
  ): void {
    const { start, count } = row;
    if (count > this.place.length) {
      this.stackId = new Uint32Array(count * 2);
      this.place = new Uint32Array(count * 2);
      this.#keys = new Float64Array(count * 2);
    }
    const words = (stackCount + 31) >>> 5;
    if (words > this.#bits.length) {
      this.#bits = new Uint32Array(words * 2);
      this.#placeOf = new Uint32Array(words * 64);
    }
    if (words > count * 16 || !this.#walkBits(stackId.subarray(start, start + count), remap, words)) {
      this.#sortKeys(stackId.subarray(start, start + count), remap);
    }
  }

  /** False if a stack is named twice. */
  #walkBits(stackId: Uint32Array, remap: Uint32Array, words: number): boolean {
    const bits = this.#bits;
    const placeOf = this.#placeOf;
    let isTwice = false;
    for (let place = 0; place < stackId.length; place++) {
      const stack = remap[stackId[place] as number] as number;
      const word = stack >>> 5;
      const bit = 1 << (stack & 31);
      const before = bits[word] as number;
      if ((before & bit) !== 0) isTwice = true;
      bits[word] = before | bit;
      placeOf[stack] = place;
    }
    const { stackId: sorted, place } = this;
    let at = 0;
    for (let word = 0; word < words; word++) {
      let rest = bits[word] as number;
      if (rest === 0) continue;
      bits[word] = 0;
      while (rest !== 0) {
        const low = rest & -rest;
        const stack = (word << 5) | (31 - Math.clz32(low));
        sorted[at] = stack;
        place[at++] = placeOf[stack] as number;
        rest ^= low;
      }
    }
    return !isTwice;
  }

  #sortKeys(stackId: Uint32Array, remap: Uint32Array): void {
    const count = stackId.length;
    if (count > placeRange) throw new Error(`assertion failed: a row has ${count} samples`);
    const keys = this.#keys.subarray(0, count);
    for (let place = 0; place < count; place++)
      keys[place] = (remap[stackId[place] as number] as number) * placeRange + place;
    keys.sort();
    for (let i = 0; i < count; i++) {
      const key = keys[i] as number;
      const stack = Math.floor(key / placeRange);
      this.stackId[i] = stack;
      this.place[i] = key - stack * placeRange;
    }
  }
}
