/** The flame graph of a target, with the zoomed frame's subtree in full. */
import { useMemo } from "preact/hooks";
import { type FlameGraphAnswer, selectMergeStacktraces, type Target } from "../api/querier.ts";
import type { Answer } from "../api/rpc.ts";
import { type AnswerState, useAnswer } from "../api/use-answer.ts";
import type { FlameModel } from "../flame/flame-model.ts";
import { parseFlameGraph } from "../flame/parse.ts";
import { pathOf } from "../flame/paths.ts";
import { graft, truncatedNodeOf } from "./graft.ts";
import { keyOf } from "./use-profile-data.ts";

/** Subtrees fetched for one zoom at most: each is folded again only if it alone has more frames than a graph may. */
const fetchesMax = 6;

interface Detail {
  readonly base: FlameModel;
  readonly model: FlameModel;
}

export interface FlameState {
  readonly model: FlameModel | undefined;
  /** The main call and the one for details. */
  readonly states: readonly [AnswerState<FlameGraphAnswer>, AnswerState<Detail>];
}

export function useFlame(target: Target | undefined, focus: readonly string[]): FlameState {
  const state = useAnswer(target === undefined ? undefined : keyOf("flame", target), (signal) =>
    selectMergeStacktraces(target ?? nothing, signal),
  );
  const json = state.answer?.value.flamegraph;
  const base = useMemo(() => (json === undefined ? undefined : parseFlameGraph(json)), [json]);
  const isTruncated = base !== undefined && !state.isLoading && truncatedNodeOf(base, focus) !== undefined;
  const detailKey = isTruncated ? keyOf("detail", target, focus) : undefined;
  const detail = useAnswer(detailKey, (signal) =>
    fetchDetail(target ?? nothing, { base: base ?? empty, focus }, signal),
  );
  const held = detail.answer?.value;
  return { model: held !== undefined && held.base === base ? held.model : base, states: [state, detail] };
}

const nothing: Target = { profileType: "", selector: "{}", range: { startMs: 0, endMs: 0 } };
const empty: FlameModel = parseFlameGraph({});

/** Fetches what is folded away below the focus, again where the answer is folded in turn. */
async function fetchDetail(
  target: Target,
  { base, focus }: { readonly base: FlameModel; readonly focus: readonly string[] },
  signal: AbortSignal,
): Promise<Answer<Detail>> {
  let model = base;
  let last: Answer<FlameGraphAnswer> | undefined;
  let lastPath = "";
  for (let fetched = 0; fetched < fetchesMax; fetched++) {
    const node = truncatedNodeOf(model, focus);
    if (node === undefined) break;
    const callSite = pathOf(model, node);
    if (keyOf(callSite) === lastPath) break;
    lastPath = keyOf(callSite);
    last = await selectMergeStacktraces({ ...target, callSite }, signal);
    model = graft(model, parseFlameGraph(last.value.flamegraph ?? {}), callSite);
  }
  return { value: { base, model }, isPartial: last?.isPartial ?? false, warnings: last?.warnings ?? [] };
}
