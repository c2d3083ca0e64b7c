import { grownUint8, grownUint32 } from "./grow.ts";
import { finishHash, mixWord } from "./hash.ts";
import { HashSlots } from "./hash-slots.ts";

/** One location to be interned. It is reused: set the fields and `lineCount` lines before each call. */
export class LocationRecord {
  /** Index of a mapping plus 1; 0 = none. */
  mapping = 0;
  addressLow = 0;
  addressHigh = 0;
  isFolded = 0;
  lineCount = 0;
  /** For each line two words: index of a function plus 1 (0 = none), line number. */
  lines: Uint32Array = new Uint32Array(64);

  /** Makes room for lines. */
  reserve(lineCount: number): void {
    this.lines = grownUint32(this.lines, lineCount * 2);
  }
}

/** Locations with their lines, each once; the columns of SymbolColumns. */
export class InternedLocations {
  count = 0;
  mapping: Uint32Array = new Uint32Array(64);
  addressLow: Uint32Array = new Uint32Array(64);
  addressHigh: Uint32Array = new Uint32Array(64);
  isFolded: Uint8Array = new Uint8Array(64);
  /** One element more than locations. */
  lineStart: Uint32Array = new Uint32Array(65);
  lineCount = 0;
  lineFunction: Uint32Array = new Uint32Array(64);
  lineNumber: Uint32Array = new Uint32Array(64);
  readonly #seed: number;
  readonly #slots = new HashSlots();

  constructor(seed: number) {
    this.#seed = seed;
  }

  get byteLength(): number {
    const perLocation = 3 * this.mapping.byteLength + this.isFolded.byteLength + this.lineStart.byteLength;
    return perLocation + 2 * this.lineFunction.byteLength + this.#slots.byteLength;
  }

  intern(record: LocationRecord): number {
    const hash = this.#hashOf(record);
    const slots = this.#slots;
    const first = slots.slotOf(hash);
    let slot = first;
    for (let entry = slots.entryAt(slot); entry >= 0; entry = slots.entryAt(slot)) {
      if (slots.hashAt(slot) === hash && this.#equals(entry, record)) return entry;
      slot = slots.next(slot, first);
    }
    slots.add(hash, slot);
    return this.#append(record);
  }

  #hashOf(record: LocationRecord): number {
    let hash = mixWord(mixWord(this.#seed, record.mapping), record.addressLow);
    hash = mixWord(mixWord(hash, record.addressHigh), record.isFolded);
    const { lines } = record;
    const end = 2 * record.lineCount;
    for (let i = 0; i < end; i++) hash = mixWord(hash, lines[i] as number);
    return finishHash(hash);
  }

  #equals(entry: number, record: LocationRecord): boolean {
    const start = this.lineStart[entry] as number;
    const lineCount = (this.lineStart[entry + 1] as number) - start;
    const isHead =
      this.mapping[entry] === record.mapping &&
      this.addressLow[entry] === record.addressLow &&
      this.addressHigh[entry] === record.addressHigh &&
      this.isFolded[entry] === record.isFolded &&
      lineCount === record.lineCount;
    if (!isHead) return false;
    const { lines } = record;
    for (let i = 0; i < lineCount; i++) {
      if (this.lineFunction[start + i] !== lines[2 * i] || this.lineNumber[start + i] !== lines[2 * i + 1])
        return false;
    }
    return true;
  }

  #append(record: LocationRecord): number {
    const entry = this.count++;
    this.mapping = grownUint32(this.mapping, this.count);
    this.addressLow = grownUint32(this.addressLow, this.count);
    this.addressHigh = grownUint32(this.addressHigh, this.count);
    this.isFolded = grownUint8(this.isFolded, this.count);
    this.lineStart = grownUint32(this.lineStart, this.count + 1);
    this.lineFunction = grownUint32(this.lineFunction, this.lineCount + record.lineCount);
    this.lineNumber = grownUint32(this.lineNumber, this.lineCount + record.lineCount);
    this.mapping[entry] = record.mapping;
    this.addressLow[entry] = record.addressLow;
    this.addressHigh[entry] = record.addressHigh;
    this.isFolded[entry] = record.isFolded;
    for (let i = 0; i < record.lineCount; i++) {
      this.lineFunction[this.lineCount] = record.lines[2 * i] as number;
      this.lineNumber[this.lineCount++] = record.lines[2 * i + 1] as number;
    }
    this.lineStart[entry + 1] = this.lineCount;
    return entry;
  }
}
