import type { CallTree } from "@basalt/calltree";
import type { QueryPartial, QueryPlan } from "@basalt/query";
import { emptyTree } from "@basalt/query";

/** A merged answer and the plan that it answers. */
export interface AnsweredQuestion {
  readonly plan: QueryPlan;
  readonly partial: QueryPartial;
}

/** The plan and the partial of a question, which must be of a kind. */
export function ofKind<K extends QueryPlan["kind"] & QueryPartial["kind"]>(
  question: AnsweredQuestion | undefined,
  kind: K,
): { readonly plan: Extract<QueryPlan, { kind: K }>; readonly partial: Extract<QueryPartial, { kind: K }> } {
  const { plan, partial } = question ?? {};
  if (plan?.kind !== kind || partial?.kind !== kind) {
    throw new Error(`assertion failed: the answer needs a question of kind ${kind}, got ${plan?.kind}`);
  }
  return {
    plan: plan as Extract<QueryPlan, { kind: K }>,
    partial: partial as Extract<QueryPartial, { kind: K }>,
  };
}

/** The tree of a question; one without values if nothing was selected. */
export function treeOf(question: AnsweredQuestion | undefined): CallTree {
  return ofKind(question, "tree").partial.tree ?? emptyTree;
}
