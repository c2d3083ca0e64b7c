import { checkSum, lanesOf, sumValues } from "@basalt/calltree";
import { BasaltError } from "@basalt/model";
import type { RowBatch } from "@basalt/store";

/** Up to here a double tells every whole number from its neighbours: 2^53 may be 2^53 + 1, rounded. */
const exactMax: number = Number.MAX_SAFE_INTEGER;

/** 32: a double, an integer, the note that it was met, and what is taken, 12. */
const stackBytes = 32;

/** Stacks of a partition that have a value, each once, and the values. */
export interface SparseSums {
  readonly stackIds: Uint32Array;
  readonly values: BigInt64Array;
}

/**
 * Sums of values by stack, one partition after the other in the same memory. Doubles add the fastest; they stay exact
 * because they are moved into 64-bit integers before any of them can pass 2^53, which the rows' totals tell beforehand.
 * The stacks that are met are noted, so that a partition costs what the query meets of it and not all that it has.
 */
export class StackSums {
  private doubles = new Float64Array(1024);
  /** Only where doubles would not be exact. */
  private integers: BigInt64Array | undefined;
  private stackCount = 0;
  /** Stacks whose sum was 0 when something was added; one may be there more than once. */
  private met = new Uint32Array(1024);
  private metCount = 0;
  /** No double is greater than this. */
  private doublesMax = 0;
  /** Sum of the totals of all rows, exact. */
  private expected = 0n;
  private isFiltered = false;

  /** Memory that is kept from partition to partition, in bytes. */
  get byteLength(): number {
    return this.doubles.byteLength + this.met.byteLength;
  }

  /** Memory that a partition with so many stacks may take in all, in bytes: its sums here, twice, and as they are taken. */
  static bytesFor(stackCount: number): number {
    return stackCount * stackBytes;
  }

  /** Begins with a partition; the one before was taken or cleared. */
  begin(stackCount: number): void {
    this.stackCount = stackCount;
    if (this.doubles.length >= stackCount) return;
    this.doubles = new Float64Array(Math.max(stackCount, this.doubles.length * 2));
  }

  /** Adds all samples of a batch. */
  add(batch: RowBatch): void {
    const { rowCount, total } = batch;
    const { sampleStart } = samplesOf(batch);
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

  /** Adds those samples of a batch whose span is wanted. A source without spans has none. */
  addSpans(batch: RowBatch, spans: ReadonlySet<bigint>): void {
    const { sampleStart, stackId, values } = samplesOf(batch);
    this.isFiltered = true;
    if (batch.spanId === undefined) return;
    const end = sampleStart[batch.rowCount] ?? 0;
    for (let i = sampleStart[0] ?? 0; i < end; i++) {
      if (spans.has(batch.spanId[i] ?? 0n)) this.addInteger(stackId[i] ?? 0, BigInt(values[i] ?? 0));
    }
  }

  /** Adds samples that all lie in rows whose totals sum up to at most `bound`. */
  private addRows(batch: RowBatch, start: number, end: number, bound: number): void {
    const { stackId, values } = samplesOf(batch);
    if (bound > exactMax) {
      for (let i = start; i < end; i++) this.addInteger(stackId[i] ?? 0, BigInt(values[i] ?? 0));
      return;
    }
    if (this.doublesMax + bound > exactMax) this.moveToIntegers();
    this.doublesMax += bound;
    if (this.met.length < this.metCount + end - start) this.growMet(this.metCount + end - start);
    // Two loops of one kind of array each stay fast; one loop over either kind does not.
    if (values instanceof Float64Array) this.addDoubles(stackId, values, { start, end });
    else this.addExactIntegers(stackId, values, { start, end });
  }

  private addDoubles(stackId: Uint32Array, values: Float64Array, { start, end }: Slice): void {
    const { doubles, met, stackCount } = this;
    let count = this.metCount;
    for (let i = start; i < end; i++) {
      const stack = stackId[i] as number;
      // A stack that does not exist is missed when the sums are compared with the totals.
      if (stack >= stackCount) continue;
      const before = doubles[stack] as number;
      if (before === 0) met[count++] = stack;
      doubles[stack] = before + (values[i] as number);
    }
    this.metCount = count;
  }

  private addExactIntegers(stackId: Uint32Array, values: BigInt64Array, { start, end }: Slice): void {
    const { doubles, met, stackCount } = this;
    let count = this.metCount;
    for (let i = start; i < end; i++) {
      const stack = stackId[i] as number;
      if (stack >= stackCount) continue;
      const before = doubles[stack] as number;
      if (before === 0) met[count++] = stack;
      doubles[stack] = before + Number(values[i]);
    }
    this.metCount = count;
  }

  private addInteger(stack: number, value: bigint): void {
    if (stack >= this.stackCount) return;
    this.integers ??= new BigInt64Array(this.doubles.length);
    const before = this.integers[stack] ?? 0n;
    if (before === 0n) {
      if (this.metCount === this.met.length) this.growMet(this.metCount + 1);
      this.met[this.metCount++] = stack;
    }
    this.integers[stack] = checkSum(before + value);
  }

  private growMet(least: number): void {
    const grown = new Uint32Array(Math.max(least, this.met.length * 2));
    grown.set(this.met);
    this.met = grown;
  }

  private moveToIntegers(): void {
    const count = this.metCount;
    for (let i = 0; i < count; i++) {
      const stack = this.met[i] as number;
      const value = this.doubles[stack] as number;
      this.doubles[stack] = 0;
      if (value !== 0) this.addInteger(stack, BigInt(value));
    }
    this.doublesMax = 0;
  }

  /**
   * The sums of the partition, and the memory is clear again. They must be what the rows said their totals are: a sample
   * that points outside the stacks, or a block whose columns disagree, is found here.
   *
   * @throws BasaltError `block_corrupt`, `value_overflow`.
   */
  take(): SparseSums {
    const { expected, isFiltered } = this;
    if (this.integers !== undefined) this.moveToIntegers();
    const sums = this.integers === undefined ? this.takeDoubles() : this.takeIntegers(this.integers);
    this.clear();
    const found = sumValues(sums.values);
    if (isFiltered || found === expected) return sums;
    throw new BasaltError("block_corrupt", `samples sum up to ${found}, their rows to ${expected}`);
  }

  private takeDoubles(): SparseSums {
    const { doubles, met, metCount } = this;
    const stackIds = new Uint32Array(metCount);
    const values = new BigInt64Array(metCount);
    const lanes = lanesOf(values);
    let count = 0;
    for (let i = 0; i < metCount; i++) {
      const stack = met[i] as number;
      const value = doubles[stack] as number;
      if (value === 0) continue;
      doubles[stack] = 0;
      stackIds[count] = stack;
      lanes[count * 2] = value % 2 ** 32;
      lanes[count * 2 + 1] = value / 2 ** 32;
      count++;
    }
    return { stackIds: stackIds.subarray(0, count), values: values.subarray(0, count) };
  }

  private takeIntegers(integers: BigInt64Array): SparseSums {
    const stackIds = new Uint32Array(this.metCount);
    const values = new BigInt64Array(this.metCount);
    let count = 0;
    for (let i = 0; i < this.metCount; i++) {
      const stack = this.met[i] as number;
      const value = integers[stack] as bigint;
      if (value === 0n) continue;
      integers[stack] = 0n;
      stackIds[count] = stack;
      values[count++] = value;
    }
    return { stackIds: stackIds.subarray(0, count), values: values.subarray(0, count) };
  }

  /** Forgets what was added. */
  clear(): void {
    for (let i = 0; i < this.metCount; i++) this.doubles[this.met[i] as number] = 0;
    this.integers = undefined;
    this.metCount = 0;
    this.doublesMax = 0;
    this.expected = 0n;
    this.isFiltered = false;
  }
}

interface Slice {
  readonly start: number;
  readonly end: number;
}

function samplesOf({
  sampleStart,
  stackId,
  values,
}: RowBatch): Required<Pick<RowBatch, "sampleStart" | "stackId" | "values">> {
  if (sampleStart === undefined || stackId === undefined || values === undefined) {
    throw new Error("assertion failed: a scan for samples gives sampleStart, stackId and values");
  }
  return { sampleStart, stackId, values };
}
