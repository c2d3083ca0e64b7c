import type { MemoryCharge, RowBatch, RowSource } from "@basalt/store";
import { selectStacks } from "@basalt/symdb";

/** 5: the mark of a stack, and how much of the call site it has. */
const stackBytes = 5;

/** Values of rows below a call site; keeps the marks of each partition of one source. */
export class CallSiteTotals {
  private readonly callSite: readonly string[];
  private readonly charge: MemoryCharge;
  private readonly marksOfPartition = new Map<number, Uint8Array>();

  constructor(callSite: readonly string[], charge: MemoryCharge) {
    this.callSite = callSite;
    this.charge = charge;
  }

  /** 1 for the stacks of a partition that pass the call site. */
  async marks(source: RowSource, partition: number): Promise<Uint8Array> {
    let marks = this.marksOfPartition.get(partition);
    if (marks === undefined) {
      const tables = await source.paths(partition, this.charge);
      this.charge(tables.stackCount * stackBytes);
      marks = selectStacks(tables, this.callSite);
      this.marksOfPartition.set(partition, marks);
    }
    return marks;
  }

  /** Sum of the marked samples of each row. No sum overflows: a row's total fits int64 and no value is negative. */
  static totals(batch: RowBatch, marks: Uint8Array): BigInt64Array {
    const { rowCount, sampleStart, stackId, values } = batch;
    if (sampleStart === undefined || stackId === undefined || values === undefined) {
      throw new Error("assertion failed: a scan for samples gives sampleStart, stackId and values");
    }
    const totals = new BigInt64Array(rowCount);
    for (let row = 0; row < rowCount; row++) {
      let total = 0n;
      const end = sampleStart[row + 1] ?? 0;
      for (let i = sampleStart[row] ?? 0; i < end; i++) {
        if (marks[stackId[i] ?? 0] === 1) total += BigInt(values[i] ?? 0);
      }
      totals[row] = total;
    }
    return totals;
  }
}
