import type { SeriesAnswer } from "@basalt/query";
import { answerSeries } from "@basalt/query";
import type { AnsweredQuestion } from "./answered-question.ts";
import { ofKind } from "./answered-question.ts";
import { seriesJson, seriesProto } from "./series-wire.ts";

/** `SelectSeriesResponse`. */
export function encodeSeries({ codec, limit }: SeriesAnswer, question: AnsweredQuestion | undefined): Uint8Array {
  const { plan, partial } = ofKind(question, "series");
  const series = answerSeries(partial, plan, limit);
  return codec === "json" ? seriesJson(series) : seriesProto(series);
}
