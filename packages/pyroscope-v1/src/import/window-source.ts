import type { BlockId, TimeRange } from "@basalt/model";
import { defined } from "@basalt/model";
import type { BlockWindow, MergeSource, ReadSymbols, ScanRequest, SourceBatch, SourceSeries } from "@basalt/store";
import { SymbolPartition } from "@basalt/symdb";
import type { PartitionSymbols } from "../block/partition-symbols.ts";
import { RowBatchBuilder } from "./row-batch-builder.ts";
import type { StoredSeries } from "./stored-series.ts";
import type { Wave } from "./wave.ts";

export interface WindowSourceOptions {
  /** Of the block that the rows come from. */
  readonly id: BlockId;
  readonly wave: Wave;
  readonly window: BlockWindow;
  /** Rows of the wave that lie in the window. */
  readonly rows: readonly number[];
  readonly series: readonly StoredSeries[];
  /** Symbols by the wave's numbers of partitions. */
  readonly symbols: (partition: number) => Promise<PartitionSymbols>;
  /** Seed of hash tables; see SymbolPartition. */
  readonly seed: number;
}

/** A service of a window, and what its stacks became. */
interface Service {
  readonly service: string;
  /** In the order of blocks. */
  readonly rows: number[];
}

/** Stack id in the tables of a service by the id that rows have. */
type Renumber = (stacktraceId: number) => number;

/** Samples a batch; a row is never split. */
const batchSamples = 65_536;

/** The rows of one window of a wave in the order of blocks, a partition a service, for the merge that writes a block. */
export class WindowSource implements MergeSource {
  readonly id: BlockId;
  readonly range: TimeRange;
  readonly meta: MergeSource["meta"];
  readonly #options: WindowSourceOptions;
  readonly #services: readonly Service[];
  readonly #series: readonly SourceSeries[];
  /** Index among the series of the window by place in the block's list. */
  readonly #indexOf: ReadonlyMap<number, number>;
  /** Of the service asked for last: new stack ids, by the wave's number of the partition. */
  #stacks: { readonly partition: number; readonly renumber: ReadonlyMap<number, Renumber> } | undefined;

  constructor(options: WindowSourceOptions) {
    const { wave, series } = options;
    this.#options = options;
    this.id = options.id;
    const rows = options.rows.toSorted((a, b) => compareRows(wave, a, b));
    this.#services = servicesOf(rows, wave, series);
    const places = [...new Set(rows.map((row) => wave.series[row] as number))];
    this.#indexOf = new Map(places.map((place, index) => [place, index]));
    const partitionOf = new Map(this.#services.map(({ service }, partition) => [service, partition]));
    this.#series = places.map((place) => {
      const { labels, fingerprint, service } = defined(series[place], "series");
      return { labels, fingerprint, partition: partitionOf.get(service) ?? 0 };
    });
    this.range = rangeOf(wave, rows);
    this.meta = {
      window: options.window,
      sampleIds: { spans: wave.spanId !== undefined, traces: wave.traceId !== undefined },
      partitions: this.#services.map(({ service }) => ({ service })),
      sources: [],
    };
  }

  series(): Promise<readonly SourceSeries[]> {
    return Promise.resolve(this.#series);
  }

  /** Interns the stacks that the service's samples name, by content: equal ones become one. */
  async readSymbols(partition: number): Promise<ReadSymbols> {
    const { wave } = this.#options;
    const union = new SymbolPartition(this.#options.seed);
    const renumber = new Map<number, Renumber>();
    const { rows } = defined(this.#services[partition], "service");
    for (const [own, ownRows] of Map.groupBy(rows, (row) => wave.partition[row] as number)) {
      const { tables, stackOf } = await this.#options.symbols(own);
      const marks = new Uint8Array(tables.stackCount);
      eachSample(wave, ownRows, (sample) => {
        marks[stackOf(wave.stacktraceId[sample] as number)] = 1;
      });
      const moved = union.internTables(tables, marks);
      renumber.set(own, (stacktraceId) => moved[stackOf(stacktraceId)] as number);
    }
    this.#stacks = { partition, renumber };
    const tables = union.tables();
    const weights = new Float64Array(tables.stackCount);
    for (const [own, ownRows] of Map.groupBy(rows, (row) => wave.partition[row] as number)) {
      const stackOf = defined(renumber.get(own), "stacks of a partition");
      eachSample(wave, ownRows, (sample) => {
        const stack = stackOf(wave.stacktraceId[sample] as number);
        weights[stack] = Math.max(weights[stack] as number, Number(wave.values.values[sample]));
      });
    }
    return { tables, weights };
  }

  async *scan(request: ScanRequest): AsyncGenerator<SourceBatch> {
    const { wave } = this.#options;
    for (const [partition, { rows }] of this.#services.entries()) {
      const wanted = rows.filter((row) => request.series[this.#seriesIndex(row)] === 1);
      if (wanted.length === 0) continue;
      if (this.#stacks?.partition !== partition) await this.readSymbols(partition);
      const renumber = defined(this.#stacks, "stacks").renumber;
      const builder = new RowBatchBuilder(wave);
      for (const row of wanted) {
        const stackOf = defined(renumber.get(wave.partition[row] as number), "stacks of a partition");
        builder.append(row, this.#seriesIndex(row), stackOf);
        if (builder.sampleCount >= batchSamples) yield { partition, ...builder.take() };
      }
      if (builder.rowCount > 0) yield { partition, ...builder.take() };
    }
  }

  #seriesIndex(row: number): number {
    return this.#indexOf.get(this.#options.wave.series[row] as number) ?? 0;
  }
}

/** Orders rows by series, time and profile id. */
function compareRows(wave: Wave, a: number, b: number): number {
  const bySeries = (wave.series[a] as number) - (wave.series[b] as number);
  if (bySeries !== 0) return bySeries;
  const timeA = wave.timeNanos[a] as bigint;
  const timeB = wave.timeNanos[b] as bigint;
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return compareIds(wave.profileId[a] as Uint8Array, wave.profileId[b] as Uint8Array);
}

function compareIds(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < 16; i++) {
    const byByte = (a[i] as number) - (b[i] as number);
    if (byByte !== 0) return byByte;
  }
  return 0;
}

function servicesOf(rows: readonly number[], wave: Wave, series: readonly StoredSeries[]): readonly Service[] {
  const services: Service[] = [];
  for (const row of rows) {
    const { service } = defined(series[wave.series[row] as number], "series");
    const last = services.at(-1);
    if (last?.service === service) last.rows.push(row);
    else services.push({ service, rows: [row] });
  }
  return services;
}

function rangeOf({ timeNanos }: Wave, rows: readonly number[]): TimeRange {
  let start = timeNanos[rows[0] ?? 0] ?? 0n;
  let end = start;
  for (const row of rows) {
    const time = timeNanos[row] as bigint;
    if (time < start) start = time;
    if (time > end) end = time;
  }
  return { start, end };
}

function eachSample(wave: Wave, rows: readonly number[], visit: (sample: number) => void): void {
  for (const row of rows) {
    const end = wave.sampleStart[row + 1] as number;
    for (let sample = wave.sampleStart[row] as number; sample < end; sample++) visit(sample);
  }
}
