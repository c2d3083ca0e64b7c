import type { RowSource } from "@basalt/store";
import type { SymbolTables } from "@basalt/symdb";
import { selectStacks } from "@basalt/symdb";
import type { PprofPlan, TreePlan } from "../plan/query-plan.ts";
import type { Budget } from "./budget.ts";
import type { SelectedSeries } from "./select-series.ts";
import { StackSums } from "./stack-sums.ts";

/** The selected values of one partition of a source. */
export interface PartitionSums {
  readonly symbols: SymbolTables;
  /** By stack id. */
  readonly sums: BigInt64Array;
}

/**
 * Reads the selected rows of a source and sums their samples by partition and stack. Nothing is given out before all of
 * it is read: a source that proves corrupt leaves no trace.
 *
 * @throws BasaltError `block_corrupt`, `value_overflow`, bounds of the budget, and what the source throws.
 */
export async function sumByStack(
  source: RowSource,
  { selected, selectedCount }: SelectedSeries,
  plan: TreePlan | PprofPlan,
  budget: Budget,
): Promise<PartitionSums[]> {
  if (selectedCount === 0) return [];
  const spans = plan.spans.length === 0 ? undefined : new Set(plan.spans.map(spanNumber));
  const open = new Map<number, { readonly symbols: SymbolTables; readonly sums: StackSums }>();
  const wanted = { series: selected, range: plan.range, samples: true, profileIds: false };
  for await (const batch of source.scan({ ...wanted, spanIds: spans !== undefined }, budget.signal)) {
    let partition = open.get(batch.partition);
    if (partition === undefined) {
      const symbols = await source.symbols(batch.partition);
      budget.charge(symbols.stackCount * StackSums.bytesPerStack);
      partition = { symbols, sums: new StackSums(symbols.stackCount) };
      open.set(batch.partition, partition);
    }
    if (spans === undefined) partition.sums.add(batch);
    else partition.sums.addSpans(batch, spans);
    await budget.pause();
  }
  return Array.from(open.values(), ({ symbols, sums }) => ({
    symbols,
    sums: atCallSite(symbols, sums.finish(), plan.callSite),
  }));
}

/** Span ids are stored as the eight bytes that the hex digits stand for, read as a little-endian number. */
function spanNumber(hex: string): bigint {
  let number = 0n;
  for (let byte = 7; byte >= 0; byte--) number = (number << 8n) | BigInt(`0x${hex.slice(byte * 2, byte * 2 + 2)}`);
  return number;
}

function atCallSite(symbols: SymbolTables, sums: BigInt64Array, callSite: readonly string[]): BigInt64Array {
  if (callSite.length === 0) return sums;
  const selected = selectStacks(symbols, callSite);
  for (let stack = 0; stack < sums.length; stack++) if (selected[stack] === 0) sums[stack] = 0n;
  return sums;
}
