import { BasaltError, type BatchRow, type SeriesBatch, type TimeRange } from "@basalt/model";
import type { SampleGroups } from "./sample-grouper.ts";

/** What a row is besides its samples. */
export interface RowHeader {
  readonly seriesIndex: number;
  readonly timeNanos: bigint;
  readonly durationNanos: bigint;
  readonly period: bigint;
  readonly profileId: Uint8Array;
}

/** Marks a row that was taken back because the log had no room for it. */
export const deadRow = 0xffff_ffff;

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/**
 * Rows of one service in one window and head, appended as columns: 56 bytes a row and 12 bytes a sample. The arrays grow
 * by being replaced, so a reader that holds them with a row count sees what was there at that instant.
 */
export class HeadRows {
  rowCount: number = 0;
  /** First and last time of any row; undefined before the first. */
  range: TimeRange | undefined;
  seriesIndex: Uint32Array = new Uint32Array(16);
  timeNanos: BigInt64Array = new BigInt64Array(16);
  durationNanos: BigInt64Array = new BigInt64Array(16);
  period: BigInt64Array = new BigInt64Array(16);
  total: BigInt64Array = new BigInt64Array(16);
  profileId: Uint8Array = new Uint8Array(16 * 16);
  /** Samples of row i are [sampleStart[i], sampleStart[i + 1]). */
  sampleStart: Uint32Array = new Uint32Array(17);
  stackId: Uint32Array = new Uint32Array(256);
  /** Becomes a BigInt64Array with the first value or sum beyond 2^53. */
  values: Float64Array | BigInt64Array = new Float64Array(256);
  spanId: BigUint64Array | undefined;
  /** 16 bytes a sample. */
  traceId: Uint8Array | undefined;

  get sampleCount(): number {
    return this.sampleStart[this.rowCount] ?? 0;
  }

  get byteLength(): number {
    const perRow = this.seriesIndex.length * 36 + this.profileId.byteLength + this.sampleStart.byteLength;
    const optional = (this.spanId?.byteLength ?? 0) + (this.traceId?.byteLength ?? 0);
    return perRow + this.stackId.byteLength + this.values.byteLength + optional;
  }

  /** Bytes by which {@link byteLength} may grow with some more rows and samples. */
  growthFor(rows: number, samples: number): number {
    const isFull = this.rowCount + rows > this.seriesIndex.length || this.sampleCount + samples > this.stackId.length;
    return isFull ? this.byteLength + rows * 56 + samples * 12 : 0;
  }

  /**
   * Appends a row of the batch's samples from `sampleStart` on: groups are summed, sums of zero are dropped.
   *
   * @throws BasaltError `value_overflow` if a sum passes 2^63; the row is then not there.
   */
  append(header: RowHeader, batch: SeriesBatch, row: BatchRow, groups: SampleGroups): void {
    this.reserve(groups.groupCount);
    const isSmall = this.values instanceof Float64Array && batch.values instanceof Float64Array;
    const total = (isSmall ? this.appendSmall(batch, row, groups) : undefined) ?? this.appendBig(batch, row, groups);
    this.appendHeader(header, total);
  }

  /** Takes the rows from `rowCount` on back. */
  truncate(rowCount: number): void {
    this.rowCount = rowCount;
    this.range = undefined;
    for (let row = 0; row < rowCount; row++) this.widenRange(this.timeNanos[row] as bigint);
  }

  /** Makes some rows dead. In a copy: who read the column before goes on with what was there. */
  kill(start: number, end: number): void {
    this.seriesIndex = this.seriesIndex.slice().fill(deadRow, start, end);
  }

  private widenRange(time: bigint): void {
    const { range } = this;
    if (range === undefined) this.range = { start: time, end: time };
    else if (time < range.start) this.range = { start: time, end: range.end };
    else if (time > range.end) this.range = { start: range.start, end: time };
  }

  private appendHeader(header: RowHeader, { total, count }: RowTotal): void {
    const row = this.rowCount;
    this.seriesIndex[row] = header.seriesIndex;
    this.timeNanos[row] = header.timeNanos;
    this.durationNanos[row] = header.durationNanos;
    this.period[row] = header.period;
    this.total[row] = total;
    this.profileId.set(header.profileId, row * 16);
    this.sampleStart[row + 1] = (this.sampleStart[row] as number) + count;
    this.rowCount = row + 1;
    this.widenRange(header.timeNanos);
  }

  /** The common case: all numbers stay within 2^53. Undefined if a sum does not; what it wrote is overwritten. */
  private appendSmall(batch: SeriesBatch, row: BatchRow, groups: SampleGroups): RowTotal | undefined {
    const { groupCount, groupOf, stackId: stackOf } = groups;
    const source = batch.values as Float64Array;
    const sums = takeSums(groupCount);
    const stride = batch.sampleTypeCount;
    const sampleCount = row.sampleEnd - row.sampleStart;
    let total = 0;
    for (let i = 0, at = row.sampleStart * stride + row.valueColumn; i < sampleCount; i++, at += stride) {
      const value = source[at] as number;
      const group = groupOf[i] as number;
      sums[group] = (sums[group] as number) + value;
      total += Math.abs(value);
    }
    // No sum is larger than the sum of all sizes, so one test vouches for every addition.
    if (!Number.isSafeInteger(total)) return undefined;
    const { stackId } = this;
    const target = this.values as Float64Array;
    const first = this.sampleCount;
    let end = first;
    let signed = 0;
    for (let group = 0; group < groupCount; group++) {
      const sum = sums[group] as number;
      if (sum === 0) continue;
      target[end] = sum;
      stackId[end] = stackOf[group] as number;
      if (this.spanId !== undefined || this.traceId !== undefined)
        this.writeIds(end, batch, groups.sample[group] as number);
      signed += sum;
      end++;
    }
    return { total: BigInt(signed), count: end - first };
  }

  private appendBig(batch: SeriesBatch, row: BatchRow, groups: SampleGroups): RowTotal {
    const target = this.bigValues();
    const { values, sampleTypeCount } = batch;
    const sums: bigint[] = new Array<bigint>(groups.groupCount).fill(0n);
    for (let sample = row.sampleStart; sample < row.sampleEnd; sample++) {
      const group = groups.groupOf[sample - row.sampleStart] as number;
      const value = BigInt(values[sample * sampleTypeCount + row.valueColumn] ?? 0);
      sums[group] = inRange((sums[group] as bigint) + value);
    }
    const first = this.sampleCount;
    let end = first;
    let total = 0n;
    for (const [group, sum] of sums.entries()) {
      if (sum === 0n) continue;
      target[end] = sum;
      this.stackId[end] = groups.stackId[group] as number;
      this.writeIds(end, batch, groups.sample[group] as number);
      total = inRange(total + sum);
      end++;
    }
    return { total, count: end - first };
  }

  /** Makes the span and trace columns, once a batch has any. */
  addIdColumns(batch: SeriesBatch): void {
    if (batch.spanId !== undefined) this.spanId ??= new BigUint64Array(this.stackId.length);
    if (batch.traceId !== undefined) this.traceId ??= new Uint8Array(this.stackId.length * 16);
  }

  private writeIds(at: number, batch: SeriesBatch, sample: number): void {
    if (this.spanId !== undefined) this.spanId[at] = batch.spanId?.[sample] ?? 0n;
    const trace = batch.traceId?.subarray(sample * 16, sample * 16 + 16);
    if (this.traceId === undefined) return;
    if (trace === undefined) this.traceId.fill(0, at * 16, at * 16 + 16);
    else this.traceId.set(trace, at * 16);
  }

  private bigValues(): BigInt64Array {
    if (this.values instanceof BigInt64Array) return this.values;
    const values = new BigInt64Array(this.values.length);
    for (let i = 0; i < this.sampleCount; i++) values[i] = BigInt(this.values[i] as number);
    this.values = values;
    return values;
  }

  /** Room for one more row of so many samples. */
  private reserve(samples: number): void {
    if (this.rowCount === this.seriesIndex.length) {
      const capacity = grownCapacity(this.rowCount, this.rowCount + 1);
      this.seriesIndex = grown(this.seriesIndex, capacity);
      this.timeNanos = grown(this.timeNanos, capacity);
      this.durationNanos = grown(this.durationNanos, capacity);
      this.period = grown(this.period, capacity);
      this.total = grown(this.total, capacity);
      this.profileId = grown(this.profileId, capacity * 16);
      this.sampleStart = grown(this.sampleStart, capacity + 1);
    }
    const needed = this.sampleCount + samples;
    if (needed <= this.stackId.length) return;
    const capacity = grownCapacity(this.stackId.length, needed);
    this.stackId = grown(this.stackId, capacity);
    this.values = grown(this.values, capacity);
    if (this.spanId !== undefined) this.spanId = grown(this.spanId, capacity);
    if (this.traceId !== undefined) this.traceId = grown(this.traceId, capacity * 16);
  }
}

/** Doubles while small, then adds a half: a large column must not overshoot the head's budget by its own size. */
function grownCapacity(old: number, needed: number): number {
  return Math.max(needed, old < 65_536 ? old * 2 : Math.ceil(old * 1.5));
}

type GrowableArray = Uint8Array | Uint32Array | Float64Array | BigInt64Array | BigUint64Array;

function grown<T extends GrowableArray>(old: T, length: number): T {
  const copy = new (old.constructor as new (length: number) => T)(length);
  (copy as Uint8Array).set(old as Uint8Array);
  return copy;
}

/** Sums of groups, zeroed; the memory is shared by all heads of the thread, which are never at it at once. */
function takeSums(count: number): Float64Array {
  if (count > sumScratch.length) sumScratch = new Float64Array(count * 2);
  return sumScratch.fill(0, 0, count);
}

let sumScratch: Float64Array = new Float64Array(1024);

interface RowTotal {
  readonly total: bigint;
  readonly count: number;
}

function inRange(sum: bigint): bigint {
  if (sum > int64Max || sum < int64Min)
    throw new BasaltError("value_overflow", "the values of a profile add up to more than 2^63");
  return sum;
}
