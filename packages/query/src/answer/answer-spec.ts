/** In what a response message is written. */
export type AnswerCodec = "proto" | "json";

/** What to make of merged partials: the response message or body that the client waits for. Plain data. */
export type AnswerSpec =
  | FlameGraphAnswer
  | PprofAnswer
  | { readonly kind: "diff"; readonly codec: AnswerCodec; readonly maxNodes: number }
  | SeriesAnswer
  | TopFunctionsAnswer
  | LabelAnswer
  | RenderAnswer
  | RenderDiffAnswer;

/** One tree as a flame graph or as tree bytes, in the response of the call that asked. */
export interface FlameGraphAnswer {
  readonly kind: "flameGraph" | "treeBytes";
  readonly codec: AnswerCodec;
  readonly maxNodes: number;
}

/** One pprof: alone (SelectMergeProfile) or inside the response of SelectMergeStacktraces. */
export interface PprofAnswer {
  readonly kind: "pprof";
  readonly codec: AnswerCodec;
  readonly isWrapped: boolean;
  readonly endNanos: bigint;
  readonly durationNanos: bigint;
}

/** Points over time, the largest series first. */
export interface SeriesAnswer {
  readonly kind: "series";
  readonly codec: AnswerCodec;
  /** 0 = all. */
  readonly limit: number;
}

/** The order of a function table; differences are right less left. */
export type FunctionOrder = "self" | "total" | "name" | "selfDifference" | "totalDifference";

/** Exact function table of one tree, or of two that are compared. */
export interface TopFunctionsAnswer {
  readonly kind: "topFunctions";
  readonly codec: AnswerCodec;
  readonly limit: number;
  readonly order: FunctionOrder;
  readonly isAscending: boolean;
  /** Lower case; empty = every function. */
  readonly nameContains: string;
}

/** Answers about labels, each from the partial of its own kind. */
export interface LabelAnswer {
  readonly kind: "labelSets" | "labelNames" | "labelValues" | "profileTypes" | "stats" | "labelValuesArray";
  readonly codec: AnswerCodec;
}

/** The body of `/pyroscope/render`: a tree and its timeline. */
export interface RenderAnswer {
  readonly kind: "render";
  readonly maxNodes: number;
  /** The requested range, unix ms. */
  readonly startMs: number;
  readonly endMs: number;
}

/** The body of `/pyroscope/render-diff`: two trees. */
export interface RenderDiffAnswer {
  readonly kind: "renderDiff";
  readonly maxNodes: number;
}
