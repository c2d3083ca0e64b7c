import { BasaltError, labelNames, parseSelectors } from "@basalt/model";
import type { RangeRequest } from "./plan-range.ts";
import { allOfTime, planLabelRange } from "./plan-range.ts";
import type { PlanContext } from "./plan-select.ts";
import type { LabelNamesPlan, LabelSelection, LabelSetsPlan, LabelValuesPlan, StatsPlan } from "./query-plan.ts";

/** A question about labels. Several selectors are alternatives, as in Pyroscope v1. */
export interface LabelRequest extends RangeRequest {
  readonly matchers: readonly string[];
}

/** Grafana sends one; a hundred is room for tools, and parsing them stays in microseconds. */
const matcherCountMax = 100;
/** Above the default limit of labels a series (30). */
const labelNameCountMax = 100;

/**
 * Plans the distinct label sets of the selected series, projected to some names (empty = all labels).
 *
 * @throws BasaltError `selector_malformed`, `range_*`, `query_malformed`.
 */
export function planLabelSets(
  request: LabelRequest & { readonly labelNames: readonly string[] },
  context: PlanContext,
  options: { readonly legacyNamesOnly: boolean },
): LabelSetsPlan {
  const names = [...new Set(request.labelNames)].sort();
  if (names.length > labelNameCountMax) {
    throw new BasaltError("query_malformed", `label_names has ${names.length} names, at most ${labelNameCountMax}`);
  }
  // Names that were asked for are given as asked; only "all labels" is narrowed for clients of the old rule.
  const legacyNamesOnly = options.legacyNamesOnly && names.length === 0;
  return { kind: "labelSets", ...planLabelSelection(request, context), labelNames: names, legacyNamesOnly };
}

/** Plans the profile types: the distinct values of `__profile_type__`. */
export function planProfileTypes(request: RangeRequest, context: PlanContext): LabelValuesPlan {
  const selection = planLabelSelection({ ...request, matchers: [] }, context);
  return { kind: "labelValues", ...selection, name: labelNames.profileType };
}

/** Plans the distinct label names. Errors as {@link planLabelSets}. */
export function planLabelNames(
  request: LabelRequest,
  context: PlanContext,
  options: { readonly legacyNamesOnly: boolean },
): LabelNamesPlan {
  return {
    kind: "labelNames",
    ...planLabelSelection(request, context),
    legacyNamesOnly: options.legacyNamesOnly,
  };
}

/** Plans the distinct values of a label. Errors as {@link planLabelSets}; `query_malformed` without a name. */
export function planLabelValues(
  request: LabelRequest & { readonly name: string },
  context: PlanContext,
): LabelValuesPlan {
  if (request.name === "") throw new BasaltError("query_malformed", "name is required");
  return { kind: "labelValues", ...planLabelSelection(request, context), name: request.name };
}

/** Plans the question whether there is any data, of whatever age. */
export function planStats(context: PlanContext): StatsPlan {
  return { kind: "stats", tenant: context.tenant, selectors: [], range: allOfTime, blocksSince: allOfTime.start };
}

function planLabelSelection(request: LabelRequest, context: PlanContext): LabelSelection {
  if (request.matchers.length > matcherCountMax) {
    throw new BasaltError("query_malformed", `${request.matchers.length} matchers, at most ${matcherCountMax}`);
  }
  parseSelectors(request.matchers);
  return { tenant: context.tenant, selectors: request.matchers, ...planLabelRange(request, context) };
}
