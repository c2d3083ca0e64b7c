import { defined } from "@basalt/model";
import type { AnswerSpec } from "@basalt/query";
import type { AnsweredQuestion } from "./answered-question.ts";
import { treeOf } from "./answered-question.ts";
import { encodeLabelAnswer } from "./encode-labels.ts";
import { encodeRender, encodeRenderDiff } from "./encode-render.ts";
import { encodeSeries } from "./encode-series.ts";
import { encodeDiff, encodeFlameGraph } from "./encode-tree.ts";

/**
 * Writes the response message or body that a request waits for. Flame graphs, points and labels have encoders of their
 * own; for the other messages the generated code is loaded when a thread first needs it (60 ms of CPU and 12 MB).
 *
 * @throws BasaltError `value_overflow` where two sides together pass int64.
 */
export async function encodeAnswer(spec: AnswerSpec, questions: readonly AnsweredQuestion[]): Promise<Uint8Array> {
  const [first, second] = questions;
  switch (spec.kind) {
    case "flameGraph":
      return encodeFlameGraph(treeOf(first), spec);
    case "diff":
      return encodeDiff(treeOf(first), treeOf(second), spec);
    case "render":
      return encodeRender(spec, questions);
    case "renderDiff":
      return encodeRenderDiff(spec.maxNodes, questions);
    case "treeBytes":
      return (await import("./encode-functions.ts")).encodeTreeBytes(treeOf(first), spec);
    case "topFunctions":
      return (await import("./encode-functions.ts")).encodeFunctions(spec, questions);
    case "pprof":
      return (await import("./encode-pprof.ts")).encodePprof(spec, first);
    case "series":
      return encodeSeries(spec, first);
    case "labelSets":
    case "labelNames":
    case "labelValues":
    case "labelValuesArray":
    case "profileTypes":
    case "stats":
      return encodeLabelAnswer(spec, defined(first, "the question").partial);
  }
}
