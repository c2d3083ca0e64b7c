/** Rows with everything that a block keeps of them. Arrays may be longer than their count. */
export interface RowColumns {
  readonly rowCount: number;
  readonly timeNanos: BigInt64Array;
  readonly durationNanos: BigInt64Array;
  readonly period: BigInt64Array;
  readonly total: BigInt64Array;
  /** 16 bytes a row. */
  readonly profileId: Uint8Array;
  /** Samples of row i are [sampleStart[i], sampleStart[i + 1]). */
  readonly sampleStart: Uint32Array;
  readonly stackId: Uint32Array;
  readonly values: Float64Array | BigInt64Array;
  readonly spanId?: BigUint64Array | undefined;
  /** 16 bytes a sample. */
  readonly traceId?: Uint8Array | undefined;
}

/** Orders two rows of one series: by time, then profile id as bytes. */
export function compareRows(a: RowColumns, rowA: number, b: RowColumns, rowB: number): number {
  const timeA = a.timeNanos[rowA] as bigint;
  const timeB = b.timeNanos[rowB] as bigint;
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  for (let i = 0; i < 16; i++) {
    const byId = (a.profileId[rowA * 16 + i] as number) - (b.profileId[rowB * 16 + i] as number);
    if (byId !== 0) return byId;
  }
  return 0;
}
