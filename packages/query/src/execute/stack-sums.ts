import { checkSum, sumValues } from "@basalt/calltree";
import { BasaltError } from "@basalt/model";
import type { RowBatch } from "@basalt/store";
import { toInt64InPlace } from "./int64-lanes.ts";

/** Up to here every whole number is a double. */
const exactMax = 2 ** 53;

/**
 * Sums of values by stack of one partition. Doubles add the fastest; they stay exact because they are emptied into
 * 64-bit integers before any of them can pass 2^53, which the rows' totals tell beforehand.
 */
export class StackSums {
  private readonly doubles: Float64Array;
  private integers: BigInt64Array | undefined;
  /** No double is greater than this. */
  private doublesMax = 0;
  /** Sum of the totals of all rows, exact. */
  private expected = 0n;
  private isFiltered = false;

  constructor(stackCount: number) {
    this.doubles = new Float64Array(stackCount);
  }

  /** Bytes held per stack, for the memory bound: a double, and an integer if it comes to that. */
  static readonly bytesPerStack = 16;

  /** Adds all samples of a batch. */
  add(batch: RowBatch): void {
    const { rowCount, sampleStart, total } = batch;
    if (sampleStart === undefined) throw new Error("assertion failed: a scan for samples gives sampleStart");
    let from = 0;
    let boundOfRows = 0;
    for (let row = 0; row < rowCount; row++) {
      const rowTotal = Number(total[row]);
      this.expected += total[row] ?? 0n;
      if (boundOfRows + rowTotal <= exactMax) {
        boundOfRows += rowTotal;
        continue;
      }
      this.addRows(batch, sampleStart[from] ?? 0, sampleStart[row] ?? 0, boundOfRows);
      from = row;
      boundOfRows = rowTotal;
    }
    this.addRows(batch, sampleStart[from] ?? 0, sampleStart[rowCount] ?? 0, boundOfRows);
  }

  /** Adds those samples of a batch whose span is wanted. */
  addSpans(batch: RowBatch, spans: ReadonlySet<bigint>): void {
    const { stackId, values, spanId, sampleStart, rowCount } = batch;
    this.isFiltered = true;
    if (stackId === undefined || values === undefined || sampleStart === undefined || spanId === undefined) return;
    const end = sampleStart[rowCount] ?? 0;
    for (let i = sampleStart[0] ?? 0; i < end; i++) {
      if (spans.has(spanId[i] ?? 0n)) this.addInteger(stackId[i] ?? 0, BigInt(values[i] ?? 0));
    }
  }

  /** Adds samples that all lie in rows whose totals sum up to at most `bound`. */
  private addRows(batch: RowBatch, start: number, end: number, bound: number): void {
    const { stackId, values } = batch;
    if (stackId === undefined || values === undefined) {
      throw new Error("assertion failed: a scan for samples gives stackId and values");
    }
    if (bound > exactMax) {
      for (let i = start; i < end; i++) this.addInteger(stackId[i] ?? 0, BigInt(values[i] ?? 0));
      return;
    }
    if (this.doublesMax + bound > exactMax) this.spill();
    this.doublesMax += bound;
    if (values instanceof Float64Array) addDoubles(this.doubles, { stackId, values, start, end });
    else addIntegers(this.doubles, { stackId, values, start, end });
  }

  private addInteger(stack: number, value: bigint): void {
    const integers = (this.integers ??= new BigInt64Array(this.doubles.length));
    const before = integers[stack];
    if (before === undefined) throw corrupt(`a sample names stack ${stack} of ${integers.length}`);
    integers[stack] = checkSum(before + value);
  }

  private spill(): void {
    const { doubles } = this;
    for (let i = 0; i < doubles.length; i++) {
      const value = doubles[i] ?? 0;
      if (value !== 0) this.addInteger(i, BigInt(value));
    }
    doubles.fill(0);
    this.doublesMax = 0;
  }

  /**
   * The sums by stack id; the object must not be used any more. They must be what the rows said their totals are: a
   * sample that points outside the stacks, or a block whose columns disagree, is found here.
   *
   * @throws BasaltError `block_corrupt`, `value_overflow`.
   */
  finish(): BigInt64Array {
    if (this.integers !== undefined) this.spill();
    const found = this.integers === undefined ? BigInt(sumDoubles(this.doubles)) : sumValues(this.integers);
    if (!this.isFiltered && found !== this.expected) {
      throw corrupt(`samples sum up to ${found}, their rows to ${this.expected}`);
    }
    return this.integers ?? toInt64InPlace(this.doubles);
  }
}

function corrupt(what: string): BasaltError {
  return new BasaltError("block_corrupt", what);
}

interface Samples<V> {
  readonly stackId: Uint32Array;
  readonly values: V;
  readonly start: number;
  readonly end: number;
}

function addDoubles(sums: Float64Array, { stackId, values, start, end }: Samples<Float64Array>): void {
  for (let i = start; i < end; i++) {
    const stack = stackId[i] as number;
    sums[stack] = (sums[stack] as number) + (values[i] as number);
  }
}

function addIntegers(sums: Float64Array, { stackId, values, start, end }: Samples<BigInt64Array>): void {
  for (let i = start; i < end; i++) {
    const stack = stackId[i] as number;
    sums[stack] = (sums[stack] as number) + Number(values[i]);
  }
}

function sumDoubles(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}
