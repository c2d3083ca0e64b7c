import { compareLabels, fingerprint, type Labels, labelNames, labelValue } from "@basalt/model";
import type { ParquetReader } from "@basalt/parquet";
import type { BlockMeta } from "@basalt/store";
import { type CheckedTable, type SoundRows, soundRowGroups } from "./table-check.ts";

/** Where the rows of a series lie in `profiles.parquet`. */
export interface SeriesRows {
  readonly partition: number;
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** Checks the order, labels and fingerprints of series; gives them by index, or undefined if some could not be read. */
export async function checkSeries(
  table: CheckedTable,
  reader: ParquetReader,
  meta: BlockMeta,
): Promise<readonly SeriesRows[] | undefined> {
  const check = new SeriesCheck(table, meta);
  for await (const rows of soundRowGroups(table, reader)) {
    if (rows.firstRow !== check.series.length) return undefined;
    check.rowGroup(rows);
  }
  if (check.series.length !== reader.metadata.rowCount) return undefined;
  check.finish();
  return check.series;
}

/** A row of `series.parquet`. */
interface SeriesRow {
  readonly index: number;
  readonly partition: number;
  readonly fingerprint: bigint;
  readonly rowStart: number;
  readonly rowCount: number;
  readonly labels: Labels;
}

class SeriesCheck {
  readonly series: SeriesRows[] = [];
  readonly #table: CheckedTable;
  readonly #meta: BlockMeta;
  readonly #counts: Uint32Array;
  #last: Pick<SeriesRow, "partition" | "labels"> | undefined;
  #rowEnd = 0;

  constructor(table: CheckedTable, meta: BlockMeta) {
    this.#table = table;
    this.#meta = meta;
    this.#counts = new Uint32Array(meta.partitions.length);
  }

  rowGroup({ group }: SoundRows): void {
    const [indexes, partitions, rowCounts] = [
      group.uint32s("series_index"),
      group.uint32s("partition"),
      group.uint32s("row_count"),
    ];
    const [fingerprints, rowStarts, starts] = [
      group.bigints("fingerprint"),
      group.numbers("row_start"),
      group.listStarts("labels"),
    ];
    const [keys, values] = [group.strings("labels.key"), group.strings("labels.value")];
    for (let i = 0; i < group.rowCount; i++) {
      const start = starts[i] as number;
      this.#row({
        index: indexes[i] as number,
        partition: partitions[i] as number,
        fingerprint: BigInt.asUintN(64, fingerprints[i] as bigint),
        rowStart: Number(rowStarts[i]),
        rowCount: rowCounts[i] as number,
        labels: keys.slice(start, starts[i + 1]).map((name, k) => ({ name, value: values[start + k] ?? "" })),
      });
    }
  }

  #row(found: SeriesRow): void {
    const row = this.series.length;
    const { index, partition, labels, rowStart } = found;
    if (index !== row) this.#add("count", `series_index is ${index}`, row);
    if (rowStart !== this.#rowEnd)
      this.#add("count", `row_start is ${rowStart}, the series before ends at ${this.#rowEnd}`, row);
    for (const problem of labelProblems(labels, this.#meta.partitions[partition]?.service))
      this.#add("value", problem, row);
    const expected = fingerprint(labels);
    if (found.fingerprint !== expected)
      this.#add("value", `fingerprint is ${found.fingerprint}, that of its labels is ${expected}`, row);
    if (partition >= this.#counts.length)
      this.#add("reference", `partition ${partition} of ${this.#counts.length}`, row);
    else this.#counts[partition] = (this.#counts[partition] as number) + 1;
    if (this.#last !== undefined && !isAfter(this.#last, found))
      this.#add("order", "series does not come after the one before, by partition and labels", row);
    this.#last = found;
    const start = this.#rowEnd;
    this.#rowEnd += found.rowCount;
    this.series.push({ partition, rowStart: start, rowEnd: this.#rowEnd });
  }

  /** Compares what was counted with what `meta.json` says. */
  finish(): void {
    for (const [partition, { service, series }] of this.#meta.partitions.entries()) {
      if (this.#counts[partition] !== series)
        this.#add(
          "count",
          `service ${JSON.stringify(service)} has ${this.#counts[partition]} series, meta.json says ${series}`,
        );
    }
  }

  #add(kind: "count" | "order" | "value" | "reference", problem: string, row?: number): void {
    this.#table.findings.add(kind, this.#table.name, problem, row);
  }
}

function* labelProblems(labels: Labels, service: string | undefined): Generator<string> {
  for (let i = 1; i < labels.length; i++) {
    if ((labels[i]?.name ?? "") <= (labels[i - 1]?.name ?? ""))
      yield `label ${JSON.stringify(labels[i]?.name)} does not come after ${JSON.stringify(labels[i - 1]?.name)}`;
  }
  const named = labelValue(labels, labelNames.service);
  if (service !== undefined && named !== service)
    yield `service_name is ${JSON.stringify(named)}, its partition is ${JSON.stringify(service)}`;
}

function isAfter(
  a: { readonly partition: number; readonly labels: Labels },
  b: { readonly partition: number; readonly labels: Labels },
): boolean {
  return a.partition === b.partition ? compareLabels(a.labels, b.labels) < 0 : a.partition < b.partition;
}
