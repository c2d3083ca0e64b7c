import { lanesOf } from "@basalt/calltree";
import type { RowBatch, RowSource } from "@basalt/store";
import type { PartialSeries } from "../merge/query-partial.ts";
import type { SeriesPlan } from "../plan/query-plan.ts";
import type { Budget } from "./budget.ts";
import { CallSiteTotals } from "./call-site-totals.ts";
import { millisAt } from "./int64-lanes.ts";
import { PointSums } from "./point-sums.ts";
import type { SelectedSeries } from "./select-series.ts";

/**
 * Values over time of one source by group. Without a call site the rows' totals are enough, and no sample is read.
 *
 * @throws BasaltError `value_overflow`, bounds of the budget, and what the source throws.
 */
export async function executeSeries(
  source: RowSource,
  { index, selected }: SelectedSeries,
  plan: SeriesPlan,
  budget: Budget,
): Promise<PartialSeries[]> {
  const { groupOf, groups } = index.group(plan.groupBy, selected);
  const sums = groups.map(() => new PointSums(budget.memory.columns));
  const callSite = plan.callSite.length === 0 ? undefined : new CallSiteTotals(plan.callSite, budget.memory.columns);
  const request = { series: selected, range: plan.range, samples: callSite !== undefined, profileIds: false };
  for await (const batch of source.scan({ ...request, spanIds: false }, budget.signal)) {
    let values = lanesOf(batch.total);
    if (callSite !== undefined) {
      values = lanesOf(CallSiteTotals.totals(batch, await callSite.marks(source, batch.partition)));
    }
    addRows(batch, { values, groupOf, sums, plan, skipsZero: callSite !== undefined });
    await budget.pause();
  }
  return sums
    .map((group, i) => ({ labels: groups[i] ?? [], ...group.finish() }))
    .filter(({ pointIndex }) => pointIndex.length > 0);
}

interface Destination {
  /** Lanes of the rows' values. */
  readonly values: Uint32Array;
  readonly groupOf: Uint32Array;
  readonly sums: readonly PointSums[];
  readonly plan: SeriesPlan;
  /** A row without the call site is no row of the answer. */
  readonly skipsZero: boolean;
}

function addRows(batch: RowBatch, { values, groupOf, sums, plan, skipsZero }: Destination): void {
  const times = lanesOf(batch.timeNanos);
  const { firstPointMs, stepMs } = plan;
  for (let row = 0; row < batch.rowCount; row++) {
    if (skipsZero && values[row * 2] === 0 && values[row * 2 + 1] === 0) continue;
    const group = sums[groupOf[batch.seriesIndex[row] ?? 0] ?? 0];
    const pointIndex = Math.ceil((millisAt(times, row) - firstPointMs) / stepMs);
    if (pointIndex < 0) continue;
    group?.add(pointIndex, values, row, 1);
  }
}
