/**
 * The halves of 64-bit integers as 32-bit ones, so that a loop over rows makes no BigInt. Element i is
 * high[2 * i + 1] * 2^32 + low[2 * i]: typed arrays are little-endian wherever Node runs.
 */
export interface Int64Lanes {
  readonly low: Uint32Array;
  readonly high: Int32Array;
}

/** A view, not a copy. */
export function lanesOf(values: BigInt64Array): Int64Lanes {
  return {
    low: new Uint32Array(values.buffer, values.byteOffset, values.length * 2),
    high: new Int32Array(values.buffer, values.byteOffset, values.length * 2),
  };
}

/**
 * Reads a nanosecond time as whole milliseconds, rounded down. With n = high * 2^32 + low and 2^32 = 4294 * 10^6 + 967296,
 * n / 10^6 = high * 4294 + (high * 967296 + low) / 10^6, and that dividend stays below 2^52.
 */
export function millisAt(nanos: Int64Lanes, index: number): number {
  const high = nanos.high[index * 2 + 1] ?? 0;
  const low = nanos.low[index * 2] ?? 0;
  return high * 4294 + Math.floor((high * 967_296 + low) / 1_000_000);
}
