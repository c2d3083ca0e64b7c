import type { Matcher, ProfileType } from "@basalt/model";
import { formatProfileType, labelNames, matcher, parseSelectors } from "@basalt/model";
import type { RowSource } from "@basalt/store";
import { LabelIndex, labelIndexOf } from "./label-index.ts";

/** The selected series of one source. */
export interface SelectedSeries {
  readonly index: LabelIndex;
  /** 1 where a series is wanted, by series index. */
  readonly selected: Uint8Array;
  readonly selectedCount: number;
}

/** The alternatives of a plan, each narrowed to the profile type if the plan has one. */
export function planAlternatives(plan: {
  readonly selectors: readonly string[];
  readonly profileType?: ProfileType;
}): readonly (readonly Matcher[])[] {
  const alternatives = parseSelectors(plan.selectors);
  if (plan.profileType === undefined) return alternatives;
  const ofType = matcher(labelNames.profileType, "=", formatProfileType(plan.profileType));
  return alternatives.length === 0 ? [[ofType]] : alternatives.map((matchers) => [ofType, ...matchers]);
}

/** Evaluates a plan's alternatives on a source; `pause` is called now and then, and may throw. */
export async function selectSeries(
  source: RowSource,
  alternatives: readonly (readonly Matcher[])[],
  pause: () => Promise<void>,
): Promise<SelectedSeries> {
  const index = labelIndexOf(await source.series());
  const selected = await index.select(alternatives, pause);
  let selectedCount = 0;
  for (const bit of selected) selectedCount += bit;
  return { index, selected, selectedCount };
}

/** No series of no source: for plans that look at no series. */
export const noSeries: SelectedSeries = { index: new LabelIndex([]), selected: new Uint8Array(0), selectedCount: 0 };
