import type { RowBatch } from "@basalt/store";
import { Int64Column } from "./int64-column.ts";
import type { Wave } from "./wave.ts";

/** Collects rows of a wave with new stack ids; samples of one stack, span and trace become one. */
export class RowBatchBuilder {
  rowCount = 0;
  readonly #wave: Wave;
  #seriesIndex: number[] = [];
  #rows: number[] = [];
  #sampleStart: number[] = [0];
  #values: Int64Column = new Int64Column();
  #stackId: number[] = [];
  /** The wave's samples that the batch's are made of: the first of each. */
  #origin: number[] = [];
  /** Where in the batch the samples of the row at hand are, by their key. */
  readonly #placeOf = new Map<number | string, number>();

  constructor(wave: Wave) {
    this.#wave = wave;
  }

  get sampleCount(): number {
    return this.#values.count;
  }

  append(row: number, seriesIndex: number, stackOf: (stacktraceId: number) => number): void {
    const wave = this.#wave;
    this.rowCount++;
    this.#rows.push(row);
    this.#seriesIndex.push(seriesIndex);
    this.#placeOf.clear();
    const end = wave.sampleStart[row + 1] as number;
    for (let sample = wave.sampleStart[row] as number; sample < end; sample++) {
      this.#addSample(stackOf(wave.stacktraceId[sample] as number), sample);
    }
    this.#sampleStart.push(this.sampleCount);
  }

  /** The rows collected; the builder is empty then. */
  take(): RowBatch {
    const wave = this.#wave;
    const rows = this.#rows;
    const profileId = new Uint8Array(rows.length * 16);
    for (const [i, row] of rows.entries()) profileId.set(wave.profileId[row] as Uint8Array, i * 16);
    const batch: RowBatch = {
      rowCount: this.rowCount,
      seriesIndex: Uint32Array.from(this.#seriesIndex),
      timeNanos: BigInt64Array.from(rows, (row) => wave.timeNanos[row] as bigint),
      durationNanos: BigInt64Array.from(rows, (row) => wave.durationNanos[row] as bigint),
      period: BigInt64Array.from(rows, (row) => wave.period[row] as bigint),
      total: BigInt64Array.from(rows, (row) => wave.total[row] as bigint),
      profileId,
      sampleStart: Uint32Array.from(this.#sampleStart),
      stackId: Uint32Array.from(this.#stackId),
      values: this.#values.values,
      ...this.#takeIds(),
    };
    this.#clear();
    return batch;
  }

  #addSample(stack: number, sample: number): void {
    const value = this.#wave.values.values[sample] as number | bigint;
    const key = this.#keyOf(stack, sample);
    const same = this.#placeOf.get(key);
    if (same !== undefined) {
      this.#values.add(same, value);
      return;
    }
    this.#placeOf.set(key, this.sampleCount);
    this.#stackId.push(stack);
    this.#origin.push(sample);
    this.#values.push(value);
  }

  /** What samples of a row are summed by: the stack, and the ids if there are any. */
  #keyOf(stack: number, sample: number): number | string {
    const { spanId, traceId } = this.#wave;
    const span = spanId?.[sample] ?? 0n;
    const trace = traceId?.subarray(sample * 16, sample * 16 + 16);
    if (span === 0n && trace?.some((byte) => byte !== 0) !== true) return stack;
    return `${stack}/${span}/${trace?.join(".") ?? ""}`;
  }

  #takeIds(): Pick<RowBatch, "spanId" | "traceId"> {
    const { spanId, traceId } = this.#wave;
    const spans =
      spanId === undefined ? undefined : BigUint64Array.from(this.#origin, (from) => spanId[from] as bigint);
    const traces = traceId === undefined ? undefined : new Uint8Array(this.#origin.length * 16);
    for (const [i, from] of this.#origin.entries())
      traces?.set(traceId?.subarray(from * 16, from * 16 + 16) ?? [], i * 16);
    return { ...(spans === undefined ? {} : { spanId: spans }), ...(traces === undefined ? {} : { traceId: traces }) };
  }

  #clear(): void {
    this.rowCount = 0;
    this.#rows = [];
    this.#seriesIndex = [];
    this.#sampleStart = [0];
    this.#values = new Int64Column();
    this.#stackId = [];
    this.#origin = [];
    this.#placeOf.clear();
  }
}
