import type { CallTree } from "@basalt/calltree";
import { flameGraph, flameGraphDiff, flameGraphDiffProto, flameGraphJson, flameGraphProto } from "@basalt/calltree";
import type { AnswerCodec } from "@basalt/query";
import { inField, inMember } from "./wire.ts";

/** How a tree is written. */
export interface TreeStyle {
  readonly codec: AnswerCodec;
  readonly maxNodes: number;
}

/** `SelectMergeStacktracesResponse` (and of SelectMergeSpanProfile, which has the same field) with a flame graph. */
export function encodeFlameGraph(tree: CallTree, { codec, maxNodes }: TreeStyle): Uint8Array {
  const graph = flameGraph(tree, maxNodes);
  return codec === "json" ? inMember("flamegraph", flameGraphJson(graph)) : inField(1, flameGraphProto(graph));
}

/** `DiffResponse`. */
export function encodeDiff(left: CallTree, right: CallTree, { codec, maxNodes }: TreeStyle): Uint8Array {
  const graph = flameGraphDiff(left, right, maxNodes);
  return codec === "json" ? inMember("flamegraph", flameGraphJson(graph)) : inField(1, flameGraphDiffProto(graph));
}
