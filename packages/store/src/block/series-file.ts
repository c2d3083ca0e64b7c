import { BasaltError, type Fingerprint, type Label } from "@basalt/model";
import type { ParquetReader } from "@basalt/parquet";
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

/** 200: a series' object, its list, and 24 bytes for each of about five labels of its own; equal texts are shared. */
const seriesOverheadBytes = 200;
const labelBytes = 40;

/** Reads `series.parquet`. @throws BasaltError `block_corrupt`. */
export async function readSeries(file: ParquetReader): Promise<SeriesList> {
  const count = file.metadata.rowCount;
  const series: SourceSeries[] = [];
  const rowStart = new Float64Array(count + 1);
  let labelCount = 0;
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
    const names = rows.strings("labels.key");
    const values = rows.strings("labels.value");
    labelCount += names.length;
    for (let i = 0; i < rows.rowCount; i++) {
      if (Number(starts[i]) !== end)
        throw new BasaltError("block_corrupt", `rows of series ${series.length} do not begin at ${end}`);
      rowStart[series.length] = end;
      end += counts[i] as number;
      const labels: Label[] = [];
      for (let at = labelStart[i] as number; at < (labelStart[i + 1] as number); at++) {
        labels.push({ name: names[at] as string, value: values[at] as string });
      }
      const id = BigInt.asUintN(64, fingerprint[i] as bigint) as Fingerprint;
      series.push({ labels, fingerprint: id, partition: partition[i] as number });
    }
  }
  rowStart[count] = end;
  return { series, rowStart, byteLength: count * seriesOverheadBytes + labelCount * labelBytes };
}
