import type { ParquetReader, RowGroup } from "@basalt/parquet";
import type { BlockMeta } from "@basalt/store";
import type { Findings } from "./findings.ts";
import type { SeriesRows } from "./series-check.ts";
import { type CheckedTable, soundRowGroups } from "./table-check.ts";

/** Checks every row of `profiles.parquet` against its series, its order, its samples and the counts of `meta.json`. */
export async function checkProfiles(
  table: CheckedTable,
  reader: ParquetReader,
  block: {
    readonly meta: BlockMeta;
    readonly series: readonly SeriesRows[] | undefined;
    readonly marked: readonly (Uint8Array | undefined)[];
  },
): Promise<void> {
  const rows = new RowCheck(table, block);
  let nextRow = 0;
  for await (const { group, firstRow } of soundRowGroups(table, reader)) {
    if (firstRow !== nextRow) rows.skip();
    rows.check(group, firstRow);
    nextRow = firstRow + group.rowCount;
  }
  if (nextRow !== reader.metadata.rowCount) rows.skip();
  rows.finish(reader.metadata.rowCount);
}

/** The columns of a row group that the checks read. */
interface Columns {
  readonly seriesIndex: Uint32Array;
  readonly partition: Uint32Array;
  readonly time: BigInt64Array;
  readonly total: BigInt64Array;
  readonly profileId: Uint8Array;
  readonly sampleStart: Uint32Array;
  readonly stack: Uint32Array;
  readonly value: BigInt64Array;
}

/** What order compares. */
interface RowKey {
  readonly series: number;
  readonly time: bigint;
  readonly id: Uint8Array;
}

class RowCheck {
  readonly #name: string;
  readonly #findings: Findings;
  readonly #meta: BlockMeta;
  readonly #series: readonly SeriesRows[] | undefined;
  readonly #marked: readonly (Uint8Array | undefined)[];
  readonly #rows: Float64Array;
  readonly #samples: Float64Array;
  #last: RowKey | undefined;
  #first: bigint | undefined;
  #end: bigint | undefined;
  #isWhole = true;

  constructor(
    { name, findings }: CheckedTable,
    block: {
      readonly meta: BlockMeta;
      readonly series: readonly SeriesRows[] | undefined;
      readonly marked: readonly (Uint8Array | undefined)[];
    },
  ) {
    this.#name = name;
    this.#findings = findings;
    this.#meta = block.meta;
    this.#series = block.series;
    this.#marked = block.marked;
    this.#rows = new Float64Array(block.meta.partitions.length);
    this.#samples = new Float64Array(block.meta.partitions.length);
  }

  /** Rows are missing here: sums cannot be compared. */
  skip(): void {
    this.#isWhole = false;
    this.#last = undefined;
  }

  check(group: RowGroup, firstRow: number): void {
    const columns: Columns = {
      seriesIndex: group.uint32s("series_index"),
      partition: group.uint32s("partition"),
      time: group.bigints("time"),
      total: group.bigints("total"),
      profileId: group.fixed("profile_id"),
      sampleStart: group.listStarts("samples"),
      stack: group.uint32s("samples.stacktrace_id"),
      value: group.bigints("samples.value"),
    };
    for (let i = 0; i < group.rowCount; i++) {
      this.#place(columns, i, firstRow + i);
      this.#order(columns, i, firstRow + i);
      this.#sum(columns, i, firstRow + i);
    }
  }

  #place({ seriesIndex, partition, time }: Columns, i: number, row: number): void {
    const [index, own, at] = [seriesIndex[i] as number, partition[i] as number, time[i] as bigint];
    const { window } = this.#meta;
    if (at < window.start || at >= window.end) this.#add("value", `time ${at} is outside the block's window`, row);
    if (this.#first === undefined || at < this.#first) this.#first = at;
    if (this.#end === undefined || at > this.#end) this.#end = at;
    if (own >= this.#rows.length) this.#add("reference", `partition ${own} of ${this.#rows.length}`, row);
    else this.#rows[own] = (this.#rows[own] as number) + 1;
    if (this.#series === undefined) return;
    const series = this.#series[index];
    if (series === undefined) this.#add("reference", `series ${index} of ${this.#series.length}`, row);
    else if (series.partition !== own)
      this.#add("reference", `partition is ${own}, that of its series ${index} is ${series.partition}`, row);
    else if (row < series.rowStart || row >= series.rowEnd)
      this.#add("reference", `series is ${index}, whose rows are ${series.rowStart} to ${series.rowEnd}`, row);
  }

  #order({ seriesIndex, time, profileId }: Columns, i: number, row: number): void {
    const key = { series: seriesIndex[i] as number, time: time[i] as bigint, id: profileId.slice(i * 16, i * 16 + 16) };
    const compared = this.#last === undefined ? -1 : compareKeys(this.#last, key);
    if (compared === 0)
      this.#add("order", "profile is there twice: series, time and profile id are those of the row before", row);
    if (compared > 0) this.#add("order", "row does not come after the one before, by series, time and profile id", row);
    this.#last = key;
  }

  #sum({ partition, total, sampleStart, stack, value }: Columns, i: number, row: number): void {
    const own = partition[i] as number;
    const [start, end] = [sampleStart[i] as number, sampleStart[i + 1] as number];
    const marked = this.#marked[own];
    const stackCount = this.#meta.partitions[own]?.stacktraces ?? 0;
    let sum = 0n;
    for (let at = start; at < end; at++) {
      const id = stack[at] as number;
      sum += value[at] as bigint;
      if (value[at] === 0n) this.#add("value", `sample ${at - start} has the value 0`, row);
      if (at > start && id < (stack[at - 1] as number))
        this.#add("order", `sample ${at - start}: stack ${id} comes after stack ${stack[at - 1]}`, row);
      if (id >= stackCount) this.#add("reference", `sample ${at - start}: stack ${id} of ${stackCount}`, row);
      else if (id > 0 && marked?.[id] === 0)
        this.#add("reference", `sample ${at - start}: stack ${id} has no hash, as if no sample named it`, row);
    }
    if (sum !== total[i]) this.#add("value", `total is ${total[i]}, its samples add up to ${sum}`, row);
    if (own < this.#samples.length) this.#samples[own] = (this.#samples[own] as number) + end - start;
  }

  /** Compares what was counted with what `meta.json` says. */
  finish(rowCount: number): void {
    const { partitions, range } = this.#meta;
    const expected = partitions.reduce((sum, { rows }) => sum + rows, 0);
    if (rowCount !== expected) this.#add("count", `the file has ${rowCount} rows, meta.json says ${expected}`);
    if (!this.#isWhole) return;
    for (const [i, { service, rows, samples }] of partitions.entries()) {
      const name = JSON.stringify(service);
      if (this.#rows[i] !== rows)
        this.#add("count", `service ${name} has ${this.#rows[i]} profiles, meta.json says ${rows}`);
      if (this.#samples[i] !== samples)
        this.#add("count", `service ${name} has ${this.#samples[i]} samples, meta.json says ${samples}`);
    }
    if (this.#first !== undefined && (this.#first !== range.start || this.#end !== range.end)) {
      this.#add(
        "value",
        `times are from ${this.#first} to ${this.#end}, meta.json says ${range.start} to ${range.end}`,
      );
    }
  }

  #add(kind: "count" | "order" | "value" | "reference", problem: string, row?: number): void {
    this.#findings.add(kind, this.#name, problem, row);
  }
}

function compareKeys(a: RowKey, b: RowKey): number {
  if (a.series !== b.series) return a.series - b.series;
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return Buffer.compare(a.id, b.id);
}
