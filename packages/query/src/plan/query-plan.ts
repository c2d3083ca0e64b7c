import type { ProfileType, TenantId, TimeRange, UnixNano } from "@basalt/model";

/** What every query names: whose data, which series, when. Selectors travel as text between threads. */
export interface Selection {
  readonly tenant: TenantId;
  /** Alternatives; a series that meets all matchers of one of them is selected. Empty = all series. */
  readonly selectors: readonly string[];
  /** Both ends included; an end before the start selects nothing, which is an empty answer and no error. */
  readonly range: TimeRange;
}

/** Merged call tree of the selected rows. */
export interface TreePlan extends Selection {
  readonly kind: "tree";
  readonly profileType: ProfileType;
  /** Root-first function names; only stacks that begin so are selected. Empty = all stacks. */
  readonly callSite: readonly string[];
  /** Span ids, 16 hex digits each; empty = all samples. */
  readonly spans: readonly string[];
  /** Whether functions of one name in two files are two. */
  readonly tellFilesApart: boolean;
}

/** Values over time. Point i stands for (t - step, t] with t = firstPointMs + i * stepMs. */
export interface SeriesPlan extends Selection {
  readonly kind: "series";
  readonly profileType: ProfileType;
  /** Sorted, without repetition. Empty = one series without labels. */
  readonly groupBy: readonly string[];
  readonly firstPointMs: number;
  /** A whole number, at least 1. */
  readonly stepMs: number;
  readonly aggregation: "sum" | "average";
  readonly callSite: readonly string[];
}

/** Merged profile with full locations. */
export interface PprofPlan extends Selection {
  readonly kind: "pprof";
  readonly profileType: ProfileType;
  readonly callSite: readonly string[];
  readonly spans: readonly string[];
}

/** What the three questions about labels share. Their answers are as fine as a source: a head, a segment, a block. */
export interface LabelSelection extends Selection {
  /**
   * Blocks that end before are not asked. A request that names no time has all of time as its range, so that whatever is
   * not yet in a block counts however old it is, and looks at the blocks of the last hour.
   */
  readonly blocksSince: UnixNano;
}

/** Distinct label sets. */
export interface LabelSetsPlan extends LabelSelection {
  readonly kind: "labelSets";
  /** The sets are projected to these names; empty = all labels. */
  readonly labelNames: readonly string[];
  /** Leaves out labels whose names are not `[a-zA-Z_][a-zA-Z0-9_]*`. */
  readonly legacyNamesOnly: boolean;
}

/** Distinct label names. */
export interface LabelNamesPlan extends LabelSelection {
  readonly kind: "labelNames";
  readonly legacyNamesOnly: boolean;
}

/** Distinct values of one label. */
export interface LabelValuesPlan extends LabelSelection {
  readonly kind: "labelValues";
  readonly name: string;
}

/** Whether there is data at all, and from when to when. */
export interface StatsPlan extends LabelSelection {
  readonly kind: "stats";
}

/** A question as it crosses threads and processes: plain data, structured-cloneable. */
export type QueryPlan =
  | TreePlan
  | SeriesPlan
  | PprofPlan
  | LabelSetsPlan
  | LabelNamesPlan
  | LabelValuesPlan
  | StatsPlan;

/**
 * Bounds of one execution; each has a flag and a code. 0 = no bound. A plan is executed by each shard on its heads and by
 * a pool worker on the rest, and a query has a plan for each tenant and question: the bounds of bytes hold for each
 * execution alone, that of time for all together.
 */
export interface QueryLimits {
  /** `-querier.max-bytes-read`, `query_bytes_limit`. */
  readonly bytesReadMax: number;
  /** `-querier.max-memory-bytes`, `query_memory_limit`. */
  readonly memoryBytesMax: number;
  /** Time left for this execution, ms: what remains of `-querier.query-timeout`. `query_timeout`. */
  readonly timeoutMs: number;
}
