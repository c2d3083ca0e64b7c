import { type Labels, labelValue } from "@basalt/model";
import type { SeriesPlan } from "../plan/query-plan.ts";
import type { AnsweredSeries } from "./answer-series.ts";

/** The timeline of a flamebearer: one sample a step, from `startTime` on, both in seconds. */
export interface Timeline {
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly durationDelta: number;
  readonly watermarks: null;
}

/** What a flamebearer's timelines stand for. */
export interface TimelineRange {
  /** The requested range, unix ms. */
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** 100,000: `/pyroscope/render` chooses steps that give about 1500 samples. */
const sampleCountMax = 100_000;

/** Lays points on a grid of whole steps from start to end, the end not included; zero where there is no point. */
export function timelineOf(series: AnsweredSeries, range: TimelineRange): Timeline {
  const { stepMs } = range;
  const first = Math.floor(range.startMs / stepMs);
  const count = Math.max(0, Math.min(Math.floor(range.endMs / stepMs) - first, sampleCountMax));
  const samples = new Array<number>(count).fill(0);
  for (let i = 0; i < series.value.length; i++) {
    const slot = Math.floor((series.timestampMs[i] as number) / stepMs) - first;
    if (slot >= 0 && slot < count) samples[slot] = (samples[slot] as number) + Math.trunc(series.value[i] as number);
  }
  return { startTime: (first * stepMs) / 1000, samples, durationDelta: stepMs / 1000, watermarks: null };
}

/** Timelines as `/pyroscope/render` gives them: one alone if there is just one series, and one for each group if grouped. */
export function timelinesOf(
  series: readonly AnsweredSeries[],
  plan: SeriesPlan,
  range: Omit<TimelineRange, "stepMs">,
): { readonly timeline: Timeline | null; readonly groups: Readonly<Record<string, Timeline>> | null } {
  const grid = { ...range, stepMs: plan.stepMs };
  const [only] = series;
  const timeline = series.length === 1 && only !== undefined ? timelineOf(only, grid) : null;
  if (plan.groupBy.length === 0) return { timeline, groups: null };
  const keyOf = ({ labels }: AnsweredSeries): string => groupKey(labels, plan.groupBy);
  return { timeline, groups: Object.fromEntries(series.map((one) => [keyOf(one), timelineOf(one, grid)])) };
}

/** The values of the labels with commas between, as Pyroscope writes them. Of several, one with a comma in it is quoted. */
function groupKey(labels: Labels, groupBy: readonly string[]): string {
  const values = groupBy.map((name) => labelValue(labels, name) ?? "");
  if (values.length === 1) return values.join("");
  return values.map((value) => (/[,"]/.test(value) ? JSON.stringify(value) : value)).join(",");
}
