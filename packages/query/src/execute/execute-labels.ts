import type { Labels } from "@basalt/model";
import { labelsKey } from "@basalt/model";
import type { LabelNamesPlan, LabelSetsPlan, LabelValuesPlan } from "../plan/query-plan.ts";
import type { SelectedSeries } from "./select-series.ts";

const legacyName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Distinct label sets of one source, projected as the plan says. */
export function labelSetsOf({ index, selected }: SelectedSeries, plan: LabelSetsPlan): Labels[] {
  if (plan.labelNames.length > 0) {
    return index.group(plan.labelNames, selected).groups.filter((labels) => labels.length > 0);
  }
  if (plan.legacyNamesOnly) {
    const names = [...index.names()].filter((name) => legacyName.test(name)).sort();
    if (names.length < [...index.names()].length) return index.group(names, selected).groups;
  }
  // All labels: a source holds no series twice.
  const sets: Labels[] = [];
  for (let i = 0; i < selected.length; i++) if (selected[i] === 1) sets.push(index.labelsOf(i));
  return sets;
}

/** Distinct label names of one source. */
export function labelNamesOf({ index, selected }: SelectedSeries, plan: LabelNamesPlan): string[] {
  const names = index.namesOf(selected);
  return plan.legacyNamesOnly ? names.filter((name) => legacyName.test(name)) : names;
}

/** Distinct values of a label in one source. */
export function labelValuesOf({ index, selected }: SelectedSeries, plan: LabelValuesPlan): string[] {
  return index.valuesOf(plan.name, selected);
}

/** Label sets without repetition. */
export function distinctLabelSets(lists: Iterable<readonly Labels[]>): Labels[] {
  const distinct = new Map<string, Labels>();
  for (const list of lists) for (const labels of list) distinct.set(labelsKey(labels), labels);
  return [...distinct.values()];
}
