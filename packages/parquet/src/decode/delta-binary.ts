import type { ByteCursor } from "../bytes/byte-cursor.ts";
import { unpackBits } from "./bit-unpacker.ts";

/** Largest block that is accepted: writers in use take 128 to 4096 values. */
const blockValuesMax = 65536;

/**
 * Walks the miniblocks of DELTA_BINARY_PACKED values.
 * Source: parquet-format, Encodings.md, "Delta Encoding".
 */
class MiniblockReader {
  readonly count: number;
  readonly first: bigint;
  /** Low 32 bits of the current miniblock's packed values, and what is above them if `width` > 32. */
  readonly low: Uint32Array;
  high: Uint32Array | undefined;
  width = 0;
  /** Halves of the least delta of the block. */
  readonly least: Int32Array = new Int32Array(2);
  readonly #cursor: ByteCursor;
  readonly #miniblocks: number;
  /** Where the widths of the block's miniblocks lie. */
  #widthsAt = 0;
  #next = 0;
  readonly #target: { readonly values: Uint32Array; readonly start: number; count: number };

  constructor(cursor: ByteCursor) {
    const block = cursor.varint();
    this.#miniblocks = cursor.varint();
    this.count = cursor.varint();
    this.first = cursor.zigzagBig();
    const values = block / this.#miniblocks;
    if (block > blockValuesMax || !Number.isInteger(values) || values % 8 !== 0 || values === 0) {
      throw cursor.fail(`delta blocks of ${block} values in ${this.#miniblocks} miniblocks`);
    }
    this.low = new Uint32Array(values);
    this.#target = { values: this.low, start: 0, count: 0 };
    this.#cursor = cursor;
    this.#next = this.#miniblocks;
  }

  /** Unpacks the next miniblock. */
  advance(wanted: number): void {
    const cursor = this.#cursor;
    if (this.#next === this.#miniblocks) {
      cursor.zigzagHalves(this.least);
      this.#widthsAt = cursor.skip(this.#miniblocks);
      this.#next = 0;
    }
    this.width = cursor.bytes[this.#widthsAt + this.#next++] as number;
    // a writer may leave out the padding of the last miniblock
    const packedLength = Math.min((this.low.length * this.width) / 8, cursor.remaining);
    if (this.width > 64) throw cursor.fail(`delta miniblock of ${this.width} bits`);
    this.#target.count = wanted;
    if (this.width <= 32) unpackBits(cursor, this.width, packedLength, this.#target);
    else this.#unpackWide(packedLength, wanted);
  }

  #unpackWide(packedLength: number, wanted: number): void {
    const { low, width } = this;
    if (wanted * width > packedLength * 8) throw this.#cursor.fail("delta miniblock ends early");
    const { bytes } = this.#cursor;
    const firstBit = this.#cursor.skip(packedLength) * 8;
    const high = (this.high ??= new Uint32Array(low.length));
    // 33 … 64 bits, of which the upper 1 … 32 stay
    const highMask = -1 >>> (64 - width);
    for (let i = 0, bit = firstBit; i < wanted; i++, bit += width) {
      low[i] = wordAt(bytes, bit);
      high[i] = wordAt(bytes, bit + 32) & highMask;
    }
  }
}

/** 32 bits from any bit position; bits past the end are whatever they are. */
function wordAt(bytes: Uint8Array, bit: number): number {
  const at = bit >>> 3;
  const shift = bit & 7;
  const word =
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24);
  return shift === 0 ? word : (word >>> shift) | ((bytes[at + 4] as number) << (32 - shift));
}

function open(cursor: ByteCursor, count: number): MiniblockReader {
  const reader = new MiniblockReader(cursor);
  if (reader.count !== count) throw cursor.fail(`${reader.count} delta values in place of ${count}`);
  return reader;
}

/** Decodes exactly `values.length` 32-bit integers; sums wrap. @throws BasaltError `block_corrupt`. */
export function readDelta32(cursor: ByteCursor, values: Int32Array): void {
  const reader = open(cursor, values.length);
  if (values.length === 0) return;
  let last = Number(BigInt.asIntN(32, reader.first));
  values[0] = last;
  for (let i = 1; i < values.length; ) {
    const end = Math.min(i + reader.low.length, values.length);
    reader.advance(end - i);
    if (reader.width > 32) throw cursor.fail(`delta of ${reader.width} bits for a 32-bit integer`);
    const { low } = reader;
    const least = reader.least[0] as number;
    for (let k = 0; i < end; i++, k++) {
      last = (last + least + (low[k] as number)) | 0;
      values[i] = last;
    }
  }
}

/**
 * Decodes exactly `values.length` integers that are known to lie within ±2^51, so that every intermediate fits a double.
 *
 * @throws BasaltError `block_corrupt`.
 */
export function readDeltaNumbers(cursor: ByteCursor, values: Float64Array): void {
  const reader = open(cursor, values.length);
  if (values.length === 0) return;
  let last = Number(reader.first);
  values[0] = last;
  for (let i = 1; i < values.length; ) {
    const end = Math.min(i + reader.low.length, values.length);
    reader.advance(end - i);
    const { low, high } = reader;
    const least = (reader.least[1] as number) * 2 ** 32 + ((reader.least[0] as number) >>> 0);
    if (reader.width > 32 && high !== undefined) {
      for (let k = 0; i < end; i++, k++) values[i] = last += least + (high[k] as number) * 2 ** 32 + (low[k] as number);
    } else {
      for (let k = 0; i < end; i++, k++) values[i] = last += least + (low[k] as number);
    }
  }
}

/**
 * Decodes exactly `values.length` 64-bit integers; sums wrap. Adds 32 bits at a time: BigInts would be five objects a value.
 *
 * @throws BasaltError `block_corrupt`.
 */
export function readDelta64(cursor: ByteCursor, values: BigInt64Array): void {
  const reader = open(cursor, values.length);
  if (values.length === 0) return;
  values[0] = reader.first;
  const lanes = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let i = 1; i < values.length; ) {
    const end = Math.min(i + reader.low.length, values.length);
    reader.advance(end - i);
    addDeltas(reader, lanes, i, end);
    i = end;
  }
}

/** Values [from, end), each the one before it plus the least delta of the block plus its own of the miniblock. */
function addDeltas({ low, high, width, least }: MiniblockReader, lanes: Uint32Array, from: number, end: number): void {
  const leastLow = (least[0] as number) >>> 0;
  const leastHigh = least[1] as number;
  const above = width > 32 ? high : undefined;
  let lastLow = lanes[2 * from - 2] as number;
  let lastHigh = lanes[2 * from - 1] as number;
  for (let i = from, k = 0; i < end; i++, k++) {
    const sum = lastLow + leastLow + (low[k] as number);
    lastLow = sum >>> 0;
    const carry = sum >= 2 ** 33 ? 2 : sum >= 2 ** 32 ? 1 : 0;
    lastHigh = (lastHigh + leastHigh + carry + (above === undefined ? 0 : (above[k] as number))) | 0;
    lanes[2 * i] = lastLow;
    lanes[2 * i + 1] = lastHigh;
  }
}

/** The count that DELTA_BINARY_PACKED values begin with, without moving the cursor. */
export function peekDeltaCount(cursor: ByteCursor): number {
  const { position } = cursor;
  const { count } = new MiniblockReader(cursor);
  cursor.position = position;
  return count;
}
