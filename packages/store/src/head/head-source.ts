import { type BlockId, defined, type ProducerId, type TenantId, type TimeRange } from "@basalt/model";
import type { SymbolTables } from "@basalt/symdb";
import { withoutAbsent } from "../block/block-source.ts";
import { type FilterColumns, filterRows } from "../row-filter.ts";
import type { ReadCost, RowSource, ScanRequest, SourceBatch, SourceSeries } from "../row-source.ts";
import type { Head, HeadPart, HeadPartition } from "./head.ts";

/** A partition's columns at the instant of the snapshot: what is appended later lies behind `rowCount` or in other arrays. */
interface PinnedPartition {
  readonly columns: FilterColumns & { readonly stackId: Uint32Array };
  readonly seriesBase: number;
  readonly tables: SymbolTables;
}

/** Samples a batch: as much as a row group of a block. */
const batchSamplesMax = 262_144;

/** Rows of one tenant's window in a head, as they were when the source was made. */
export class HeadSource implements RowSource {
  readonly kind = "head" as const;
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly producer: ProducerId;
  readonly range: TimeRange;
  readonly cost: ReadCost = { bytesRead: 0, rowsRead: 0, samplesRead: 0 };
  readonly #partitions: readonly PinnedPartition[];
  readonly #series: readonly SourceSeries[];

  constructor(head: Head, part: HeadPart, producer: ProducerId) {
    this.id = head.id;
    this.tenant = part.tenant;
    this.producer = producer;
    const series: SourceSeries[] = [];
    const partitions: PinnedPartition[] = [];
    for (const [partition, own] of [...part.partitions.values()].entries()) {
      partitions.push({ columns: pinColumns(own), seriesBase: series.length, tables: own.symbols.tables() });
      for (const { labels, fingerprint } of own.series) series.push({ labels, fingerprint, partition });
    }
    this.#partitions = partitions;
    this.#series = series;
    this.range = rangeOf(part.partitions.values()) ?? { start: part.windowStart, end: part.windowStart };
  }

  series(): Promise<readonly SourceSeries[]> {
    return Promise.resolve(this.#series);
  }

  symbols(partition: number): Promise<SymbolTables> {
    return Promise.resolve(defined(this.#partitions[partition], "partition").tables);
  }

  /** All symbols are in memory anyway. */
  paths(partition: number): Promise<SymbolTables> {
    return this.symbols(partition);
  }

  async *scan(request: ScanRequest, signal?: AbortSignal): AsyncGenerator<SourceBatch> {
    for (const [partition, { columns, seriesBase }] of this.#partitions.entries()) {
      for (const slice of slices(columns)) {
        signal?.throwIfAborted();
        const own = { ...request, series: request.series.subarray(seriesBase) };
        const found = filterRows(wantedColumns(slice, request), own);
        this.cost.rowsRead += slice.rowCount;
        this.cost.samplesRead += (found.sampleStart?.[found.rowCount] ?? 0) - (found.sampleStart?.[0] ?? 0);
        if (found.rowCount === 0) continue;
        const seriesIndex = seriesBase === 0 ? found.seriesIndex : found.seriesIndex.map((index) => index + seriesBase);
        yield { ...withoutAbsent({ ...found, seriesIndex }), partition };
      }
    }
  }
}

function pinColumns({ rows }: HeadPartition): PinnedPartition["columns"] {
  const { rowCount, timeNanos, total, profileId, durationNanos, period } = rows;
  const seriesIndex = rows.seriesIndex.subarray(0, rowCount);
  const { sampleStart, stackId, values, spanId, traceId } = rows;
  return {
    rowCount,
    seriesIndex,
    timeNanos,
    total,
    profileId,
    durationNanos,
    period,
    sampleStart,
    stackId,
    values,
    spanId,
    traceId,
  };
}

/** The first and the last time of any row. */
function rangeOf(partitions: Iterable<HeadPartition>): TimeRange | undefined {
  let range: { start: bigint; end: bigint } | undefined;
  for (const { rows } of partitions) {
    if (rows.range === undefined) continue;
    const { start, end } = rows.range;
    range ??= { start, end };
    if (start < range.start) range.start = start;
    if (end > range.end) range.end = end;
  }
  return range;
}

/** The columns in slices of a bounded number of samples, so that a filter never copies a whole head. */
function* slices(columns: FilterColumns): Generator<FilterColumns> {
  const { rowCount, sampleStart } = columns;
  let start = 0;
  while (start < rowCount) {
    let end = start + 1;
    const limit = (sampleStart?.[start] ?? 0) + batchSamplesMax;
    while (end < rowCount && (sampleStart?.[end + 1] ?? 0) <= limit) end++;
    yield start === 0 && end === rowCount ? columns : sliceRows(columns, start, end);
    start = end;
  }
}

function sliceRows(columns: FilterColumns, start: number, end: number): FilterColumns {
  const { seriesIndex, timeNanos, total, profileId, durationNanos, period, sampleStart } = columns;
  return {
    ...columns,
    rowCount: end - start,
    seriesIndex: seriesIndex.subarray(start, end),
    timeNanos: timeNanos.subarray(start, end),
    total: total.subarray(start, end),
    profileId: profileId?.subarray(start * 16, end * 16),
    durationNanos: durationNanos?.subarray(start, end),
    period: period?.subarray(start, end),
    // Starts stay those of the whole columns, in which the samples still lie.
    sampleStart: sampleStart?.subarray(start, end + 1),
  };
}

function wantedColumns(columns: FilterColumns, request: ScanRequest): FilterColumns {
  const hasDetails = request.details === true;
  const { samples } = request;
  return {
    ...columns,
    profileId: request.profileIds ? columns.profileId : undefined,
    durationNanos: hasDetails ? columns.durationNanos : undefined,
    period: hasDetails ? columns.period : undefined,
    sampleStart: samples ? columns.sampleStart : undefined,
    stackId: samples ? columns.stackId : undefined,
    values: samples ? columns.values : undefined,
    spanId: samples && (request.spanIds || hasDetails) ? columns.spanId : undefined,
    traceId: samples && hasDetails ? columns.traceId : undefined,
  };
}
