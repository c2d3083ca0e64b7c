import type { Clock } from "@basalt/runtime";
import type { BodyBudget } from "./body-budget.ts";
import type { ServerLimits } from "./limits.ts";

/** What every exchange of a server shares. */
export interface ServerResources {
  readonly clock: Clock;
  readonly limits: ServerLimits;
  readonly bodyBudget: BodyBudget;
  /** Whether connections are to be closed with their next answer. */
  readonly isStopping: () => boolean;
}
