import type { RowGroupValues } from "@basalt/parquet";
import type { SampleIdColumns } from "./block-schema.ts";
import { PlaceSorter } from "./place-sorter.ts";
import type { RowColumns } from "./row-columns.ts";

/** Where a row goes in a block. */
export interface RowPlace {
  readonly seriesIndex: number;
  readonly partition: number;
  /** New stack ids; undefined = they stay, and so does the order of samples. */
  readonly stacks: StackRemap | undefined;
}

/** New stack id by old one. */
export interface StackRemap {
  readonly remap: Uint32Array;
  /** New ids are below this. */
  readonly stackCount: number;
}

/** Collects the rows of one row group of `profiles.parquet`; its memory is reused for the next. */
export class RowGroupBuffer {
  rowCount: number = 0;
  sampleCount: number = 0;
  readonly #ids: SampleIdColumns;
  #seriesIndex: Uint32Array = new Uint32Array(256);
  #partition: Uint32Array = new Uint32Array(256);
  #time: BigInt64Array = new BigInt64Array(256);
  #duration: BigInt64Array = new BigInt64Array(256);
  #period: BigInt64Array = new BigInt64Array(256);
  #total: BigInt64Array = new BigInt64Array(256);
  #profileId: Uint8Array = new Uint8Array(256 * 16);
  #sampleStart: Uint32Array = new Uint32Array(257);
  #stackId: Uint32Array = new Uint32Array(4096);
  #values: Float64Array | BigInt64Array = new Float64Array(4096);
  #spanId: BigUint64Array = new BigUint64Array(0);
  #traceId: Uint8Array = new Uint8Array(0);
  readonly #sorter = new PlaceSorter();
  /** Rows at which values of another type, or stacks of another kind of profile, begin. */
  #valueBreaks: number[] = [];
  #stackBreaks: number[] = [];

  constructor(ids: SampleIdColumns) {
    this.#ids = ids;
  }

  /**
   * Says that the next row's values are of another type, such as bytes after counts, and perhaps its stacks of another
   * kind of profile: a query for one type then reads no values, and hardly any stacks, of others.
   */
  breakPages(next: { readonly hasOtherStacks: boolean }): void {
    if (this.rowCount === 0) return;
    this.#valueBreaks.push(this.rowCount);
    if (next.hasOtherStacks) this.#stackBreaks.push(this.rowCount);
  }

  /** Copies a row; its samples stay sorted by stack under the new stack ids. */
  append(rows: RowColumns, row: number, place: RowPlace): void {
    const start = rows.sampleStart[row] as number;
    const count = (rows.sampleStart[row + 1] as number) - start;
    this.#reserve(count, rows.values instanceof BigInt64Array);
    const at = this.rowCount;
    this.#seriesIndex[at] = place.seriesIndex;
    this.#partition[at] = place.partition;
    this.#time[at] = rows.timeNanos[row] as bigint;
    this.#duration[at] = rows.durationNanos[row] as bigint;
    this.#period[at] = rows.period[row] as bigint;
    this.#total[at] = rows.total[row] as bigint;
    this.#profileId.set(rows.profileId.subarray(row * 16, row * 16 + 16), at * 16);
    this.#copySamples(rows, start, count, place.stacks);
    this.sampleCount += count;
    this.rowCount = at + 1;
    this.#sampleStart[at + 1] = this.sampleCount;
  }

  /** The collected rows. Valid until {@link clear}. */
  values(): RowGroupValues {
    const samples = this.sampleCount;
    return {
      rowCount: this.rowCount,
      lists: { samples: this.#sampleStart },
      pageBreaks: {
        "samples.stacktrace_id": Uint32Array.from(this.#stackBreaks),
        "samples.value": Uint32Array.from(this.#valueBreaks),
      },
      leaves: {
        series_index: this.#seriesIndex,
        partition: this.#partition,
        time: this.#time,
        duration: this.#duration,
        period: this.#period,
        profile_id: this.#profileId,
        total: this.#total,
        "samples.stacktrace_id": this.#stackId,
        "samples.value": this.#values,
        ...(this.#ids.spans
          ? { "samples.span_id": { present: presentIds(this.#spanId, samples, 1), values: this.#spanId } }
          : {}),
        ...(this.#ids.traces
          ? { "samples.trace_id": { present: presentIds(this.#traceId, samples, 16), values: this.#traceId } }
          : {}),
      },
    };
  }

  clear(): void {
    this.rowCount = 0;
    this.sampleCount = 0;
    this.#valueBreaks = [];
    this.#stackBreaks = [];
    if (this.#values instanceof BigInt64Array) this.#values = new Float64Array(this.#values.length);
  }

  #copySamples(rows: RowColumns, start: number, count: number, stacks: StackRemap | undefined): void {
    const at = this.sampleCount;
    if (stacks === undefined) {
      this.#stackId.set(rows.stackId.subarray(start, start + count), at);
      copyValues(rows.values, start, this.#values, { at, count });
      this.#copyIds(rows, start, at, count);
      return;
    }
    const sorter = this.#sorter;
    sorter.sort(rows.stackId, { start, count }, stacks.remap, stacks.stackCount);
    this.#stackId.set(sorter.stackId.subarray(0, count), at);
    gatherValues(rows.values, start, sorter.place, { to: this.#values, at, count });
    if (!this.#ids.spans && !this.#ids.traces) return;
    for (let i = 0; i < count; i++) this.#copyIds(rows, start + (sorter.place[i] as number), at + i, 1);
  }

  #copyIds(rows: RowColumns, start: number, at: number, count: number): void {
    if (this.#ids.spans) {
      if (rows.spanId === undefined) this.#spanId.fill(0n, at, at + count);
      else this.#spanId.set(rows.spanId.subarray(start, start + count), at);
    }
    if (this.#ids.traces) {
      if (rows.traceId === undefined) this.#traceId.fill(0, at * 16, (at + count) * 16);
      else this.#traceId.set(rows.traceId.subarray(start * 16, (start + count) * 16), at * 16);
    }
  }

  #reserve(samples: number, hasBig: boolean): void {
    if (hasBig && this.#values instanceof Float64Array) {
      const big = new BigInt64Array(this.#values.length);
      for (let i = 0; i < this.sampleCount; i++) big[i] = BigInt(this.#values[i] as number);
      this.#values = big;
    }
    if (this.rowCount === this.#seriesIndex.length) this.#growRows(this.rowCount * 2);
    const needed = this.sampleCount + samples;
    if (needed > this.#stackId.length) this.#growSamples(Math.max(needed, this.#stackId.length * 2));
    if (this.#ids.spans && this.#spanId.length < this.#stackId.length) {
      this.#spanId = grown(this.#spanId, new BigUint64Array(this.#stackId.length));
    }
    if (this.#ids.traces && this.#traceId.length < this.#stackId.length * 16) {
      this.#traceId = grown(this.#traceId, new Uint8Array(this.#stackId.length * 16));
    }
  }

  #growRows(capacity: number): void {
    this.#seriesIndex = grown(this.#seriesIndex, new Uint32Array(capacity));
    this.#partition = grown(this.#partition, new Uint32Array(capacity));
    this.#time = grown(this.#time, new BigInt64Array(capacity));
    this.#duration = grown(this.#duration, new BigInt64Array(capacity));
    this.#period = grown(this.#period, new BigInt64Array(capacity));
    this.#total = grown(this.#total, new BigInt64Array(capacity));
    this.#profileId = grown(this.#profileId, new Uint8Array(capacity * 16));
    this.#sampleStart = grown(this.#sampleStart, new Uint32Array(capacity + 1));
  }

  #growSamples(capacity: number): void {
    this.#stackId = grown(this.#stackId, new Uint32Array(capacity));
    this.#values =
      this.#values instanceof Float64Array
        ? grown(this.#values, new Float64Array(capacity))
        : grown(this.#values, new BigInt64Array(capacity));
  }
}

function grown<T extends { set(source: T): void }>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

interface GatherTarget {
  readonly to: Float64Array | BigInt64Array;
  readonly at: number;
  readonly count: number;
}

function gatherValues(
  from: Float64Array | BigInt64Array,
  start: number,
  place: Uint32Array,
  { to, at, count }: GatherTarget,
): void {
  if (from instanceof Float64Array && to instanceof Float64Array) {
    for (let i = 0; i < count; i++) to[at + i] = from[start + (place[i] as number)] as number;
  } else {
    for (let i = 0; i < count; i++) copyValue(from, start + (place[i] as number), to, at + i);
  }
}

function copyValue(
  from: Float64Array | BigInt64Array,
  place: number,
  to: Float64Array | BigInt64Array,
  at: number,
): void {
  if (to instanceof Float64Array) to[at] = from[place] as number;
  else to[at] = BigInt(from[place] as number | bigint);
}

function copyValues(
  from: Float64Array | BigInt64Array,
  start: number,
  to: Float64Array | BigInt64Array,
  { at, count }: { readonly at: number; readonly count: number },
): void {
  if (from instanceof Float64Array && to instanceof Float64Array) to.set(from.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) copyValue(from, start + i, to, at + i);
}

/** 1 where an id of `width` array elements is not zero. */
function presentIds(ids: BigUint64Array | Uint8Array, count: number, width: number): Uint8Array {
  const present = new Uint8Array(count);
  for (let i = 0; i < count * width; i++) if (Number(ids[i]) !== 0) present[Math.floor(i / width)] = 1;
  return present;
}
