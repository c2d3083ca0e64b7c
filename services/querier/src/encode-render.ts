import { flamebearerJson, flameGraph, flameGraphDiff } from "@basalt/calltree";
import type { RenderAnswer } from "@basalt/query";
import { answerSeries, flamebearerMetadata, timelinesOf } from "@basalt/query";
import type { AnsweredQuestion } from "./answered-question.ts";
import { ofKind, treeOf } from "./answered-question.ts";

/** The body of `/pyroscope/render`: a tree, then its series. */
export function encodeRender(spec: RenderAnswer, [tree, series]: readonly AnsweredQuestion[]): Uint8Array {
  const { plan, partial } = ofKind(series, "series");
  const timelines = timelinesOf(answerSeries(partial, plan, 0), plan, spec);
  const metadata = { ...flamebearerMetadata(plan.profileType, "single") };
  return flamebearerJson(flameGraph(treeOf(tree), spec.maxNodes), { metadata, ...timelines });
}

/** The body of `/pyroscope/render-diff`: the left tree, then the right one. */
export function encodeRenderDiff(maxNodes: number, [left, right]: readonly AnsweredQuestion[]): Uint8Array {
  const { profileType } = ofKind(left, "tree").plan;
  const metadata = { ...flamebearerMetadata(profileType, "double") };
  const graph = flameGraphDiff(treeOf(left), treeOf(right), maxNodes);
  return flamebearerJson(graph, { metadata, timeline: null, groups: null });
}
