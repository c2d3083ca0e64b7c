import type { IngesterSnapshot, LeaseId } from "@basalt/store";
import type { AnswerSpec } from "./answer/answer-spec.ts";
import type { PackedPartial } from "./merge/pack-partial.ts";
import type { PartialOutcome } from "./merge/query-partial.ts";
import type { QueryLimits, QueryPlan } from "./plan/query-plan.ts";

/** One request as plans and what to make of their answers. Plain data. */
export interface QueryRequest {
  /** One element per question of the answer, in the order that its kind says; the plans of a question differ only in their tenant. */
  readonly questions: readonly (readonly QueryPlan[])[];
  readonly answer: AnswerSpec;
}

/** The bytes of a response message or body, and what is to be said beside it. */
export interface QueryAnswer extends PartialOutcome {
  readonly bytes: Uint8Array;
}

/** Who answers queries: the querier of this process, or a client of one. */
export interface QueryRunner {
  /**
   * @throws BasaltError `query_timeout`, `query_bytes_limit`, `query_memory_limit`, `value_overflow`, `queue_full`,
   * `query_unsupported`, or the reason of the signal.
   */
  run(request: QueryRequest, signal?: AbortSignal): Promise<QueryAnswer>;
}

/** What an ingester knows: the answer over its heads, and where the rest of its rows lie, seen at one instant. */
export interface IngesterAnswer {
  readonly partials: readonly PackedPartial[];
  readonly snapshot: IngesterSnapshot;
  /** Give it to {@link IngesterQueryClient.release} when the snapshot was read, or will not be. */
  readonly lease: SnapshotLease;
}

/** What keeps the segments of a snapshot: by shard, undefined for those that have none in it. */
export type SnapshotLease = readonly (LeaseId | undefined)[];

/** Asks the ingesters of this process, later of others. */
export interface IngesterQueryClient {
  /**
   * Executes a plan over the heads and pins what is not in a head any more: until it is released, for 30 s at most.
   *
   * @throws BasaltError as {@link QueryRunner.run}.
   */
  snapshotAndExecute(plan: QueryPlan, limits: QueryLimits, signal?: AbortSignal): Promise<IngesterAnswer>;

  /** Lets the files of a snapshot go. */
  release(lease: SnapshotLease): Promise<void>;
}
