import type { ScanRequest } from "./row-source.ts";

/** Every column that a row may have; what was not asked for is absent. */
export interface FilterColumns {
  readonly rowCount: number;
  readonly seriesIndex: Uint32Array;
  readonly timeNanos: BigInt64Array;
  readonly total: BigInt64Array;
  readonly profileId?: Uint8Array | undefined;
  readonly durationNanos?: BigInt64Array | undefined;
  readonly period?: BigInt64Array | undefined;
  readonly sampleStart?: Uint32Array | undefined;
  readonly stackId?: Uint32Array | undefined;
  readonly values?: Float64Array | BigInt64Array | undefined;
  readonly spanId?: BigUint64Array | undefined;
  readonly traceId?: Uint8Array | undefined;
}

/**
 * Keeps the rows that a request wants. If all rows are wanted the columns are passed on as they are; else the wanted
 * ones are copied together.
 */
export function filterRows(columns: FilterColumns, request: ScanRequest): FilterColumns {
  const wanted = wantedRows(columns, request);
  if (wanted.length === columns.rowCount) return columns;
  const { seriesIndex, timeNanos, total, profileId, durationNanos, period } = columns;
  return {
    rowCount: wanted.length,
    seriesIndex: pick32(seriesIndex, wanted),
    timeNanos: pick64(timeNanos, wanted),
    total: pick64(total, wanted),
    profileId: profileId === undefined ? undefined : pickBytes(profileId, wanted),
    durationNanos: durationNanos === undefined ? undefined : pick64(durationNanos, wanted),
    period: period === undefined ? undefined : pick64(period, wanted),
    ...pickSamples(columns, wanted),
  };
}

function wantedRows({ rowCount, seriesIndex, timeNanos }: FilterColumns, { series, range }: ScanRequest): Uint32Array {
  const wanted = new Uint32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    // A dead row's series is beyond every list, so no request wants it.
    if (series[seriesIndex[row] as number] !== 1) continue;
    const time = timeNanos[row] as bigint;
    if (time >= range.start && time <= range.end) wanted[count++] = row;
  }
  return wanted.subarray(0, count);
}

function pickSamples(columns: FilterColumns, wanted: Uint32Array): Partial<FilterColumns> {
  const { sampleStart, stackId, values, spanId, traceId } = columns;
  if (sampleStart === undefined || stackId === undefined || values === undefined) return {};
  const starts = new Uint32Array(wanted.length + 1);
  for (let i = 0; i < wanted.length; i++) {
    const row = wanted[i] as number;
    starts[i + 1] = (starts[i] as number) + (sampleStart[row + 1] as number) - (sampleStart[row] as number);
  }
  const count = starts[wanted.length] as number;
  const gather = <T extends GatheredArray>(from: T, width: number): T => {
    const to = new (from.constructor as new (length: number) => T)(count * width);
    for (let i = 0; i < wanted.length; i++) {
      const row = wanted[i] as number;
      const part = from.subarray((sampleStart[row] as number) * width, (sampleStart[row + 1] as number) * width);
      (to as Uint8Array).set(part as Uint8Array, (starts[i] as number) * width);
    }
    return to;
  };
  return {
    sampleStart: starts,
    stackId: gather(stackId, 1),
    values: values instanceof Float64Array ? gather(values, 1) : gather(values, 1),
    spanId: spanId === undefined ? undefined : gather(spanId, 1),
    traceId: traceId === undefined ? undefined : gather(traceId, 16),
  };
}

type GatheredArray = Uint8Array | Uint32Array | Float64Array | BigInt64Array | BigUint64Array;

function pick32(from: Uint32Array, rows: Uint32Array): Uint32Array {
  return rows.map((row) => from[row] as number);
}

function pick64(from: BigInt64Array, rows: Uint32Array): BigInt64Array {
  const to = new BigInt64Array(rows.length);
  for (let i = 0; i < rows.length; i++) to[i] = from[rows[i] as number] as bigint;
  return to;
}

function pickBytes(from: Uint8Array, rows: Uint32Array): Uint8Array {
  const to = new Uint8Array(rows.length * 16);
  for (let i = 0; i < rows.length; i++)
    to.set(from.subarray((rows[i] as number) * 16, (rows[i] as number) * 16 + 16), i * 16);
  return to;
}
