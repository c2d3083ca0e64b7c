import type { ParquetReader, RowGroup } from "@basalt/parquet";
import { corrupt } from "../format/corrupt.ts";

/** Rows of `profiles.parquet` as they lie there. Valid until the next ones are asked for. */
export interface V1Rows {
  readonly rowCount: number;
  readonly seriesIndex: Uint32Array;
  /** Symbol partition whose stacks the row names. */
  readonly partition: BigUint64Array;
  readonly timeNanos: BigInt64Array;
  readonly durationNanos: BigInt64Array | undefined;
  readonly period: BigInt64Array | undefined;
  /** UUIDs of the profiles, 16 bytes a row; profiles of a push of several types share one. */
  readonly id: Uint8Array;
  /** Samples of row i are [sampleStart[i], sampleStart[i + 1]). */
  readonly sampleStart: Uint32Array;
  readonly stacktraceId: Float64Array | BigInt64Array;
  readonly values: Float64Array | BigInt64Array;
  /** 0 = none; undefined if no sample has one. */
  readonly spanId: BigUint64Array | undefined;
  /** 16 bytes a sample, zeros = none. */
  readonly traceId: Uint8Array | undefined;
}

/** About a million samples are decoded at once: 12 MB, or 36 with span and trace ids, and the pages that hold them. */
const samplesAtOnce = 2 ** 20;
/** Rows without samples take memory too. */
const rowsAtOnce = 2 ** 16;

const optionalLeaves = ["StacktracePartition", "DurationNanos", "Period", "Samples.SpanID", "Samples.TraceID"] as const;
const leavesAlways = ["ID", "SeriesIndex", "TimeNanos", "Samples.StacktraceID", "Samples.Value"] as const;

/** Reads all rows in their order, so many at once that their samples are about a million on average. */
export async function* readProfileRows(file: ParquetReader, signal?: AbortSignal): AsyncGenerator<V1Rows> {
  const missing = leavesAlways.find((leaf) => !file.has(leaf));
  if (missing !== undefined) throw corrupt("profiles.parquet", `has no column ${missing}`);
  const leaves = [...leavesAlways, ...optionalLeaves.filter((leaf) => file.has(leaf))];
  for (const [index, { rowCount, chunks }] of file.metadata.rowGroups.entries()) {
    const samplesEach = (chunks.get("Samples.Value")?.valueCount ?? 0) / Math.max(1, rowCount);
    const step = Math.min(rowsAtOnce, Math.max(1, Math.floor(samplesAtOnce / Math.max(1, samplesEach))));
    for (let start = 0; start < rowCount; start += step) {
      signal?.throwIfAborted();
      const rows = { start, end: Math.min(rowCount, start + step) };
      yield columnsOf(await file.readRowGroup(index, { leaves, rows }), new Set(leaves));
    }
  }
}

function columnsOf(group: RowGroup, leaves: ReadonlySet<string>): V1Rows {
  const optional = (leaf: (typeof optionalLeaves)[number]): BigInt64Array | undefined =>
    leaves.has(leaf) ? group.bigints(leaf) : undefined;
  const id = group.fixed("ID");
  if (id.length !== group.rowCount * 16) throw corrupt("profiles.parquet", "has profile ids of another length than 16");
  const partition = optional("StacktracePartition");
  const spanId = optional("Samples.SpanID");
  const traceId = leaves.has("Samples.TraceID") ? group.fixed("Samples.TraceID") : undefined;
  return {
    rowCount: group.rowCount,
    seriesIndex: group.uint32s("SeriesIndex"),
    partition: partition === undefined ? new BigUint64Array(group.rowCount) : unsigned(partition),
    timeNanos: group.bigints("TimeNanos"),
    durationNanos: optional("DurationNanos"),
    period: optional("Period"),
    id,
    sampleStart: group.listStarts("Samples"),
    stacktraceId: group.numbers("Samples.StacktraceID"),
    values: group.numbers("Samples.Value"),
    spanId: spanId?.some((span) => span !== 0n) === true ? unsigned(spanId) : undefined,
    traceId: traceId?.some((byte) => byte !== 0) === true ? traceId : undefined,
  };
}

function unsigned(values: BigInt64Array): BigUint64Array {
  return new BigUint64Array(values.buffer, values.byteOffset, values.length);
}
