import type { Matcher, ProfileType, TenantId, TimeRange } from "@basalt/model";

/** What every query names: whose data, which series, when. Matchers travel as a selector text between threads. */
export interface Selection {
  readonly tenant: TenantId;
  /** Alternatives; a series that meets all matchers of one of them is selected. Empty = all series. */
  readonly selectors: readonly string[];
  readonly range: TimeRange;
}

/** A question as it crosses threads and processes: plain data, structured-cloneable. */
export type QueryPlan =
  | (Selection & {
      readonly kind: "tree";
      readonly profileType: ProfileType;
      /** Root-first function names; only stacks that begin so are selected. */
      readonly callSite: readonly string[];
      /** Hex span ids; empty = all samples. */
      readonly spans: readonly string[];
      /** Whether functions of one name in two files are two. */
      readonly tellFilesApart: boolean;
    })
  | (Selection & {
      readonly kind: "series";
      readonly profileType: ProfileType;
      readonly groupBy: readonly string[];
      readonly stepNanos: bigint;
      readonly aggregation: "sum" | "average";
      readonly callSite: readonly string[];
    })
  | (Selection & {
      readonly kind: "pprof";
      readonly profileType: ProfileType;
      readonly callSite: readonly string[];
      readonly spans: readonly string[];
    })
  | (Selection & { readonly kind: "labelSets"; readonly labelNames: readonly string[] })
  | (Selection & { readonly kind: "labelNames" })
  | (Selection & { readonly kind: "labelValues"; readonly name: string })
  | (Selection & { readonly kind: "stats" });

/** Parsed matchers of a plan, one list per alternative. */
export type Alternatives = readonly (readonly Matcher[])[];

/** Bounds of one query; each has a flag and a code. */
export interface QueryLimits {
  readonly bytesReadMax: number;
  readonly memoryBytesMax: number;
  readonly deadlineMs: number;
}
