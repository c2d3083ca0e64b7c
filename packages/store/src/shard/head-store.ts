import { assert, BasaltError, type BatchRow, type SeriesBatch, type UnixNano } from "@basalt/model";
import type { SymbolPartition } from "@basalt/symdb";
import { type Head, type HeadPart, type HeadPartition, type HeadSeries, partKey } from "../head/head.ts";
import { type RowKey, rowKey } from "../head/key-set.ts";
import { SampleGrouper, type SampleGroups } from "../head/sample-grouper.ts";
import type { SeriesRegistry } from "./series-registry.ts";
import type { SymbolRegistry } from "./symbol-registry.ts";
import type { WindowState } from "./window-state.ts";

/** What an append did, and how to take it back. */
export interface AppendedRows {
  readonly rows: number;
  readonly samples: number;
  readonly duplicates: number;
  /** Makes the rows dead and forgets their keys: the log had no room for them. */
  undo(): void;
}

/** Appends batches to the open head: looks keys up, interns symbols, groups samples. All of a batch, or nothing of it. */
export class HeadStore {
  /** Where rows are appended. */
  open: Head;
  /** Heads that wait for their segment, oldest first. */
  readonly frozen: Head[] = [];
  readonly #series: SeriesRegistry;
  readonly #symbols: SymbolRegistry;
  readonly #grouper = new SampleGrouper();

  constructor(first: Head, series: SeriesRegistry, symbols: SymbolRegistry) {
    this.open = first;
    this.#series = series;
    this.#symbols = symbols;
  }

  /** Memory of the rows in all heads. */
  get rowBytes(): number {
    return this.frozen.reduce((sum, head) => sum + head.rowBytes, this.open.rowBytes);
  }

  get isEmpty(): boolean {
    return this.open.rowCount === 0 && this.frozen.length === 0;
  }

  /** Lets go of the oldest frozen head: its rows are in a segment. */
  releaseSealed(): void {
    const sealed = this.frozen.shift();
    if (sealed !== undefined) this.#symbols.release(sealed);
  }

  /** Ends the open head and begins the next. */
  freeze(next: Head): Head {
    const frozen = this.open;
    this.frozen.push(frozen);
    this.open = next;
    this.#symbols.endSeal(frozen);
    this.#series.forgetIdle();
    return frozen;
  }

  /** Gives memory back for which no seal is needed: nothing is open. */
  forgetIdle(): void {
    assert(this.open.rowCount === 0, "no head holds a series by its object");
    this.#series.forgetIdle();
  }

  /** Whether a head holds rows of a window. */
  holds(key: string): boolean {
    return this.open.parts.has(key) || this.frozen.some((head) => head.parts.has(key));
  }

  /**
   * Appends the rows whose keys are new.
   *
   * @param isForced rows that were acknowledged once: no limit of series applies.
   * @throws BasaltError `series_limit_exceeded`, `profile_malformed`, `value_overflow`, `batch_malformed`.
   */
  append(batch: SeriesBatch, window: WindowState, nowMs: number, isForced: boolean): AppendedRows {
    const labelSets = batch.rows.map((row) => row.labels);
    const series = this.#series.resolve(batch.tenant, labelSets, isForced);
    if (new Set(series).size < series.length)
      throw new BasaltError("batch_malformed", "two rows of a batch have the same labels");
    const fresh: FreshRow[] = [];
    for (const [i, row] of batch.rows.entries()) {
      const own = series[i] as HeadSeries;
      const key = rowKey(batch.profileId, 0, own);
      if (!window.keys.has(key)) fresh.push({ row, series: own, key });
    }
    const duplicates = batch.rows.length - fresh.length;
    if (fresh.length === 0) return { rows: 0, samples: 0, duplicates, undo: () => undefined };
    const part = this.open.part(batch.tenant, window.windowStart, nowMs);
    const partition = this.#partition(part, batch);
    const first = partition.rows.rowCount;
    const samples = this.#appendRows(partition, batch, fresh);
    for (const { key } of fresh) window.keys.add(key);
    return { rows: fresh.length, samples, duplicates, undo: () => undoRows(partition, first, fresh, window) };
  }

  #partition(part: HeadPart, { tenant, service }: SeriesBatch): HeadPartition {
    return this.open.partition(part, service, () => this.#symbols.get(tenant, service));
  }

  /** Interns a batch and accounts for what symbols grew by, even if it is refused: what came before the refusal stays. */
  #intern(symbols: SymbolPartition, batch: SeriesBatch): Uint32Array {
    try {
      return symbols.intern(batch);
    } finally {
      this.open.symbolGrowthBytes += this.#symbols.account(symbols);
    }
  }

  #appendRows(partition: HeadPartition, batch: SeriesBatch, fresh: readonly FreshRow[]): number {
    const { rows, symbols } = partition;
    const firstRow = rows.rowCount;
    const samplesBefore = rows.sampleCount;
    const bytesBefore = rows.byteLength;
    const stackIds = this.#intern(symbols, batch);
    rows.addIdColumns(batch);
    const { profileId, timeNanos, durationNanos, period } = batch;
    try {
      let groups: SampleGroups | undefined;
      let before: BatchRow | undefined;
      for (const { row, series } of fresh) {
        if (groups === undefined || before?.sampleStart !== row.sampleStart || before.sampleEnd !== row.sampleEnd) {
          groups = this.#grouper.group(
            batch,
            stackIds,
            { start: row.sampleStart, end: row.sampleEnd },
            symbols.stackCount,
          );
        }
        before = row;
        rows.append(
          { seriesIndex: partition.indexOf(series), profileId, timeNanos, durationNanos, period },
          batch,
          row,
          groups,
        );
      }
    } catch (error) {
      rows.truncate(firstRow);
      throw error;
    } finally {
      this.open.rowBytes += rows.byteLength - bytesBefore;
    }
    this.open.rowCount += fresh.length;
    return rows.sampleCount - samplesBefore;
  }
}

interface FreshRow {
  readonly row: BatchRow;
  readonly series: HeadSeries;
  readonly key: RowKey;
}

function undoRows(partition: HeadPartition, first: number, fresh: readonly FreshRow[], window: WindowState): void {
  assert(first + fresh.length <= partition.rows.rowCount, "rows to take back are there");
  partition.rows.kill(first, first + fresh.length);
  for (const { key } of fresh) window.keys.delete(key);
}

/** Memory that a batch may add to its head, to be refused before it is added. */
export function growthEstimate(head: Head, batch: SeriesBatch, windowStart: UnixNano): number {
  const partition = head.parts.get(partKey(batch.tenant, windowStart))?.partitions.get(batch.service);
  const samples = batch.rows.reduce((sum, row) => sum + row.sampleEnd - row.sampleStart, 0);
  const stringBytes = batch.stringBytes.length;
  if (partition === undefined) return 4096 + samples * 24 + stringBytes;
  return partition.rows.growthFor(batch.rows.length, samples) + partition.symbols.growthFor(stringBytes);
}
