import { BasaltError } from "@basalt/model";
import type { V1Rows } from "../block/profile-rows.ts";
import { corrupt } from "../format/corrupt.ts";
import { ExactSum, Int64Column } from "./int64-column.ts";
import { type LeftOut, nothingLeftOut } from "./left-out.ts";

/** Where a row goes. */
export interface RowPlace {
  /** Place in the list of stored series. */
  readonly series: number;
  /** Index into the partitions of the block, in the order in which rows name them first. */
  readonly partition: number;
  readonly profileId: Uint8Array;
}

/** A row's time, duration, period, total, numbers and identity; its objects beside the columns. */
const rowBytes = 64;
const int64Max = 2n ** 63n - 1n;

/** 2^21, what the writer of blocks sorts at once; the largest real profiles have some 100,000. */
const rowSamplesMax = 2 ** 21;

/** Rows of a block in memory, as columns: samples as the file has them, less zeros, negative values and those without a stack. */
export class Wave {
  /** Whether samples without a stack are taken. */
  readonly #withStackless: boolean;
  rowCount = 0;
  /** What the rows of the wave had besides. */
  readonly leftOut: LeftOut = nothingLeftOut();
  readonly series: number[] = [];
  readonly partition: number[] = [];
  readonly timeNanos: bigint[] = [];
  readonly durationNanos: bigint[] = [];
  readonly period: bigint[] = [];
  readonly total: bigint[] = [];
  readonly profileId: Uint8Array[] = [];
  /** Samples of row i are [sampleStart[i], sampleStart[i + 1]). */
  readonly sampleStart: number[] = [0];
  readonly values: Int64Column = new Int64Column();
  /** As the block's files have them: 32 bits. */
  stacktraceId: Uint32Array = new Uint32Array(1024);
  /** Present as soon as a sample has one; 0 = none. */
  spanId: BigUint64Array | undefined;
  /** 16 bytes a sample; present as soon as a sample has one. */
  traceId: Uint8Array | undefined;

  constructor(withStackless: boolean) {
    this.#withStackless = withStackless;
  }

  get sampleCount(): number {
    return this.values.count;
  }

  /** Memory of the rows, in bytes. */
  get byteLength(): number {
    const sampleBytes = 12 + (this.spanId === undefined ? 0 : 8) + (this.traceId === undefined ? 0 : 16);
    return this.rowCount * rowBytes * 2 + this.sampleCount * sampleBytes;
  }

  /**
   * Takes a row, unless none of its values is above 0 and has a stack; what is not taken is counted.
   *
   * @throws BasaltError `block_corrupt`, `value_overflow`.
   */
  append(rows: V1Rows, row: number, place: RowPlace): void {
    const start = rows.sampleStart[row] as number;
    const end = rows.sampleStart[row + 1] as number;
    if (end - start > rowSamplesMax) throw corrupt("profiles.parquet", `has a row of ${end - start} samples`);
    const total = this.#sumValues(rows, start, end);
    if (total === 0n) {
      this.leftOut.rows++;
      return;
    }
    if (total > int64Max) throw new BasaltError("value_overflow", `values of a profile sum up to ${total}`);
    this.#takeSamples(rows, start, end);
    this.rowCount++;
    this.series.push(place.series);
    this.partition.push(place.partition);
    this.profileId.push(place.profileId);
    this.timeNanos.push(rows.timeNanos[row] as bigint);
    this.durationNanos.push(rows.durationNanos?.[row] ?? 0n);
    this.period.push(rows.period?.[row] ?? 0n);
    this.total.push(total);
    this.sampleStart.push(this.sampleCount);
  }

  /** The sum of the values that are taken; counts the others. */
  #sumValues({ values, stacktraceId }: V1Rows, start: number, end: number): bigint {
    const sum = new ExactSum();
    for (let i = start; i < end; i++) {
      const value = values[i] as number | bigint;
      if (value < 0) {
        this.leftOut.negativeValues++;
        this.leftOut.negativeTotal += BigInt(value);
      } else if (this.#withStackless || Number(stacktraceId[i]) !== 0) sum.add(value);
      else if (value > 0) {
        this.leftOut.stacklessValues++;
        this.leftOut.stacklessTotal += BigInt(value);
      }
    }
    return sum.total();
  }

  /** Counts a row that is not taken. */
  leaveOut(rows: V1Rows, row: number): void {
    const sum = new ExactSum();
    const end = rows.sampleStart[row + 1] as number;
    for (let i = rows.sampleStart[row] as number; i < end; i++) sum.add(rows.values[i] as number | bigint);
    this.leftOut.repeatedRows++;
    this.leftOut.repeatedTotal += sum.total();
  }

  #takeSamples(rows: V1Rows, start: number, end: number): void {
    this.#reserve(this.sampleCount + end - start, rows);
    for (let sample = start; sample < end; sample++) {
      const value = rows.values[sample] as number | bigint;
      const stack = Number(rows.stacktraceId[sample]);
      if (value <= 0 || (stack === 0 && !this.#withStackless)) continue;
      if (!(stack >= 0 && stack <= 0xffffffff)) throw corrupt("profiles.parquet", `names stack ${stack}`);
      const at = this.sampleCount;
      this.stacktraceId[at] = stack;
      if (this.spanId !== undefined) this.spanId[at] = rows.spanId?.[sample] ?? 0n;
      if (this.traceId !== undefined && rows.traceId !== undefined) {
        this.traceId.set(rows.traceId.subarray(sample * 16, sample * 16 + 16), at * 16);
      }
      this.values.push(value);
    }
  }

  #reserve(samples: number, rows: V1Rows): void {
    let capacity = this.stacktraceId.length;
    if (samples > capacity) {
      capacity = Math.max(samples, capacity * 2);
      this.stacktraceId = larger(this.stacktraceId, new Uint32Array(capacity));
    }
    if (rows.spanId !== undefined) this.spanId ??= new BigUint64Array(capacity);
    if (rows.traceId !== undefined) this.traceId ??= new Uint8Array(capacity * 16);
    if (this.spanId !== undefined && this.spanId.length < capacity) {
      this.spanId = larger(this.spanId, new BigUint64Array(capacity));
    }
    if (this.traceId !== undefined && this.traceId.length < capacity * 16) {
      this.traceId = larger(this.traceId, new Uint8Array(capacity * 16));
    }
  }
}

function larger<T extends { set(source: T): void }>(old: T, empty: T): T {
  empty.set(old);
  return empty;
}
