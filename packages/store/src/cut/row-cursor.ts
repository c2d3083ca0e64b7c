import { defined } from "@basalt/model";
import type { RowColumns } from "../block/row-columns.ts";
import type { StackRemap } from "../block/row-group-buffer.ts";
import type { SourceBatch, SourceSeries } from "../row-source.ts";
import type { MergeSource } from "./merge-source.ts";

/** Walks the rows of one partition of a source in its order: series, time, profile id. */
export class RowCursor {
  /** The batch at hand; undefined at the end. */
  rows: RowColumns | undefined;
  /** The row at hand in the batch. */
  row: number = 0;
  readonly stacks: StackRemap;
  readonly #batches: AsyncIterator<SourceBatch>;
  #seriesIndex: Uint32Array = new Uint32Array();

  constructor(source: Pick<MergeSource, "range" | "scan">, wanted: Uint8Array, stacks: StackRemap) {
    this.stacks = stacks;
    const request = {
      series: wanted,
      range: source.range,
      samples: true,
      profileIds: true,
      spanIds: true,
      details: true,
    };
    this.#batches = source.scan(request)[Symbol.asyncIterator]();
  }

  /** Series of the row at hand, by its index in the source. */
  get seriesIndex(): number {
    return this.#seriesIndex[this.row] as number;
  }

  /** Whether the next row lies in the batch at hand; else {@link load} fetches it. */
  advance(): boolean {
    this.row++;
    return this.rows !== undefined && this.row < this.rows.rowCount;
  }

  async load(): Promise<void> {
    const next = await this.#batches.next();
    this.row = 0;
    this.rows = next.done === true ? undefined : rowColumns(next.value);
    if (next.done !== true) this.#seriesIndex = next.value.seriesIndex;
  }
}

function rowColumns(batch: SourceBatch): RowColumns {
  return {
    rowCount: batch.rowCount,
    timeNanos: batch.timeNanos,
    durationNanos: defined(batch.durationNanos, "durations"),
    period: defined(batch.period, "periods"),
    total: batch.total,
    profileId: defined(batch.profileId, "profile ids"),
    sampleStart: defined(batch.sampleStart, "sample starts"),
    stackId: defined(batch.stackId, "stack ids"),
    values: defined(batch.values, "values"),
    spanId: batch.spanId,
    traceId: batch.traceId,
  };
}

/** 1 for the series of one partition. */
export function seriesOfPartition(series: readonly SourceSeries[], partition: number): Uint8Array {
  return Uint8Array.from(series, (one) => (one.partition === partition ? 1 : 0));
}
