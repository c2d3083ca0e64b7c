import { assert, BasaltError } from "@basalt/model";

/** The largest value, sum or total. */
export const int64Max: bigint = 2n ** 63n - 1n;

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
  const sum = new ExactSum();
  for (let i = 0; i < count; i++) sum.add(lanes[2 * i] as number, lanes[2 * i + 1] as number);
  return sum.total();
}

/** 2^20: that many 32-bit lanes add up to less than 2^53, so their sum in a double is exact. */
const chunkLength = 1 << 20;

/** Adds 64-bit numbers, given as two unsigned lanes, exactly and without making a BigInt for each. */
export class ExactSum {
  #sum = 0n;
  #low = 0;
  #high = 0;
  #signs = 0;
  #chunkCount = 0;

  add(low: number, high: number): void {
    this.#low += low;
    this.#high += high;
    this.#signs |= high;
    if (++this.#chunkCount === chunkLength) this.#spill();
  }

  /** @throws BasaltError `value_overflow` if the sum passes int64 or a number was negative. */
  total(): bigint {
    this.#spill();
    return checkSum(this.#sum);
  }

  #spill(): void {
    if (this.#signs < 0) throw overflow();
    this.#sum += (BigInt(this.#high) << 32n) + BigInt(this.#low);
    this.#low = 0;
    this.#high = 0;
    this.#chunkCount = 0;
  }
}

/*
 * Copying, adding and comparing elements of BigInt64Arrays by their lanes says the same as doing it with BigInts, and is
 * as fast once V8's optimising compiler has the loop. Before that, BigInts cost an allocation each: the first
 * flame graph of 18,000 nodes after a start takes 16 ms of CPU with lanes and 22 with BigInts, the second 7 and 18.
 */

/** Sets number `to` of some lanes to number `i` of others. */
export function copyLanes(target: Uint32Array, to: number, lanes: Uint32Array, i: number): void {
  target[2 * to] = lanes[2 * i] as number;
  target[2 * to + 1] = lanes[2 * i + 1] as number;
}

/** Adds number `i` of some lanes to number `to` of others, modulo 2^64. */
export function addLanes(target: Uint32Array, to: number, lanes: Uint32Array, i: number): void {
  const low = (target[2 * to] as number) + (lanes[2 * i] as number);
  const carry = low > 0xffffffff ? 1 : 0;
  target[2 * to] = low;
  target[2 * to + 1] = (target[2 * to + 1] as number) + (lanes[2 * i + 1] as number) + carry;
}

/** Subtracts number `i` of some lanes from number `from` of others, modulo 2^64. */
export function subtractLanes(target: Uint32Array, from: number, lanes: Uint32Array, i: number): void {
  const low = (target[2 * from] as number) - (lanes[2 * i] as number);
  const borrow = low < 0 ? 1 : 0;
  target[2 * from] = low;
  target[2 * from + 1] = (target[2 * from + 1] as number) - (lanes[2 * i + 1] as number) - borrow;
}

/** Whether number `i` of some lanes is below number `k` of others; neither may be negative. */
export function isBelow(lanes: Uint32Array, i: number, others: Uint32Array, k: number): boolean {
  const high = lanes[2 * i + 1] as number;
  const otherHigh = others[2 * k + 1] as number;
  return high < otherHigh || (high === otherHigh && (lanes[2 * i] as number) < (others[2 * k] as number));
}

/** Writes the indexes of the first `count` values that are not zero, in order; gives how many. */
export function nonZeroIndexes(values: BigInt64Array, count: number, indexes: Uint32Array): number {
  const lanes = lanesOf(values);
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (((lanes[2 * i] as number) | (lanes[2 * i + 1] as number)) !== 0) indexes[found++] = i;
  }
  return found;
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
