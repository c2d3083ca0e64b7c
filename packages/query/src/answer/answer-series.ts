import type { Labels } from "@basalt/model";
import { compareLabels } from "@basalt/model";
import type { PartialSeries, SeriesPartial } from "../merge/query-partial.ts";
import type { SeriesPlan } from "../plan/query-plan.ts";

/** One series of an answer; the columns are of one length. */
export interface AnsweredSeries {
  readonly labels: Labels;
  /** Unix ms, ascending. */
  readonly timestampMs: Float64Array;
  readonly value: Float64Array;
}

/** The series of a merged partial, the one with the largest sum of values first, equal ones by labels. */
export function answerSeries(partial: SeriesPartial, plan: SeriesPlan, limit: number): AnsweredSeries[] {
  const series = partial.series.map((one) => ({ ...toPoints(one, plan), labels: one.labels }));
  const ranked = series.map((one) => ({ one, sum: one.value.reduce((sum, value) => sum + value, 0) }));
  ranked.sort((a, b) => b.sum - a.sum || compareLabels(a.one.labels, b.one.labels));
  const kept = limit > 0 ? ranked.slice(0, limit) : ranked;
  return kept.map(({ one }) => one);
}

function toPoints({ pointIndex, sum, rowCount }: PartialSeries, plan: SeriesPlan): Omit<AnsweredSeries, "labels"> {
  const { firstPointMs, stepMs, aggregation } = plan;
  const timestampMs = pointIndex.map((index) => firstPointMs + index * stepMs);
  const value = new Float64Array(pointIndex.length);
  for (let i = 0; i < value.length; i++) {
    const total = Number(sum[i]);
    value[i] = aggregation === "average" ? total / (rowCount[i] as number) : total;
  }
  return { timestampMs, value };
}
