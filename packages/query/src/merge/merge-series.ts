import { lanesOf } from "@basalt/calltree";
import { labelsKey } from "@basalt/model";
import type { MemoryCharge } from "@basalt/store";
import { PointSums } from "../execute/point-sums.ts";
import type { PartialSeries } from "./query-partial.ts";

/**
 * Adds up groups of equal labels, point by point.
 *
 * @throws BasaltError `value_overflow`, and what `charge`, told of the bytes of points, throws.
 */
export function mergeSeries(lists: readonly (readonly PartialSeries[])[], charge: MemoryCharge): PartialSeries[] {
  const groups = new Map<string, PartialSeries[]>();
  for (const list of lists) {
    for (const series of list) {
      const key = labelsKey(series.labels);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [series]);
      else group.push(series);
    }
  }
  return [...groups.values()].map((group) => addUp(group, charge));
}

function addUp(group: readonly PartialSeries[], charge: MemoryCharge): PartialSeries {
  const [first] = group;
  if (first === undefined) throw new Error("assertion failed: a group has a series");
  if (group.length === 1) return first;
  const sums = new PointSums(charge);
  for (const { pointIndex, sum, rowCount } of group) {
    const values = lanesOf(sum);
    for (let i = 0; i < pointIndex.length; i++) sums.add(pointIndex[i] ?? 0, values, i, rowCount[i] ?? 0);
  }
  return { labels: first.labels, ...sums.finish() };
}
