/** Lanes of 32 bits in a key. */
const lanes = 4;

/**
 * The keys of rows, 128 bits each, in one flat table: 16 bytes a slot, at most three of four taken, so 21 to 43 bytes a key.
 * Open addressing with linear probing; a key's bits are a cryptographic hash already, so its first lane is its place.
 */
export class KeySet {
  #slots: Uint32Array = new Uint32Array(16 * lanes);
  #count = 0;

  /** Keys held. */
  get size(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#slots.byteLength;
  }

  has(key: RowKey): boolean {
    return this.#isTaken(this.#find(key));
  }

  /** Adds a key; false if it was there. */
  add(key: RowKey): boolean {
    const slot = this.#find(key);
    if (this.#isTaken(slot)) return false;
    this.#write(slot, key);
    this.#count++;
    if (this.#count * 4 > (this.#slots.length / lanes) * 3) this.#grow();
    return true;
  }

  /** Removes a key, moving those behind it up, so that no gap breaks their chains. */
  delete(key: RowKey): void {
    const mask = this.#slots.length / lanes - 1;
    let gap = this.#find(key);
    if (!this.#isTaken(gap)) return;
    this.#count--;
    for (let slot = (gap + 1) & mask; this.#isTaken(slot); slot = (slot + 1) & mask) {
      const home = (this.#slots[slot * lanes] as number) & mask;
      const isReachableFromGap = ((slot - home) & mask) >= ((slot - gap) & mask);
      if (!isReachableFromGap) continue;
      this.#slots.copyWithin(gap * lanes, slot * lanes, (slot + 1) * lanes);
      gap = slot;
    }
    this.#slots.fill(0, gap * lanes, (gap + 1) * lanes);
  }

  /** The slot that holds the key, or the free one where it belongs. */
  #find({ a, b, c, d }: RowKey): number {
    const slots = this.#slots;
    const mask = slots.length / lanes - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = slot * lanes;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return slot;
      if (!this.#isTaken(slot)) return slot;
    }
  }

  /** A slot of zeros is free; `rowKey` makes no key of zeros. */
  #isTaken(slot: number): boolean {
    const at = slot * lanes;
    const slots = this.#slots;
    return slots[at] !== 0 || slots[at + 1] !== 0 || slots[at + 2] !== 0 || slots[at + 3] !== 0;
  }

  #write(slot: number, { a, b, c, d }: RowKey): void {
    const at = slot * lanes;
    this.#slots[at] = a;
    this.#slots[at + 1] = b;
    this.#slots[at + 2] = c;
    this.#slots[at + 3] = d;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += lanes) {
      const key = { a: old[at] ?? 0, b: old[at + 1] ?? 0, c: old[at + 2] ?? 0, d: old[at + 3] ?? 0 };
      if ((key.a | key.b | key.c | key.d) !== 0) this.#write(this.#find(key), key);
    }
  }
}

/** Four lanes of 32 bits: the profile id with the series' fingerprint folded into its first half. */
export interface RowKey {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** The key of the row of a series that came with a profile; `idOffset` is where its 16 bytes begin. */
export function rowKey(
  profileId: Uint8Array,
  idOffset: number,
  series: { readonly low: number; readonly high: number },
): RowKey {
  const a = (word(profileId, idOffset) ^ series.low) >>> 0;
  const b = (word(profileId, idOffset + 4) ^ series.high) >>> 0;
  const c = word(profileId, idOffset + 8);
  const d = word(profileId, idOffset + 12);
  return (a | b | c | d) === 0 ? { a: 1, b, c, d } : { a, b, c, d };
}

function word(bytes: Uint8Array, at: number): number {
  const [b0, b1, b2, b3] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0];
  return (b0 | (b1 << 8) | (b2 << 16) | (b3 << 24)) >>> 0;
}
