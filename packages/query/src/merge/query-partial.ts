import type { CallTree } from "@basalt/calltree";
import type { BlockId, Labels, TenantId, WarningCode } from "@basalt/model";
import type { ReadCost } from "@basalt/store";
import type { ProfileContent } from "./merge-profiles.ts";

/** Something that clients should know about an answer that they get all the same. */
export interface QueryWarning {
  readonly code: WarningCode;
  readonly text: string;
  /** The block that was found damaged while it was read. */
  readonly block?: { readonly id: BlockId; readonly tenant: TenantId };
}

/** What every partial answer tells besides its content. */
export interface PartialOutcome {
  /** Some source could not be read: the answer lacks its rows. */
  readonly isPartial: boolean;
  readonly warnings: readonly QueryWarning[];
  readonly cost: ReadCost;
}

/** A merged tree; undefined when no row was selected. */
export interface TreePartial extends PartialOutcome {
  readonly kind: "tree";
  readonly tree: CallTree | undefined;
}

/** A merged profile with full locations; undefined when no row was selected. */
export interface PprofPartial extends PartialOutcome {
  readonly kind: "pprof";
  readonly profile: ProfileContent | undefined;
}

/** Points of one group of series. */
export interface PartialSeries {
  /** In the order of the plan's groupBy. */
  readonly labels: Labels;
  /** Index of the point on the plan's time grid; ascending. */
  readonly pointIndex: Float64Array;
  /** Exact sum of the rows' values at the point. */
  readonly sum: BigInt64Array;
  /** How many rows that is. */
  readonly rowCount: Float64Array;
}

/** Values over time by group; no two groups have equal labels. */
export interface SeriesPartial extends PartialOutcome {
  readonly kind: "series";
  readonly series: readonly PartialSeries[];
}

/** Distinct label sets, in no order. */
export interface LabelSetsPartial extends PartialOutcome {
  readonly kind: "labelSets";
  readonly labelSets: readonly Labels[];
}

/** Distinct label names or values, in no order. */
export interface StringsPartial extends PartialOutcome {
  readonly kind: "labelNames" | "labelValues";
  readonly strings: readonly string[];
}

/** The first and last profile time of all sources; undefined when there is none. */
export interface StatsPartial extends PartialOutcome {
  readonly kind: "stats";
  readonly range: { readonly start: bigint; readonly end: bigint } | undefined;
}

/** What one place knows of the answer to a plan: plain data, structured-cloneable. Partials of one plan merge into one. */
export type QueryPartial =
  | TreePartial
  | SeriesPartial
  | PprofPartial
  | LabelSetsPartial
  | StringsPartial
  | StatsPartial;

/** The outcome of work that went well and cost nothing. */
export const plainOutcome: PartialOutcome = {
  isPartial: false,
  warnings: [],
  cost: { bytesRead: 0, rowsRead: 0, samplesRead: 0 },
};

/** Enough to see what is wrong; a thousand corrupt blocks must not fill the headers of an answer. */
const warningCountMax = 20;

/** The outcome of several pieces of work as one. */
export function mergeOutcomes(outcomes: readonly PartialOutcome[]): PartialOutcome {
  const cost: ReadCost = { bytesRead: 0, rowsRead: 0, samplesRead: 0 };
  const warnings = new Map<string, QueryWarning>();
  let isPartial = false;
  for (const outcome of outcomes) {
    cost.bytesRead += outcome.cost.bytesRead;
    cost.rowsRead += outcome.cost.rowsRead;
    cost.samplesRead += outcome.cost.samplesRead;
    isPartial ||= outcome.isPartial;
    for (const warning of outcome.warnings) {
      if (warnings.size < warningCountMax) warnings.set(`${warning.code} ${warning.text}`, warning);
    }
  }
  return { isPartial, warnings: [...warnings.values()], cost };
}
