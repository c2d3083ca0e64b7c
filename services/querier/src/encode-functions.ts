import type { CallTree } from "@basalt/calltree";
import { treeBytes } from "@basalt/calltree";
import type { TopFunctionsAnswer } from "@basalt/query";
import { answerFunctions } from "@basalt/query";
import { basaltV1, encodeMessage, querierV1 } from "@basalt/rpc";
import type { AnsweredQuestion } from "./answered-question.ts";
import { treeOf } from "./answered-question.ts";
import type { TreeStyle } from "./encode-tree.ts";

/** `SelectMergeStacktracesResponse`, and that of SelectMergeSpanProfile, with the tree as bytes. */
export function encodeTreeBytes(tree: CallTree, { codec, maxNodes }: TreeStyle): Uint8Array {
  const response = querierV1.SelectMergeSpanProfileResponse;
  return encodeMessage(response, codec, { flamegraph: undefined, tree: treeBytes(tree, maxNodes) });
}

/** `TopFunctionsResponse` of one tree or of two. */
export function encodeFunctions(spec: TopFunctionsAnswer, questions: readonly AnsweredQuestion[]): Uint8Array {
  const isPair = questions.length > 1;
  const trees = { left: treeOf(questions[0]), isPair, ...(isPair && { right: treeOf(questions[1]) }) };
  const { functions, functionCount, total, rightTotal } = answerFunctions(trees, spec);
  return encodeMessage(basaltV1.TopFunctionsResponse, spec.codec, {
    functions: functions.map(({ name, file, cost, sides }) => ({ function: name, file, ...cost, ...sides })),
    functionCount: BigInt(functionCount),
    total,
    rightTotal,
  });
}
