import type { BlockId, TenantId, TimeRange } from "@basalt/model";
import type { AnswerSpec, PackedPartial, QueryLimits, QueryPlan } from "@basalt/query";
import type { SegmentReference } from "@basalt/store";

/** A block as the querier's list knows it. */
export interface BlockReference {
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly range: TimeRange;
}

/** A source that a pool worker opens. */
export type SourceReference =
  | ({ readonly kind: "block" } & BlockReference)
  | ({ readonly kind: "segment" } & SegmentReference);

/** One plan with the sources to execute it on. */
export interface PlannedWork {
  readonly plan: QueryPlan;
  readonly sources: readonly SourceReference[];
}

/** One question of a request: work over sources, and what is known of its answer already, from heads. */
export interface QuestionWork {
  /** One element per tenant. */
  readonly planned: readonly PlannedWork[];
  readonly partials: readonly PackedPartial[];
}

/** What a pool worker is asked: plain data. */
export interface QueryJob {
  readonly questions: readonly QuestionWork[];
  readonly answer: AnswerSpec;
  readonly limits: QueryLimits;
  /** Sources that are lost if they are missing. Any other was replaced, and the job fails with `object_not_found`. */
  readonly lost: ReadonlySet<BlockId>;
}
