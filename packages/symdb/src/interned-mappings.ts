import { grownBigUint64, grownUint8, grownUint32 } from "./grow.ts";
import { finishHash, mixWord } from "./hash.ts";
import { HashSlots } from "./hash-slots.ts";

/** One mapping; names are indexes of strings. */
export interface MappingRecord {
  readonly start: bigint;
  readonly limit: bigint;
  readonly offset: bigint;
  readonly filename: number;
  readonly buildId: number;
  readonly flags: number;
}

/** Mappings, each once; the columns of SymbolColumns. A profile has few. */
export class InternedMappings {
  count = 0;
  start: BigUint64Array = new BigUint64Array(4);
  limit: BigUint64Array = new BigUint64Array(4);
  offset: BigUint64Array = new BigUint64Array(4);
  filename: Uint32Array = new Uint32Array(4);
  buildId: Uint32Array = new Uint32Array(4);
  flags: Uint8Array = new Uint8Array(4);
  readonly #seed: number;
  readonly #slots = new HashSlots(8);

  constructor(seed: number) {
    this.#seed = seed;
  }

  get byteLength(): number {
    return 3 * this.start.byteLength + 2 * this.filename.byteLength + this.flags.byteLength + this.#slots.byteLength;
  }

  intern(mapping: MappingRecord): number {
    const { start, limit, offset, filename, buildId, flags } = mapping;
    let hash = mixWord(mixWord(mixWord(this.#seed, filename), buildId), flags);
    for (const value of [start, limit, offset]) {
      hash = mixWord(mixWord(hash, Number(value & 0xffffffffn)), Number(value >> 32n));
    }
    hash = finishHash(hash);
    const slots = this.#slots;
    const first = slots.slotOf(hash);
    let slot = first;
    for (let entry = slots.entryAt(slot); entry >= 0; entry = slots.entryAt(slot)) {
      if (slots.hashAt(slot) === hash && this.#equals(entry, mapping)) return entry;
      slot = slots.next(slot, first);
    }
    slots.add(hash, slot);
    return this.#append(mapping);
  }

  #equals(entry: number, mapping: MappingRecord): boolean {
    return (
      this.start[entry] === mapping.start &&
      this.limit[entry] === mapping.limit &&
      this.offset[entry] === mapping.offset &&
      this.filename[entry] === mapping.filename &&
      this.buildId[entry] === mapping.buildId &&
      this.flags[entry] === mapping.flags
    );
  }

  #append(mapping: MappingRecord): number {
    const entry = this.count++;
    this.start = grownBigUint64(this.start, this.count);
    this.limit = grownBigUint64(this.limit, this.count);
    this.offset = grownBigUint64(this.offset, this.count);
    this.filename = grownUint32(this.filename, this.count);
    this.buildId = grownUint32(this.buildId, this.count);
    this.flags = grownUint8(this.flags, this.count);
    this.start[entry] = mapping.start;
    this.limit[entry] = mapping.limit;
    this.offset[entry] = mapping.offset;
    this.filename[entry] = mapping.filename;
    this.buildId[entry] = mapping.buildId;
    this.flags[entry] = mapping.flags;
    return entry;
  }
}
