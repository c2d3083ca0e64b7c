import { type MemoryAccount, mergeTrees, noAccount } from "@basalt/calltree";
import { distinctLabelSets } from "../execute/execute-labels.ts";
import type { QueryPlan } from "../plan/query-plan.ts";
import { mergeProfiles } from "./merge-profiles.ts";
import { mergeSeries } from "./merge-series.ts";
import type { PartialSeries, QueryPartial, SeriesPartial, StatsPartial } from "./query-partial.ts";
import { mergeOutcomes } from "./query-partial.ts";

/**
 * Merges the partials of one plan, from any places. None at all merge into the empty answer. The seed is for hash tables;
 * the account is told of what merging takes.
 *
 * @throws BasaltError `value_overflow`; what the account throws.
 */
export function mergePartials(
  plan: Pick<QueryPlan, "kind">,
  partials: readonly QueryPartial[],
  by: { readonly hashSeed?: number; readonly account?: MemoryAccount } = {},
): QueryPartial {
  const { account = noAccount } = by;
  const outcome = mergeOutcomes(partials);
  const { kind } = plan;
  switch (kind) {
    case "tree": {
      const trees = ofKind(partials, kind).flatMap(({ tree }) => (tree === undefined ? [] : [tree]));
      return { kind, tree: trees.length === 0 ? undefined : mergeTrees(trees, account), ...outcome };
    }
    case "series":
      return { kind, series: mergeSeries(listsOf(ofKind(partials, kind)), account.columns), ...outcome };
    case "pprof":
      return {
        kind,
        profile: mergeProfiles(
          ofKind(partials, kind).map(({ profile }) => profile),
          { hashSeed: by.hashSeed ?? 0, account },
        ),
        ...outcome,
      };
    case "labelSets":
      return { kind, labelSets: distinctLabelSets(ofKind(partials, kind).map((one) => one.labelSets)), ...outcome };
    case "labelNames":
    case "labelValues":
      return { kind, strings: [...new Set(ofKind(partials, kind).flatMap(({ strings }) => strings))], ...outcome };
    case "stats":
      return { kind, range: widest(ofKind(partials, kind)), ...outcome };
  }
}

function listsOf(partials: readonly SeriesPartial[]): (readonly PartialSeries[])[] {
  return partials.map(({ series }) => series);
}

function ofKind<K extends QueryPartial["kind"]>(
  partials: readonly QueryPartial[],
  kind: K,
): Extract<QueryPartial, { kind: K }>[] {
  return partials.map((partial) => {
    if (partial.kind !== kind) throw new Error(`assertion failed: a partial of ${partial.kind} answers ${kind}`);
    return partial as Extract<QueryPartial, { kind: K }>;
  });
}

function widest(partials: readonly StatsPartial[]): StatsPartial["range"] {
  let widestYet: StatsPartial["range"];
  for (const { range } of partials) {
    if (range === undefined) continue;
    widestYet = {
      start: widestYet === undefined || range.start < widestYet.start ? range.start : widestYet.start,
      end: widestYet === undefined || range.end > widestYet.end ? range.end : widestYet.end,
    };
  }
  return widestYet;
}
