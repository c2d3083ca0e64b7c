import { lanesOf } from "@basalt/calltree";
import { labelsKey } from "@basalt/model";
import { PointSums } from "../execute/point-sums.ts";
import type { PartialSeries } from "./query-partial.ts";

/**
 * Adds up groups of equal labels, point by point.
 *
 * @throws BasaltError `value_overflow`.
 */
export function mergeSeries(lists: readonly (readonly PartialSeries[])[]): PartialSeries[] {
  const groups = new Map<string, PartialSeries[]>();
  for (const list of lists) {
    for (const series of list) {
      const key = labelsKey(series.labels);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [series]);
      else group.push(series);
    }
  }
  return [...groups.values()].map(addUp);
}

function addUp(group: readonly PartialSeries[]): PartialSeries {
  const [first] = group;
  if (first === undefined) throw new Error("assertion failed: a group has a series");
  if (group.length === 1) return first;
  const sums = new PointSums();
  for (const { pointIndex, sum, rowCount } of group) {
    const values = lanesOf(sum);
    for (let i = 0; i < pointIndex.length; i++) sums.add(pointIndex[i] ?? 0, values, i, rowCount[i] ?? 0);
  }
  return { labels: first.labels, ...sums.finish() };
}
