import { defined } from "@basalt/model";
import type { AnswerSpec } from "@basalt/query";
import type { AnsweredQuestion } from "./answered-question.ts";
import { treeOf } from "./answered-question.ts";
import { encodeLabelAnswer } from "./encode-labels.ts";
import { encodePprof } from "./encode-pprof.ts";
import { encodeRender, encodeRenderDiff } from "./encode-render.ts";
import { encodeSeries } from "./encode-series.ts";
import { encodeDiff, encodeFlameGraph, encodeFunctions, encodeTreeBytes } from "./encode-tree.ts";

/**
 * Writes the response message or body that a request waits for.
 *
 * @throws BasaltError `value_overflow` where two sides together pass int64.
 */
export function encodeAnswer(spec: AnswerSpec, questions: readonly AnsweredQuestion[]): Uint8Array {
  const [first, second] = questions;
  switch (spec.kind) {
    case "flameGraph":
      return encodeFlameGraph(treeOf(first), spec);
    case "treeBytes":
      return encodeTreeBytes(treeOf(first), spec);
    case "diff":
      return encodeDiff(treeOf(first), treeOf(second), spec);
    case "topFunctions":
      return encodeFunctions(spec, questions);
    case "pprof":
      return encodePprof(spec, first);
    case "series":
      return encodeSeries(spec, first);
    case "render":
      return encodeRender(spec, questions);
    case "renderDiff":
      return encodeRenderDiff(spec.maxNodes, questions);
    case "labelSets":
    case "labelNames":
    case "labelValues":
    case "labelValuesArray":
    case "profileTypes":
    case "stats":
      return encodeLabelAnswer(spec, defined(first, "the question").partial);
  }
}
