/** Lanes of 32 bits in a key. */
const lanes = 4;

/** Tables that a large set is divided into. */
const tableCount = 256;

/** 16 Ki keys: dividing them takes 2 ms, and 6.4 M divided ones are 25,000 a table, which grows in 2 ms. */
const undividedKeysMax = 16_384;

/**
 * The keys of rows, 128 bits each, in flat tables: 16 bytes a slot, 64 to 80 % taken, so 20 to 25 bytes a key. A large set
 * is 256 tables that grow at different times, so that no push waits for all keys to move, and the whole takes 22 bytes a
 * key at any size.
 */
export class KeySet {
  #tables: KeyTable[] = [new KeyTable(16)];
  #size = 0;
  #byteLength = 16 * lanes * Uint32Array.BYTES_PER_ELEMENT;

  /** Keys held. */
  get size(): number {
    return this.#size;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  has(key: RowKey): boolean {
    return this.#tableOf(key).has(key);
  }

  /** Adds a key; false if it was there. */
  add(key: RowKey): boolean {
    const table = this.#tableOf(key);
    const before = table.byteLength;
    if (!table.add(key)) return false;
    this.#byteLength += table.byteLength - before;
    this.#size++;
    if (this.#size > undividedKeysMax && this.#tables.length === 1) this.#divide(table);
    return true;
  }

  delete(key: RowKey): void {
    if (this.#tableOf(key).delete(key)) this.#size--;
  }

  /** The first lane is a key's place in its table, the second says which table. */
  #tableOf({ b }: RowKey): KeyTable {
    return this.#tables[b & (this.#tables.length - 1)] as KeyTable;
  }

  #divide(whole: KeyTable): void {
    const leastSlots = undividedKeysMax / tableCount / takenMax;
    this.#tables = Array.from(
      { length: tableCount },
      (_, i) => new KeyTable(Math.ceil(leastSlots * growth ** (i / tableCount))),
    );
    whole.giveEach((key) => this.#tableOf(key).add(key));
    this.#byteLength = this.#tables.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
}

/** Share of slots that are taken before a table grows: 13 slots are looked at to find that a key is new. */
const takenMax = 0.8;

/** What the slots of a table are multiplied by when it grows: a key moves four times in all. */
const growth = 1.25;

/** Open addressing with linear probing; a key's bits are a cryptographic hash already, so its first lane is its place. */
class KeyTable {
  #slots: Uint32Array;
  #capacity: number;
  #count = 0;

  constructor(capacity: number) {
    this.#slots = new Uint32Array(capacity * lanes);
    this.#capacity = capacity;
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
    if (this.#count > this.#capacity * takenMax) this.#grow();
    return true;
  }

  /** Removes a key, moving those behind it up, so that no gap breaks their chains; false if it was not there. */
  delete(key: RowKey): boolean {
    let gap = this.#find(key);
    if (!this.#isTaken(gap)) return false;
    this.#count--;
    for (let slot = this.#next(gap); this.#isTaken(slot); slot = this.#next(slot)) {
      const home = this.#home(this.#slots[slot * lanes] as number);
      const isReachableFromGap = this.#distance(home, slot) >= this.#distance(gap, slot);
      if (!isReachableFromGap) continue;
      this.#slots.copyWithin(gap * lanes, slot * lanes, (slot + 1) * lanes);
      gap = slot;
    }
    this.#slots.fill(0, gap * lanes, (gap + 1) * lanes);
    return true;
  }

  giveEach(take: (key: RowKey) => void): void {
    forEachKey(this.#slots, take);
  }

  /** The slot that holds the key, or the free one where it belongs. */
  #find({ a, b, c, d }: RowKey): number {
    const slots = this.#slots;
    for (let slot = this.#home(a); ; slot = this.#next(slot)) {
      const at = slot * lanes;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return slot;
      if (!this.#isTaken(slot)) return slot;
    }
  }

  /** A first lane's share of 2^32 is its share of the slots, whose number may so be any. */
  #home(a: number): number {
    return (a * this.#capacity * 2 ** -32) >>> 0;
  }

  #next(slot: number): number {
    return slot + 1 === this.#capacity ? 0 : slot + 1;
  }

  /** Steps from one slot onward to another. */
  #distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + this.#capacity;
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
    this.#capacity = Math.ceil(this.#capacity * growth);
    this.#slots = new Uint32Array(this.#capacity * lanes);
    forEachKey(old, (key) => this.#write(this.#find(key), key));
  }
}

function forEachKey(slots: Uint32Array, take: (key: RowKey) => void): void {
  for (let at = 0; at < slots.length; at += lanes) {
    const key = { a: slots[at] ?? 0, b: slots[at + 1] ?? 0, c: slots[at + 2] ?? 0, d: slots[at + 3] ?? 0 };
    if ((key.a | key.b | key.c | key.d) !== 0) take(key);
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
