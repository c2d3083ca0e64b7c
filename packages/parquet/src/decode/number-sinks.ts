import type { ByteCursor } from "../bytes/byte-cursor.ts";
import { encoding } from "../format/constants.ts";
import { readDelta32, readDelta64, readDeltaNumbers } from "./delta-binary.ts";
import type { Allocate } from "./scratch.ts";
import { fixedBytes, GrowingBytes, type ValueSink, wrongEncoding, wrongIndex } from "./value-sink.ts";

// The sinks differ in little but their arrays' type. They are written out all the same: one loop over arrays of several
// types runs several times slower than one loop for each.

/** 32-bit integers, as they are. */
export class Int32Sink implements ValueSink {
  count = 0;
  #values: Int32Array;
  #entries: Int32Array = new Int32Array(0);
  readonly #memory: GrowingBytes;

  constructor(allocate: Allocate, expected: number) {
    this.#memory = new GrowingBytes(allocate, expected * 4);
    this.#values = new Int32Array(this.#memory.buffer);
  }

  get values(): Int32Array {
    return this.#values.subarray(0, this.count);
  }

  dictionary(cursor: ByteCursor, count: number): void {
    const bytes = cursor.take(count * 4).slice();
    this.#entries = new Int32Array(bytes.buffer);
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    const at = this.#extend(count);
    if (pageEncoding === encoding.deltaBinaryPacked) {
      readDelta32(cursor, this.#values.subarray(at, at + count));
      return;
    }
    const bytes = fixedBytes(pageEncoding, cursor, count, 4);
    if (bytes === undefined) throw wrongEncoding(cursor, pageEncoding);
    this.#values.set(new Int32Array(bytes.buffer, bytes.byteOffset, count), at);
  }

  gather(indexes: Uint32Array, cursor: ByteCursor): void {
    const at = this.#extend(indexes.length);
    const entries = this.#entries;
    const values = this.#values;
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as number;
      if (index >= entries.length) throw wrongIndex(cursor, index, entries.length);
      values[at + i] = entries[index] as number;
    }
  }

  #extend(count: number): number {
    const at = this.count;
    if (this.#memory.ensure(at * 4, count * 4)) this.#values = new Int32Array(this.#memory.buffer);
    this.count += count;
    return at;
  }
}

/** 64-bit integers that lie within ±2^53, as doubles. */
export class Int64NumberSink implements ValueSink {
  count = 0;
  #values: Float64Array;
  #entries: Float64Array = new Float64Array(0);
  readonly #memory: GrowingBytes;
  readonly #deltaFits: boolean;

  /** @param deltaFits whether all values lie within ±2^51. */
  constructor(allocate: Allocate, expected: number, deltaFits: boolean) {
    this.#memory = new GrowingBytes(allocate, expected * 8);
    this.#values = new Float64Array(this.#memory.buffer);
    this.#deltaFits = deltaFits;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.count);
  }

  dictionary(cursor: ByteCursor, count: number): void {
    this.#entries = new Float64Array(count);
    fromWords(cursor.take(count * 8).slice(), this.#entries);
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    const at = this.#extend(count);
    const values = this.#values.subarray(at, at + count);
    if (pageEncoding === encoding.deltaBinaryPacked) {
      if (this.#deltaFits) {
        readDeltaNumbers(cursor, values);
        return;
      }
      const exact = new BigInt64Array(count);
      readDelta64(cursor, exact);
      for (let i = 0; i < count; i++) values[i] = Number(exact[i]);
      return;
    }
    const bytes = fixedBytes(pageEncoding, cursor, count, 8);
    if (bytes === undefined) throw wrongEncoding(cursor, pageEncoding);
    fromWords(bytes, values);
  }

  gather(indexes: Uint32Array, cursor: ByteCursor): void {
    const at = this.#extend(indexes.length);
    const entries = this.#entries;
    const values = this.#values;
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as number;
      if (index >= entries.length) throw wrongIndex(cursor, index, entries.length);
      values[at + i] = entries[index] as number;
    }
  }

  #extend(count: number): number {
    const at = this.count;
    if (this.#memory.ensure(at * 8, count * 8)) this.#values = new Float64Array(this.#memory.buffer);
    this.count += count;
    return at;
  }
}

/** Signed 64-bit little-endian integers as doubles. */
function fromWords(bytes: Uint8Array, values: Float64Array): void {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, values.length * 2);
  for (let i = 0; i < values.length; i++) {
    values[i] = (words[2 * i + 1] as number) * 2 ** 32 + ((words[2 * i] as number) >>> 0);
  }
}

/** 64-bit integers, exact. */
export class Int64Sink implements ValueSink {
  count = 0;
  #values: BigInt64Array;
  #entries: BigInt64Array = new BigInt64Array(0);
  readonly #memory: GrowingBytes;

  constructor(allocate: Allocate, expected: number) {
    this.#memory = new GrowingBytes(allocate, expected * 8);
    this.#values = new BigInt64Array(this.#memory.buffer);
  }

  get values(): BigInt64Array {
    return this.#values.subarray(0, this.count);
  }

  dictionary(cursor: ByteCursor, count: number): void {
    this.#entries = new BigInt64Array(cursor.take(count * 8).slice().buffer);
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    const at = this.#extend(count);
    if (pageEncoding === encoding.deltaBinaryPacked) {
      readDelta64(cursor, this.#values.subarray(at, at + count));
      return;
    }
    const bytes = fixedBytes(pageEncoding, cursor, count, 8);
    if (bytes === undefined) throw wrongEncoding(cursor, pageEncoding);
    this.#values.set(new BigInt64Array(bytes.buffer, bytes.byteOffset, count), at);
  }

  gather(indexes: Uint32Array, cursor: ByteCursor): void {
    const at = this.#extend(indexes.length);
    const entryCount = this.#entries.length;
    // by halves: a BigInt would be an object for each value until the loop is compiled
    const entries = new Int32Array(this.#entries.buffer);
    const values = new Int32Array(this.#memory.buffer, at * 8, indexes.length * 2);
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as number;
      if (index >= entryCount) throw wrongIndex(cursor, index, entryCount);
      values[2 * i] = entries[2 * index] as number;
      values[2 * i + 1] = entries[2 * index + 1] as number;
    }
  }

  #extend(count: number): number {
    const at = this.count;
    if (this.#memory.ensure(at * 8, count * 8)) this.#values = new BigInt64Array(this.#memory.buffer);
    this.count += count;
    return at;
  }
}
