import { overlaps } from "@basalt/model";
import type { RowSource } from "@basalt/store";
import type { QueryPartial } from "../merge/query-partial.ts";
import { isEmptyRange } from "../plan/plan-range.ts";
import type { QueryPlan } from "../plan/query-plan.ts";
import { Budget, type ExecuteContext } from "./budget.ts";
import { executionOf } from "./execution.ts";
import { noSeries, planAlternatives, selectSeries } from "./select-series.ts";
import { UnreadSources } from "./unread-sources.ts";

/**
 * Answers a plan from some sources: heads, segments, blocks, in any mixture. A source that turns out to be damaged is
 * left out as a whole; the answer then says that it is partial, and why.
 *
 * @throws BasaltError `query_timeout`, `query_bytes_limit`, `query_memory_limit`, `value_overflow`, `selector_malformed`,
 * the reason of the signal, `object_not_found` naming what is missing (see {@link UnreadSources}), and what else reading a
 * source throws besides `block_corrupt`.
 */
export async function executePlan(
  plan: QueryPlan,
  sources: readonly RowSource[],
  context: ExecuteContext,
): Promise<QueryPartial> {
  const budget = new Budget(context);
  try {
    return await execute(plan, sources, { budget, context });
  } finally {
    budget.release();
  }
}

async function execute(
  plan: QueryPlan,
  sources: readonly RowSource[],
  { budget, context }: { readonly budget: Budget; readonly context: ExecuteContext },
): Promise<QueryPartial> {
  const alternatives = planAlternatives(plan);
  const execution = executionOf(plan, budget, context.memory);
  const pause = (): Promise<void> => budget.pause();
  const unread = new UnreadSources(context.lost);
  for (const source of sources) {
    if (!isAsked(plan, source)) continue;
    budget.watch(source);
    await budget.pause();
    try {
      await execution.add(source, plan.kind === "stats" ? noSeries : await selectSeries(source, alternatives, pause));
    } catch (error) {
      unread.add(source, error);
    }
  }
  const warnings = unread.warnings();
  return { ...execution.finish(), isPartial: warnings.length > 0, warnings, cost: budget.cost() };
}

/** Whether a source may hold rows of the answer. */
export function isAsked(plan: QueryPlan, source: Pick<RowSource, "kind" | "range">): boolean {
  if (isEmptyRange(plan.range)) return false;
  if ("blocksSince" in plan && source.kind === "block" && source.range.end < plan.blocksSince) return false;
  return overlaps(plan.range, source.range);
}
