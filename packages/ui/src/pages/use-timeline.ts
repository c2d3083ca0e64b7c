/** The timeline of a target. */
import { useMemo } from "preact/hooks";
import { type SelectSeries, selectSeries, type Target } from "../api/querier.ts";
import { type AnswerState, useAnswer } from "../api/use-answer.ts";
import { alignRange, type Line, lineOf } from "../charts/points.ts";
import { type ProfileType, parseProfileType } from "../state/profile-type.ts";
import { stepSeconds, type TimeRange } from "../state/time.ts";
import { keyOf } from "./use-profile-data.ts";

/** Points of a timeline at most: one for some pixels. */
const pointsMax = 240;

export interface TimelineData {
  readonly lines: readonly Line[];
  readonly range: TimeRange;
  readonly type: ProfileType;
  readonly state: AnswerState<SelectSeries>;
}

export function useTimeline(target: Target | undefined): TimelineData {
  const type = parseProfileType(target?.profileType ?? "");
  const asked = target?.range ?? { startMs: 0, endMs: 1 };
  const step = stepSeconds(asked, pointsMax);
  const range = alignRange(asked, step);
  const question = {
    ...{ profileType: type.id, selector: target?.selector ?? "{}", range },
    ...{ groupBy: [], stepSeconds: step, isAverage: type.isGauge },
  };
  const state = useAnswer(target === undefined ? undefined : keyOf("timeline", question), (signal) =>
    selectSeries(question, signal),
  );
  const series = state.answer?.value.series?.[0];
  const lines = useMemo(
    () => [lineOf(series, "", { range, stepSeconds: step, type })],
    [series, range.startMs, range.endMs, step, type.id],
  );
  return { lines, range, type, state };
}
