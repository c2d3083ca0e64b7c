import type { MemoryCharge, RowSource, SourceBatch } from "@basalt/store";
import type { PathTables } from "@basalt/symdb";
import { selectStacks } from "@basalt/symdb";
import type { PprofPlan, TreePlan } from "../plan/query-plan.ts";
import type { Budget } from "./budget.ts";
import type { MemoryLease } from "./memory-budget.ts";
import type { SelectedSeries } from "./select-series.ts";
import { type SparseSums, StackSums } from "./stack-sums.ts";

/** Selected values of one partition of a source. A source may give several of one partition. */
export interface PartitionSums<S extends PathTables> extends SparseSums {
  readonly symbols: S;
}

/** What sums are made with. */
export interface SummerParts<S extends PathTables> {
  readonly budget: Budget;
  readonly sums: StackSums;
  /** Counts what the source takes until its sums are added up. */
  readonly lease: MemoryLease;
  /** The symbols of a partition, as far as they are needed. */
  readonly symbolsOf: (source: RowSource, partition: number, charge: MemoryCharge) => Promise<S>;
}

/** 5: the mark of a stack, and how much of the call site it has. */
const callSiteBytes = 5;

/** Sums the samples of one source by partition and stack. */
export class PartitionSummer<S extends PathTables> {
  private readonly source: RowSource;
  private readonly plan: TreePlan | PprofPlan;
  private readonly budget: Budget;
  private readonly sums: StackSums;
  private readonly lease: MemoryLease;
  private readonly spans: ReadonlySet<bigint> | undefined;
  private readonly symbolsOf: SummerParts<S>["symbolsOf"];
  private readonly done: PartitionSums<S>[] = [];
  private readonly marksOf = new Map<S, Uint8Array>();
  private openPartition = -1;
  private symbols: S | undefined;

  /** The sums' memory is this object's alone until `run` has ended. */
  constructor(source: RowSource, plan: TreePlan | PprofPlan, by: SummerParts<S>) {
    this.source = source;
    this.plan = plan;
    this.budget = by.budget;
    this.sums = by.sums;
    this.lease = by.lease;
    this.symbolsOf = by.symbolsOf;
    this.spans = plan.spans.length === 0 ? undefined : new Set(plan.spans.map(spanNumber));
  }

  /**
   * Reads the selected rows. Nothing is given out before all of it is read: a source that proves corrupt leaves no trace.
   *
   * @throws BasaltError `block_corrupt`, `value_overflow`, bounds of the budget, and what the source throws.
   */
  async run({ selected, selectedCount }: SelectedSeries): Promise<readonly PartitionSums<S>[]> {
    if (selectedCount === 0) return [];
    const { source, plan, budget } = this;
    const wanted = { series: selected, range: plan.range, samples: true, profileIds: false };
    try {
      for await (const batch of source.scan({ ...wanted, spanIds: this.spans !== undefined }, budget.signal)) {
        await this.add(batch);
        await budget.pause();
      }
      this.close();
    } finally {
      this.sums.clear();
    }
    return this.done;
  }

  private async add(batch: SourceBatch): Promise<void> {
    if (batch.partition !== this.openPartition) {
      this.close();
      const { columns: charge } = this.lease;
      this.symbols = await this.symbolsOf(this.source, batch.partition, charge);
      this.openPartition = batch.partition;
      charge(StackSums.bytesFor(this.symbols.stackCount));
      this.sums.begin(this.symbols.stackCount);
    }
    if (this.spans === undefined) this.sums.add(batch);
    else this.sums.addSpans(batch, this.spans);
  }

  private close(): void {
    if (this.symbols === undefined) return;
    const { stackCount } = this.symbols;
    const sums = this.atCallSite(this.symbols, this.sums.take());
    this.lease.columns(StackSums.bytesFor(sums.stackIds.length) - StackSums.bytesFor(stackCount));
    if (sums.stackIds.length > 0) this.done.push({ ...sums, symbols: this.symbols });
    this.symbols = undefined;
    this.openPartition = -1;
  }

  private atCallSite(symbols: S, sums: SparseSums): SparseSums {
    if (this.plan.callSite.length === 0) return sums;
    let marks = this.marksOf.get(symbols);
    if (marks === undefined) {
      this.lease.columns(symbols.stackCount * callSiteBytes);
      marks = selectStacks(symbols, this.plan.callSite);
      this.marksOf.set(symbols, marks);
    }
    const isSelected = marks;
    return {
      stackIds: sums.stackIds.filter((stack) => isSelected[stack] === 1),
      values: sums.values.filter((_, i) => isSelected[sums.stackIds[i] as number] === 1),
    };
  }
}

/** Span ids are stored as the eight bytes that the hex digits stand for, read as a little-endian number. */
function spanNumber(hex: string): bigint {
  let number = 0n;
  for (let byte = 7; byte >= 0; byte--) number = (number << 8n) | BigInt(`0x${hex.slice(byte * 2, byte * 2 + 2)}`);
  return number;
}
