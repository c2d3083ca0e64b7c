import type { BlockId, Labels, ProducerId, TenantId, TimeRange } from "@basalt/model";
import { BasaltError, blockIdFrom, compareLabels, fingerprint, labelsKey, labelValue } from "@basalt/model";
import type { ReadCost, RowBatch, RowSource, ScanRequest, SourceSeries } from "@basalt/store";
import type { SymbolTables } from "@basalt/symdb";
import { SymbolsBuilder } from "./symbols-builder.ts";

/** One row as tests write it. */
export interface TestRow {
  readonly labels: Labels;
  readonly timeNanos: bigint;
  readonly samples: readonly TestSample[];
}

/** `main;work+inlined;leaf` from the root, and a value. */
export interface TestSample {
  readonly stack: string;
  readonly value: bigint;
  readonly span?: bigint;
}

/** How a test source deviates from an ordinary one. */
export interface MemorySourceOptions {
  readonly kind?: "head" | "segment" | "block";
  readonly tenant?: string;
  readonly id?: BlockId;
  /** Rows a batch at most. */
  readonly batchRowCountMax?: number;
  /** Throws after so many batches. */
  readonly failsAfterBatches?: number;
  readonly error?: BasaltError;
  /** Called before each batch. */
  readonly onBatch?: () => void;
}

interface StoredRow {
  readonly seriesIndex: number;
  readonly timeNanos: bigint;
  /** Stack id and value, by stack id. */
  readonly samples: readonly { readonly stackId: number; readonly value: bigint; readonly span: bigint }[];
}

/** Rows in memory behind the interface that heads, segments and blocks have. A partition is a service. */
export class MemorySource implements RowSource {
  readonly kind: "head" | "segment" | "block";
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly producer: ProducerId = "test" as ProducerId;
  readonly range: TimeRange;
  readonly cost: ReadCost = { bytesRead: 0, rowsRead: 0, samplesRead: 0 };
  private readonly options: MemorySourceOptions;
  private readonly seriesList: SourceSeries[] = [];
  private readonly builders: SymbolsBuilder[] = [];
  private readonly rows: StoredRow[] = [];

  constructor(rows: readonly TestRow[], options: MemorySourceOptions = {}) {
    this.options = options;
    this.kind = options.kind ?? "block";
    this.id = options.id ?? blockIdFrom(0, new Uint8Array(10));
    this.tenant = (options.tenant ?? "anonymous") as TenantId;
    const times = rows.map(({ timeNanos }) => timeNanos).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    this.range = { start: times[0] ?? 1n, end: times.at(-1) ?? 0n };
    this.fill(rows);
  }

  private fill(rows: readonly TestRow[]): void {
    const services: string[] = [];
    const seriesOfKey = new Map<string, number>();
    for (const { labels } of [...rows].sort((a, b) => compareLabels(a.labels, b.labels))) {
      const key = labelsKey(labels);
      if (seriesOfKey.has(key)) continue;
      const service = labelValue(labels, "service_name") ?? "";
      if (!services.includes(service)) services.push(service);
      seriesOfKey.set(key, this.seriesList.length);
      this.seriesList.push({ labels, fingerprint: fingerprint(labels), partition: services.indexOf(service) });
    }
    for (const _ of services) this.builders.push(new SymbolsBuilder());
    for (const { labels, timeNanos, samples } of rows) {
      const seriesIndex = seriesOfKey.get(labelsKey(labels)) ?? 0;
      const builder = this.builders[this.seriesList[seriesIndex]?.partition ?? 0];
      const stored = samples.map(({ stack, value, span }) => ({
        stackId: builder?.stack(stack) ?? 0,
        value,
        span: span ?? 0n,
      }));
      this.rows.push({ seriesIndex, timeNanos, samples: stored.sort((a, b) => a.stackId - b.stackId) });
    }
    this.rows.sort((a, b) => a.seriesIndex - b.seriesIndex || Number(a.timeNanos - b.timeNanos));
  }

  series(): Promise<readonly SourceSeries[]> {
    return Promise.resolve(this.seriesList);
  }

  symbols(partition: number): Promise<SymbolTables> {
    const tables = this.builders[partition]?.finish();
    return tables === undefined ? Promise.reject(new Error(`no partition ${partition}`)) : Promise.resolve(tables);
  }

  paths(partition: number): Promise<SymbolTables> {
    return this.symbols(partition);
  }

  async *scan(request: ScanRequest): AsyncIterable<RowBatch & { readonly partition: number }> {
    const wanted = this.rows.filter(
      ({ seriesIndex, timeNanos }) =>
        request.series[seriesIndex] === 1 && timeNanos >= request.range.start && timeNanos <= request.range.end,
    );
    let batches = 0;
    for (let from = 0; from < wanted.length; ) {
      const partition = this.partitionOf(wanted[from]);
      let to = from;
      const end = Math.min(wanted.length, from + (this.options.batchRowCountMax ?? 1000));
      while (to < end && this.partitionOf(wanted[to]) === partition) to++;
      this.options.onBatch?.();
      if (batches++ === this.options.failsAfterBatches) {
        throw this.options.error ?? new BasaltError("block_corrupt", "this block is bad");
      }
      this.cost.bytesRead += 100;
      this.cost.rowsRead += to - from;
      yield { partition, ...toBatch(wanted.slice(from, to), request) };
      from = to;
    }
  }

  private partitionOf(row: StoredRow | undefined): number {
    return this.seriesList[row?.seriesIndex ?? 0]?.partition ?? 0;
  }
}

const exactMax = 1n << 53n;

function toBatch(rows: readonly StoredRow[], request: ScanRequest): RowBatch {
  const samples = rows.flatMap((row) => row.samples);
  const isExact = samples.every(({ value }) => value <= exactMax);
  const total = rows.map((row) => row.samples.reduce((sum, { value }) => sum + value, 0n));
  const sampleStart = [0];
  for (const row of rows) sampleStart.push((sampleStart.at(-1) ?? 0) + row.samples.length);
  return {
    rowCount: rows.length,
    seriesIndex: Uint32Array.from(rows, (row) => row.seriesIndex),
    timeNanos: BigInt64Array.from(rows, (row) => row.timeNanos),
    total: BigInt64Array.from(total),
    ...(request.samples && {
      sampleStart: Uint32Array.from(sampleStart),
      stackId: Uint32Array.from(samples, ({ stackId }) => stackId),
      values: isExact
        ? Float64Array.from(samples, ({ value }) => Number(value))
        : BigInt64Array.from(samples, ({ value }) => value),
    }),
    ...(request.spanIds && { spanId: BigUint64Array.from(samples, ({ span }) => span) }),
  };
}
