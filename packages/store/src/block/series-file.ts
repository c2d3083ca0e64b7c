import { BasaltError, type Fingerprint, type Label } from "@basalt/model";
import type { ByteValues, ParquetReader } from "@basalt/parquet";
import type { SourceSeries } from "../row-source.ts";

/** All series of a block, and where the rows of each lie in `profiles.parquet`. */
export interface SeriesList {
  readonly series: readonly SourceSeries[];
  /** Rows of series i are [rowStart[i], rowStart[i + 1]). */
  readonly rowStart: Float64Array;
  readonly byteLength: number;
}

/** The series of each of the rows [start, end): rows are sorted by series, so that their column need not be read. */
export function seriesOfRows({ rowStart }: SeriesList, start: number, end: number): Uint32Array {
  const series = new Uint32Array(end - start);
  let index = lastAtMost(rowStart, start);
  for (let row = start; row < end; ) {
    const rowEnd = Math.min(end, rowStart[index + 1] ?? end);
    series.fill(index, row - start, rowEnd - start);
    row = rowEnd;
    index++;
  }
  return series;
}

/** The last index whose value is at most `limit`; values ascend, the first is 0. */
function lastAtMost(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) <= limit) low = middle;
    else high = middle;
  }
  return low;
}

/** 80: a series' object, its fingerprint and its list; 8: a label in the list. */
const seriesOverheadBytes = 80;
const labelReferenceBytes = 8;
/** 100: a label and its value's text; the series that have it share both. */
const labelBytes = 100;

/** Reads `series.parquet`. @throws BasaltError `block_corrupt`. */
export async function readSeries(file: ParquetReader): Promise<SeriesList> {
  const count = file.metadata.rowCount;
  const series: SourceSeries[] = [];
  const rowStart = new Float64Array(count + 1);
  let labelBytesInAll = 0;
  let end = 0;
  for (let group = 0; group < file.metadata.rowGroups.length; group++) {
    const rows = await file.readRowGroup(group, {
      leaves: ["partition", "fingerprint", "row_start", "row_count", "labels.key", "labels.value"],
    });
    const partition = rows.uint32s("partition");
    const fingerprint = rows.bigints("fingerprint");
    const starts = rows.numbers("row_start");
    const counts = rows.uint32s("row_count");
    const labelStart = rows.listStarts("labels");
    const table = new LabelTable(rows.bytes("labels.key"), rows.bytes("labels.value"));
    for (let i = 0; i < rows.rowCount; i++) {
      if (Number(starts[i]) !== end)
        throw new BasaltError("block_corrupt", `rows of series ${series.length} do not begin at ${end}`);
      rowStart[series.length] = end;
      end += counts[i] as number;
      const labels = table.labels(labelStart[i] as number, labelStart[i + 1] as number);
      const id = BigInt.asUintN(64, fingerprint[i] as bigint) as Fingerprint;
      series.push({ labels, fingerprint: id, partition: partition[i] as number });
    }
    labelBytesInAll += table.labelCount * labelBytes + (labelStart[rows.rowCount] as number) * labelReferenceBytes;
  }
  rowStart[count] = end;
  return { series, rowStart, byteLength: count * seriesOverheadBytes + labelBytesInAll };
}

/** Names and values of labels as they lie in the file, and each pair that occurs as one label. */
class LabelTable {
  readonly #names: TextColumn;
  readonly #values: TextColumn;
  readonly #labelOf = new Map<number, Label>();

  constructor(names: ByteValues, values: ByteValues) {
    this.#names = new TextColumn(names);
    this.#values = new TextColumn(values);
  }

  /** Different labels so far. */
  get labelCount(): number {
    return this.#labelOf.size;
  }

  /** Labels [start, end). */
  labels(start: number, end: number): Label[] {
    const labels: Label[] = [];
    for (let at = start; at < end; at++) labels.push(this.#labelAt(at));
    return labels;
  }

  #labelAt(at: number): Label {
    const name = this.#names.entryAt(at);
    const value = this.#values.entryAt(at);
    const pair = name * this.#values.entryCount + value;
    let label = this.#labelOf.get(pair);
    if (label === undefined) {
      label = { name: this.#names.textOf(name), value: this.#values.textOf(value) };
      this.#labelOf.set(pair, label);
    }
    return label;
  }
}

const utf8 = new TextDecoder();

/** A column of texts, each decoded once. */
class TextColumn {
  readonly entryCount: number;
  readonly #values: ByteValues;
  readonly #texts: (string | undefined)[];

  constructor(values: ByteValues) {
    this.#values = values;
    this.entryCount = values.starts.length - 1;
    this.#texts = new Array<string | undefined>(this.entryCount);
  }

  entryAt(at: number): number {
    const { index } = this.#values;
    return index === undefined ? at : (index[at] as number);
  }

  textOf(entry: number): string {
    const { bytes, starts } = this.#values;
    return (this.#texts[entry] ??= utf8.decode(bytes.subarray(starts[entry], starts[entry + 1])));
  }
}
