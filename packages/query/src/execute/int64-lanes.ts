import { lanesOf } from "@basalt/calltree";

/**
 * Reads a nanosecond time from the lanes of a column as whole milliseconds, rounded down, without a BigInt. With
 * n = high * 2^32 + low and 2^32 = 4294 * 10^6 + 967296, n / 10^6 = high * 4294 + (high * 967296 + low) / 10^6, and that
 * dividend stays below 2^52.
 */
export function millisAt(lanes: Uint32Array, index: number): number {
  const low = lanes[index * 2] as number;
  const high = (lanes[index * 2 + 1] as number) | 0;
  return high * 4294 + Math.floor((high * 967_296 + low) / 1_000_000);
}

/** Whole numbers from 0 to 2^53 as 64-bit integers; what is integers already is given back. Makes no BigInt. */
export function toInt64(values: Float64Array | BigInt64Array): BigInt64Array {
  return values instanceof BigInt64Array ? values : toInt64InPlace(values.slice());
}

/** The same in the memory of the values, which are gone then. */
export function toInt64InPlace(values: Float64Array): BigInt64Array {
  const integers = new BigInt64Array(values.buffer, values.byteOffset, values.length);
  const lanes = lanesOf(integers);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    // Zero has the same bits in both.
    if (value === 0) continue;
    lanes[i * 2] = value % 2 ** 32;
    lanes[i * 2 + 1] = value / 2 ** 32;
  }
  return integers;
}
