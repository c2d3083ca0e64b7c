import type { ProfileColumns } from "@basalt/model";

/** A profile without the samples that hold a negative value, and what was left out. */
export interface NegativeSamples {
  readonly columns: ProfileColumns;
  readonly sampleCount: number;
  /** Sum of the values left out, per sample type. */
  readonly sums: readonly bigint[];
}

const none = { sampleCount: 0, sums: [] } as const;

/** Leaves out samples with a negative value; a profile that has none is given back as it is. */
export function dropNegativeSamples(columns: ProfileColumns): NegativeSamples {
  if (!hasNegative(columns)) return { columns, ...none };
  const { sampleCount, sampleTypeCount, values } = columns;
  const kept: number[] = [];
  const sums = new Array<bigint>(sampleTypeCount).fill(0n);
  for (let i = 0; i < sampleCount; i++) {
    const ofSample = values.subarray(i * sampleTypeCount, (i + 1) * sampleTypeCount);
    if (!ofSample.some((value: number | bigint) => value < 0)) kept.push(i);
    else for (let t = 0; t < sampleTypeCount; t++) sums[t] = (sums[t] ?? 0n) + BigInt(ofSample[t] ?? 0);
  }
  return { columns: keepSamples(columns, kept), sampleCount: sampleCount - kept.length, sums };
}

function hasNegative(columns: ProfileColumns): boolean {
  const { values } = columns;
  const end = columns.sampleCount * columns.sampleTypeCount;
  if (values instanceof Float64Array) {
    for (let i = 0; i < end; i++) if ((values[i] as number) < 0) return true;
  } else {
    for (let i = 0; i < end; i++) if ((values[i] as bigint) < 0n) return true;
  }
  return false;
}

/** The profile with some of its samples, by ascending index. */
function keepSamples(columns: ProfileColumns, kept: readonly number[]): ProfileColumns {
  const { sampleTypeCount } = columns;
  const stacks = ranges(columns.stackStart, kept);
  const labels = ranges(columns.sampleLabelStart, kept);
  const values = columns.values.slice(0, kept.length * sampleTypeCount);
  for (const [to, from] of kept.entries()) {
    // Both arrays are of one kind, which the union cannot express.
    const ofSample = columns.values.subarray(from * sampleTypeCount, (from + 1) * sampleTypeCount) as Float64Array;
    (values as Float64Array).set(ofSample, to * sampleTypeCount);
  }
  return {
    ...columns,
    sampleCount: kept.length,
    values,
    stackStart: stacks.start,
    stackLocation: stacks.select(columns.stackLocation),
    sampleLabelCount: labels.length,
    sampleLabelStart: labels.start,
    sampleLabelKey: labels.select(columns.sampleLabelKey),
    sampleLabelValue: labels.select(columns.sampleLabelValue),
  };
}

interface Ranges {
  readonly start: Uint32Array;
  readonly length: number;
  readonly select: (column: Uint32Array) => Uint32Array;
}

/** The ranges of some rows, put together. */
function ranges(start: Uint32Array, rows: readonly number[]): Ranges {
  const packed = new Uint32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) packed[i + 1] = (packed[i] ?? 0) + (start[row + 1] ?? 0) - (start[row] ?? 0);
  const length = packed[rows.length] ?? 0;
  const select = (column: Uint32Array): Uint32Array => {
    const selected = new Uint32Array(length);
    for (const [i, row] of rows.entries()) selected.set(column.subarray(start[row], start[row + 1]), packed[i]);
    return selected;
  };
  return { start: packed, length, select };
}
