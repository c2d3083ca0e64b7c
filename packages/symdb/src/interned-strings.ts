import { assert } from "@basalt/model";
import { grownUint8, grownUint32 } from "./grow.ts";
import { hashBytes } from "./hash.ts";
import { HashSlots } from "./hash-slots.ts";

const noBytes = new DataView(new ArrayBuffer(0));

/** Byte strings, each once, one after the other in one array. They are compared and kept as bytes, never decoded. */
export class InternedStrings {
  count = 0;
  bytes: Uint8Array = new Uint8Array(4096);
  start: Uint32Array = new Uint32Array(64);
  length: Uint32Array = new Uint32Array(64);
  readonly #seed: number;
  readonly #slots = new HashSlots();
  #view = new DataView(this.bytes.buffer);
  #bytesUsed = 0;

  /** String 0 is the empty string from the beginning. */
  constructor(seed: number) {
    this.#seed = seed;
    this.intern(noBytes, 0, 0);
  }

  get byteLength(): number {
    return this.bytes.byteLength + this.start.byteLength + this.length.byteLength + this.#slots.byteLength;
  }

  /** Bytes by which memory may grow with some more bytes of strings. */
  growthFor(stringBytes: number): number {
    return this.#bytesUsed + stringBytes > this.bytes.length ? Math.max(this.bytes.length, stringBytes) : 0;
  }

  /** The number of the string at [start, start + length) of a view. */
  intern(view: DataView, start: number, length: number): number {
    const hash = hashBytes(view, start, length, this.#seed);
    const slots = this.#slots;
    const first = slots.slotOf(hash);
    let slot = first;
    for (let entry = slots.entryAt(slot); entry >= 0; entry = slots.entryAt(slot)) {
      if (slots.hashAt(slot) === hash && this.length[entry] === length && this.#equals(entry, view, start))
        return entry;
      slot = slots.next(slot, first);
    }
    slots.add(hash, slot);
    return this.#append(view, start, length);
  }

  #equals(entry: number, view: DataView, start: number): boolean {
    const length = this.length[entry] as number;
    const own = this.#view;
    const ownStart = this.start[entry] as number;
    if (length < 4) {
      for (let i = 0; i < length; i++) if (own.getUint8(ownStart + i) !== view.getUint8(start + i)) return false;
      return true;
    }
    const lastWord = length - 4;
    for (let i = 0; i < lastWord; i += 4) {
      if (own.getInt32(ownStart + i, true) !== view.getInt32(start + i, true)) return false;
    }
    return own.getInt32(ownStart + lastWord, true) === view.getInt32(start + lastWord, true);
  }

  #append(view: DataView, start: number, length: number): number {
    const at = this.#bytesUsed;
    assert(at + length < 2 ** 31, "the strings of one partition stay below 2 GiB");
    if (at + length > this.bytes.length) {
      this.bytes = grownUint8(this.bytes, at + length);
      this.#view = new DataView(this.bytes.buffer);
    }
    const entry = this.count++;
    this.start = grownUint32(this.start, this.count);
    this.length = grownUint32(this.length, this.count);
    this.start[entry] = at;
    this.length[entry] = length;
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset + start, length), at);
    this.#bytesUsed = at + length;
    return entry;
  }
}
