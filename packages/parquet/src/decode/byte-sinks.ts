import type { ByteCursor } from "../bytes/byte-cursor.ts";
import { encoding } from "../format/constants.ts";
import { readDeltaStrings } from "./byte-strings.ts";
import { HybridReader } from "./hybrid.ts";
import type { Allocate } from "./scratch.ts";
import { fixedBytes, GrowingBytes, type ValueSink, wrongEncoding, wrongIndex } from "./value-sink.ts";

/** Values of one fixed width (also doubles), end to end. */
export class FixedSink implements ValueSink {
  count = 0;
  readonly #width: number;
  readonly #memory: GrowingBytes;
  #entries: Uint8Array = new Uint8Array(0);

  constructor(allocate: Allocate, expected: number, width: number) {
    this.#width = width;
    this.#memory = new GrowingBytes(allocate, expected * width);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, 0, this.count * this.#width);
  }

  dictionary(cursor: ByteCursor, count: number): void {
    this.#entries = cursor.take(count * this.#width).slice();
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    if (pageEncoding === encoding.deltaByteArray) {
      this.#deltaPage(cursor, count);
      return;
    }
    const bytes = fixedBytes(pageEncoding, cursor, count, this.#width);
    if (bytes === undefined) throw wrongEncoding(cursor, pageEncoding);
    this.#append(bytes, count);
  }

  gather(indexes: Uint32Array, cursor: ByteCursor): void {
    const width = this.#width;
    const entryCount = this.#entries.length / width;
    const gathered = new Uint8Array(indexes.length * width);
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as number;
      if (index >= entryCount) throw wrongIndex(cursor, index, entryCount);
      gathered.set(this.#entries.subarray(index * width, (index + 1) * width), i * width);
    }
    this.#append(gathered, indexes.length);
  }

  #deltaPage(cursor: ByteCursor, count: number): void {
    const { bytes, starts } = readDeltaStrings(cursor, count);
    for (let i = 0; i < count; i++) {
      if ((starts[i + 1] as number) - (starts[i] as number) !== this.#width)
        throw cursor.fail("value of another width");
    }
    this.#append(bytes, count);
  }

  #append(bytes: Uint8Array, count: number): void {
    const used = this.count * this.#width;
    this.#memory.ensure(used, bytes.length);
    new Uint8Array(this.#memory.buffer).set(bytes, used);
    this.count += count;
  }
}

/** Booleans, one byte each: 0 or 1. */
export class BooleanSink implements ValueSink {
  count = 0;
  readonly #memory: GrowingBytes;

  constructor(allocate: Allocate, expected: number) {
    this.#memory = new GrowingBytes(allocate, expected);
  }

  get values(): Uint8Array {
    return new Uint8Array(this.#memory.buffer, 0, this.count);
  }

  dictionary(cursor: ByteCursor): void {
    throw cursor.fail("dictionary of booleans");
  }

  gather(_indexes: Uint32Array, cursor: ByteCursor): void {
    throw cursor.fail("dictionary of booleans");
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    if (pageEncoding === encoding.rle)
      cursor.take(4); // the length of what follows
    else if (pageEncoding !== encoding.plain) throw wrongEncoding(cursor, pageEncoding);
    if (pageEncoding === encoding.plain && count > cursor.remaining * 8) throw cursor.fail(`${count} booleans`);
    this.#memory.ensure(this.count, count);
    const values = new Uint8Array(this.#memory.buffer, this.count, count);
    if (pageEncoding === encoding.rle) {
      const decoded = new Uint32Array(count);
      new HybridReader(cursor, 1).fill(decoded);
      values.set(decoded);
    } else {
      const bits = cursor.take(Math.ceil(count / 8));
      for (let i = 0; i < count; i++) values[i] = ((bits[i >>> 3] as number) >>> (i & 7)) & 1;
    }
    this.count += count;
  }
}
