import { assert } from "@basalt/model";
import type { NumericArray } from "../column-values.ts";
import type { EncodeScratch } from "./encode-scratch.ts";

/** Farthest apart that two values may lie for their offsets to be exact in every step of delta encoding. */
const offsetRange = 2n ** 51n;

/** The integers of one chunk, in the form that every encoding starts from. */
export interface Integers {
  readonly count: number;
  readonly bytesPerValue: 4 | 8;
  /** PLAIN bytes as little-endian words: one a value, or low and high. */
  readonly words: Uint32Array;
  /** In the order of the type: signed or unsigned. Both 0 if there are no values. */
  readonly min: bigint;
  readonly max: bigint;
  /** Each value less some common number; undefined if they lie too far apart for delta encoding. */
  readonly offsets: Uint32Array | Int32Array | Float64Array | undefined;
}

/** First value of [index], as the signed integer that its physical type holds. */
export function signedAt(integers: Integers, index: number): bigint {
  const { words, bytesPerValue } = integers;
  if (bytesPerValue === 4) return BigInt((words[index] as number) | 0);
  return (BigInt((words[2 * index + 1] as number) | 0) << 32n) | BigInt(words[2 * index] as number);
}

/** Prepares 32-bit integers. */
export function integers32(source: NumericArray, count: number, unsigned: boolean): Integers {
  let typed: Uint32Array | Int32Array;
  if (source instanceof Uint32Array || source instanceof Int32Array) {
    typed = unsigned
      ? new Uint32Array(source.buffer, source.byteOffset, count)
      : new Int32Array(source.buffer, source.byteOffset, count);
  } else {
    assert(
      source instanceof Float64Array || source instanceof Uint8Array,
      "32-bit integers come from an array of numbers",
    );
    typed = unsigned ? Uint32Array.from(source.subarray(0, count)) : Int32Array.from(source.subarray(0, count));
  }
  let min = typed[0] ?? 0;
  let max = min;
  for (let i = 1; i < count; i++) {
    const value = typed[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return {
    count,
    bytesPerValue: 4,
    words: new Uint32Array(typed.buffer, typed.byteOffset, count),
    min: BigInt(min),
    max: BigInt(max),
    // a difference of 2^31 or more would take a 33rd bit
    offsets: max - min < 2 ** 31 ? typed : undefined,
  };
}

/** What 64-bit integers are prepared with. */
export interface Int64Options {
  readonly count: number;
  readonly unsigned: boolean;
  /** Its words hold the result until they are taken again. */
  readonly scratch: EncodeScratch;
}

/** Prepares 64-bit integers. */
export function integers64(source: NumericArray, options: Int64Options): Integers {
  const { count, unsigned, scratch } = options;
  if (source instanceof BigInt64Array || source instanceof BigUint64Array) {
    return fromWords(new Uint32Array(source.buffer, source.byteOffset, count * 2), count, unsigned);
  }
  return fromNumbers(source, count, scratch.words(count * 2));
}

function fromNumbers(
  source: Exclude<NumericArray, BigInt64Array | BigUint64Array>,
  count: number,
  words: Uint32Array,
): Integers {
  let min = source[0] ?? 0;
  let max = min;
  for (let i = 0; i < count; i++) {
    const value = source[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    words[2 * i] = value;
    words[2 * i + 1] = value >= 0 && value < 2 ** 32 ? 0 : Math.floor(value / 2 ** 32);
  }
  if (count === 0) min = max = 0;
  assert(min >= -(2 ** 53) && max <= 2 ** 53, "integers in a Float64Array lie within ±2^53");
  const fits = BigInt(max) - BigInt(min) < offsetRange;
  return {
    count,
    bytesPerValue: 8,
    words,
    min: BigInt(min),
    max: BigInt(max),
    offsets: fits ? (source instanceof Float64Array ? source : Float64Array.from(source)) : undefined,
  };
}

function fromWords(words: Uint32Array, count: number, unsigned: boolean): Integers {
  // flipping the top bit turns signed order into unsigned order
  const flip = unsigned ? 0 : 0x80000000;
  const low = { min: words[0] ?? 0, max: words[0] ?? 0 };
  const high = { min: ((words[1] ?? 0) ^ flip) >>> 0, max: ((words[1] ?? 0) ^ flip) >>> 0 };
  for (let i = 1; i < count; i++) {
    const valueLow = words[2 * i] as number;
    const valueHigh = ((words[2 * i + 1] as number) ^ flip) >>> 0;
    if (valueHigh < high.min || (valueHigh === high.min && valueLow < low.min)) {
      high.min = valueHigh;
      low.min = valueLow;
    } else if (valueHigh > high.max || (valueHigh === high.max && valueLow > low.max)) {
      high.max = valueHigh;
      low.max = valueLow;
    }
  }
  const join = (top: number, rest: number): bigint => {
    const value = (BigInt((top ^ flip) >>> 0) << 32n) | BigInt(rest);
    return unsigned ? value : BigInt.asIntN(64, value);
  };
  const min = count === 0 ? 0n : join(high.min, low.min);
  const max = count === 0 ? 0n : join(high.max, low.max);
  const offsets =
    max - min < offsetRange ? offsetsFrom(words, count, { low: low.min, high: (high.min ^ flip) >>> 0 }) : undefined;
  return { count, bytesPerValue: 8, words, min, max, offsets };
}

function offsetsFrom(words: Uint32Array, count: number, base: { low: number; high: number }): Float64Array {
  const offsets = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const high = ((words[2 * i + 1] as number) - base.high) | 0;
    offsets[i] = high * 2 ** 32 + ((words[2 * i] as number) - base.low);
  }
  return offsets;
}
