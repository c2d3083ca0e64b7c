import type { TenantId } from "@basalt/model";
import type { PlanContext } from "@basalt/query";
import { type LimitsSource, smallestLimit } from "@basalt/runtime";

/**
 * The context in which a request of some tenants is planned; plans name the first one. Of each limit the smallest that is
 * set holds, as in Pyroscope.
 */
export function planContextOf(tenants: readonly TenantId[], limits: LimitsSource, nowMs: number): PlanContext {
  const [tenant] = tenants;
  if (tenant === undefined) throw new Error("assertion failed: a query has a tenant");
  const all = tenants.map((one) => limits.limitsFor(one));
  return {
    tenant,
    nowMs,
    lookbackMaxMs: smallestLimit(all.map((one) => one.queryLookbackMaxMs)),
    lengthMaxMs: smallestLimit(all.map((one) => one.queryLengthMaxMs)),
    nodesDefault: smallestLimit(all.map((one) => one.flameGraphNodesDefault)),
    nodesMax: smallestLimit(all.map((one) => one.flameGraphNodesMax)),
  };
}
