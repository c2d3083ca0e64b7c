import type { ByteValues } from "./column-values.ts";

/**
 * The fetched leaves of (a range of rows of) one row group. Each method decodes its leaf when called, synchronously.
 * Arrays have exactly one place for each row, or for each list element; places without a value hold 0 or nothing.
 * Decoded with a scratch, they are valid until the scratch is used for the same leaf again.
 *
 * Every method throws BasaltError `block_corrupt` for damaged bytes and for a leaf whose type in the file is another,
 * and an assertion for a leaf that was not fetched.
 */
export interface RowGroup {
  readonly rowCount: number;
  /** Index of the first row inside the row group. */
  readonly rowStart: number;
  /** Starts of the elements of a list, struct list or map: rowCount + 1 numbers, the first is 0. Any fetched leaf of the column will do. */
  listStarts(column: string): Uint32Array;
  /** 1 where there is a value; undefined if every place has one. */
  present(leaf: string): Uint8Array | undefined;
  /** `boolean` leaves: 0 or 1. */
  booleans(leaf: string): Uint8Array;
  /** `int32` leaves. */
  int32s(leaf: string): Int32Array;
  /** `uint32` leaves (or `int32` ones, as they are). */
  uint32s(leaf: string): Uint32Array;
  /** Any integer leaf: a Float64Array when the statistics say that all values lie within ±2^53, else exact bigints. */
  numbers(leaf: string): Float64Array | BigInt64Array;
  /** Any 64-bit integer leaf, exact; a `uint64` from 2^63 on appears negative: take `new BigUint64Array(a.buffer, a.byteOffset, a.length)`. */
  bigints(leaf: string): BigInt64Array;
  /** `double` leaves. */
  doubles(leaf: string): Float64Array;
  /** `uuid` and other fixed-length leaves: the values end to end. */
  fixed(leaf: string): Uint8Array;
  /** `string` and `bytes` leaves; with an index if the chunk has a dictionary. */
  bytes(leaf: string): ByteValues;
  /** The same as text; each distinct value of a dictionary is decoded once. Missing values are "". */
  strings(leaf: string): string[];
}
