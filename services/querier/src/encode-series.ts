import type { SeriesAnswer } from "@basalt/query";
import { answerSeries } from "@basalt/query";
import type { typesV1 } from "@basalt/rpc";
import { encodeMessage, querierV1 } from "@basalt/rpc";
import type { AnsweredQuestion } from "./answered-question.ts";
import { ofKind } from "./answered-question.ts";

/** `SelectSeriesResponse`. */
export function encodeSeries(spec: SeriesAnswer, question: AnsweredQuestion | undefined): Uint8Array {
  const { plan, partial } = ofKind(question, "series");
  const series = answerSeries(partial, plan, spec.limit).map(
    ({ labels, timestampMs, value }): typesV1.Series => ({
      labels: [...labels],
      points: Array.from(timestampMs, (timestamp, i) => ({
        value: value[i] ?? 0,
        timestamp: BigInt(timestamp),
        annotations: [],
        exemplars: [],
      })),
    }),
  );
  return encodeMessage(querierV1.SelectSeriesResponse, spec.codec, { series });
}
