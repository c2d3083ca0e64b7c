import type { SeriesJson } from "../api/querier.ts";
import type { ProfileType } from "../state/profile-type.ts";
import type { TimeRange } from "../state/time.ts";
import { pointValue } from "./rate.ts";

/** A line of a chart: one value for each step of the range; null where nothing arrived. */
export interface Line {
  readonly name: string;
  /** Unix seconds, ascending. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** How points are laid on the steps of a range. */
export interface Steps {
  readonly range: TimeRange;
  readonly stepSeconds: number;
  readonly type: ProfileType;
}

/** Range whose ends are multiples of the step, so that buckets stay where they are when time goes on. */
export function alignRange(range: TimeRange, stepSeconds: number): TimeRange {
  const stepMs = stepSeconds * 1000;
  return { startMs: Math.floor(range.startMs / stepMs) * stepMs, endMs: Math.ceil(range.endMs / stepMs) * stepMs };
}

/** Lays a series on the steps of an aligned range. */
export function lineOf(series: SeriesJson | undefined, name: string, steps: Steps): Line {
  const { range, stepSeconds, type } = steps;
  const stepMs = stepSeconds * 1000;
  const count = Math.floor((range.endMs - range.startMs) / stepMs) + 1;
  const values = new Array<number | null>(count).fill(null);
  for (const point of series?.points ?? []) {
    const index = Math.round((Number(point.timestamp ?? 0) - range.startMs) / stepMs);
    if (index >= 0 && index < count) values[index] = pointValue(point.value ?? 0, type, stepSeconds);
  }
  const times = Array.from({ length: count }, (_, index) => (range.startMs + index * stepMs) / 1000);
  return { name, times, values };
}

/** The last value that is there; of the last full step rather than of one that still fills, when there are more. */
export function currentValue(line: Line): number | undefined {
  const present = line.values.filter((value) => value !== null);
  return present.length > 1 ? present.at(-2) : present[0];
}

/** The range a key leads to: arrows move by a quarter, plus keeps the middle half; undefined of other keys. */
export function rangeOfKey(key: string, { startMs, endMs }: TimeRange): TimeRange | undefined {
  const quarterMs = Math.round((endMs - startMs) / 4);
  if (key === "ArrowLeft") return { startMs: startMs - quarterMs, endMs: endMs - quarterMs };
  if (key === "ArrowRight") return { startMs: startMs + quarterMs, endMs: endMs + quarterMs };
  if (key === "+" || key === "=") return { startMs: startMs + quarterMs, endMs: endMs - quarterMs };
  return undefined;
}
