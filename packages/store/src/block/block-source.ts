import { BasaltError, type BlockId, defined, type ProducerId, type TenantId, type TimeRange } from "@basalt/model";
import {
  type DecodeScratch,
  type PageCodec,
  ParquetReader,
  type RangeReader,
  type RowGroup,
  readMetadata,
} from "@basalt/parquet";
import type { PathTables, SymbolTables } from "@basalt/symdb";
import { type FilterColumns, filterRows } from "../row-filter.ts";
import type { MemoryCharge, ReadCost, RowSource, ScanRequest, SourceBatch, SourceSeries } from "../row-source.ts";
import type { BlockCaches } from "./block-caches.ts";
import type { BlockMeta } from "./block-meta.ts";
import { type BlockFileName, blockFiles } from "./block-schema.ts";
import { giveBackScratch, takeScratch } from "./idle-scratch.ts";
import { readPaths } from "./path-files-reader.ts";
import { readSeries, type SeriesList, seriesOfRows } from "./series-file.ts";
import { type ReadSymbols, readSymbols } from "./symbol-files-reader.ts";
import { type PartitionRows, partitionRows, type SymbolFiles, symbolBytes } from "./symbol-rows.ts";

export interface BlockSourceOptions {
  readonly kind: "block" | "segment";
  readonly meta: BlockMeta;
  readonly codec: PageCodec;
  readonly caches: BlockCaches;
  /** The bytes of a file of the block. */
  readonly file: (name: BlockFileName) => RangeReader;
}

/** Rows within a row group, wanted ones and the few between. */
interface RowRun {
  readonly rowGroup: number;
  /** The row group's first row in the file. */
  readonly groupStart: number;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** A run goes on over a gap of at most so many rows: decoding them costs less than another page header and seek. */
const gapRowsMax = 64;

/** Rows of a block, or of one part of a segment. Files are opened when they are needed; footers, series and symbols are cached. */
export class BlockSource implements RowSource {
  readonly kind: "block" | "segment";
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly producer: ProducerId;
  readonly range: TimeRange;
  readonly meta: BlockMeta;
  readonly cost: ReadCost = { bytesRead: 0, rowsRead: 0, samplesRead: 0 };
  readonly #options: BlockSourceOptions;
  /** Blocks and segments never change, so tenant, window and id name their content. */
  readonly #cacheKey: string;

  constructor(options: BlockSourceOptions) {
    const { meta } = options;
    this.#options = options;
    this.meta = meta;
    this.kind = options.kind;
    this.id = meta.id;
    this.tenant = meta.tenant;
    this.producer = meta.producer;
    this.range = meta.range;
    this.#cacheKey = `${meta.tenant}/${meta.id}/${meta.window.start}`;
  }

  async series(): Promise<readonly SourceSeries[]> {
    return (await this.#seriesList()).series;
  }

  symbols(partition: number, charge?: MemoryCharge): Promise<SymbolTables> {
    return this.#options.caches.symbols.get(
      `${this.#cacheKey}/${partition}`,
      async () => (await this.#readSymbolFiles(partition, readSymbols, charge)).tables,
    );
  }

  paths(partition: number, charge?: MemoryCharge): Promise<PathTables> {
    return this.#options.caches.paths.get(`${this.#cacheKey}/${partition}`, () =>
      this.#readSymbolFiles(partition, readPaths, charge),
    );
  }

  /** Symbols past the cache, with the marks of stacks that samples name: for merges. */
  readSymbols(partition: number): Promise<ReadSymbols> {
    return this.#readSymbolFiles(partition, readSymbols);
  }

  async #readSymbolFiles<T>(
    partition: number,
    readTables: (files: SymbolFiles, rows: PartitionRows) => Promise<T>,
    charge?: MemoryCharge,
  ): Promise<T> {
    const [functions, mappings, locations, stacktraces] = await Promise.all([
      this.#open(blockFiles.functions),
      this.#open(blockFiles.mappings),
      this.#open(blockFiles.locations),
      this.#open(blockFiles.stacktraces),
    ]);
    const files = { functions, mappings, locations, stacktraces };
    const rows = partitionRows(this.meta.partitions, partition);
    charge?.(symbolBytes(files, rows));
    const tables = await this.#guard(() => readTables(files, rows));
    for (const file of Object.values(files)) this.cost.bytesRead += file.bytesRead;
    return tables;
  }

  async *scan(request: ScanRequest, signal?: AbortSignal): AsyncGenerator<SourceBatch> {
    const list = await this.#seriesList();
    const file = await this.#open(blockFiles.profiles);
    const scratch = takeScratch();
    try {
      for (const run of rowRuns(list, request.series, file.metadata.rowGroups)) {
        signal?.throwIfAborted();
        const batch = await this.#guard(() => this.#readRun(file, run, { list, request, scratch }));
        if (batch.rowCount > 0) yield { ...withoutAbsent(batch), partition: run.partition };
      }
    } finally {
      giveBackScratch(scratch);
    }
  }

  async #readRun(
    file: ParquetReader,
    run: RowRun,
    by: { readonly list: SeriesList; readonly request: ScanRequest; readonly scratch: DecodeScratch },
  ): Promise<FilterColumns> {
    const { list, request, scratch } = by;
    const before = file.bytesRead;
    const rows = { start: run.start, end: run.end };
    const group = await file.readRowGroup(run.rowGroup, { leaves: leavesFor(request, this.meta), rows, scratch });
    const seriesIndex = seriesOfRows(list, run.groupStart + run.start, run.groupStart + run.end);
    const batch = filterRows({ ...columnsOf(group, request, this.meta), seriesIndex }, request);
    this.cost.bytesRead += file.bytesRead - before;
    this.cost.rowsRead += run.end - run.start;
    this.cost.samplesRead += batch.sampleStart?.[batch.rowCount] ?? 0;
    return batch;
  }

  #seriesList(): Promise<SeriesList> {
    return this.#options.caches.series.get(this.#cacheKey, async () => {
      const file = await this.#open(blockFiles.series);
      const list = await this.#guard(() => readSeries(file));
      this.cost.bytesRead += file.bytesRead;
      return list;
    });
  }

  async #open(name: BlockFileName): Promise<ParquetReader> {
    const { caches, codec, file } = this.#options;
    const source = file(name);
    return this.#guard(async () => {
      const metadata = await caches.footers.get(`${this.#cacheKey}/${name}`, () => readMetadata(source));
      return ParquetReader.open({ source, codec, metadata });
    });
  }

  /** Names the block in whatever its bytes are found to be. */
  async #guard<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      const isDamage =
        error instanceof BasaltError && (error.code === "block_corrupt" || error.code === "range_beyond_object");
      if (!isDamage) throw error;
      const message = `${this.kind} ${this.id} of tenant ${this.tenant} is damaged: ${error.message}`;
      throw new BasaltError("block_corrupt", message, {
        details: { block: this.id, tenant: this.tenant, windowStart: String(this.meta.window.start) },
        cause: error,
      });
    }
  }
}

function leavesFor(request: ScanRequest, { sampleIds }: BlockMeta): string[] {
  const leaves = ["time", "total"];
  if (request.profileIds) leaves.push("profile_id");
  if (request.details === true) leaves.push("duration", "period");
  if (!request.samples) return leaves;
  leaves.push("samples.stacktrace_id", "samples.value");
  if (sampleIds.spans && (request.spanIds || request.details === true)) leaves.push("samples.span_id");
  if (sampleIds.traces && request.details === true) leaves.push("samples.trace_id");
  return leaves;
}

function columnsOf(group: RowGroup, request: ScanRequest, meta: BlockMeta): Omit<FilterColumns, "seriesIndex"> {
  const leaves = new Set(leavesFor(request, meta));
  const when = <T>(leaf: string, read: () => T): T | undefined => (leaves.has(leaf) ? read() : undefined);
  return {
    rowCount: group.rowCount,
    timeNanos: group.bigints("time"),
    total: group.bigints("total"),
    profileId: when("profile_id", () => group.fixed("profile_id")),
    durationNanos: when("duration", () => group.bigints("duration")),
    period: when("period", () => group.bigints("period")),
    sampleStart: when("samples.stacktrace_id", () => group.listStarts("samples")),
    stackId: when("samples.stacktrace_id", () => group.uint32s("samples.stacktrace_id")),
    values: when("samples.value", () => group.numbers("samples.value")),
    spanId: when("samples.span_id", () => unsigned(group.bigints("samples.span_id"))),
    traceId: when("samples.trace_id", () => group.fixed("samples.trace_id")),
  };
}

function unsigned(values: BigInt64Array): BigUint64Array {
  return new BigUint64Array(values.buffer, values.byteOffset, values.length);
}

/** Drops the columns that were not asked for, so that the batch has a property only where it has a column. */
export function withoutAbsent(columns: FilterColumns): Omit<SourceBatch, "partition"> {
  const present = Object.entries(columns).filter(([, column]) => column !== undefined);
  return Object.fromEntries(present) as unknown as Omit<SourceBatch, "partition">;
}

/** The runs of rows that hold the wanted series: each inside one row group and one partition. */
function rowRuns(
  { series, rowStart }: SeriesList,
  wanted: Uint8Array,
  rowGroups: readonly { readonly rowCount: number }[],
): RowRun[] {
  const runs: RowRun[] = [];
  let group = 0;
  let groupStart = 0;
  for (let index = 0; index < series.length; index++) {
    if (wanted[index] !== 1) continue;
    const { partition } = defined(series[index], "series");
    let start = rowStart[index] as number;
    const end = rowStart[index + 1] as number;
    while (start < end) {
      let groupEnd = groupStart + (rowGroups[group]?.rowCount ?? 0);
      while (start >= groupEnd) {
        if (group >= rowGroups.length) throw new BasaltError("block_corrupt", `row ${start} is in no row group`);
        groupStart = groupEnd;
        groupEnd += rowGroups[++group]?.rowCount ?? 0;
      }
      const stop = Math.min(end, groupEnd);
      const last = runs.at(-1);
      const isNear =
        last?.rowGroup === group && last.partition === partition && start - groupStart - last.end <= gapRowsMax;
      const run = {
        rowGroup: group,
        groupStart,
        partition,
        start: isNear ? last.start : start - groupStart,
        end: stop - groupStart,
      };
      if (isNear) runs[runs.length - 1] = run;
      else runs.push(run);
      start = stop;
    }
  }
  return runs;
}
