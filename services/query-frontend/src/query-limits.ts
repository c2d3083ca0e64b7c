import type { TenantId } from "@basalt/model";
import type { PlanContext } from "@basalt/query";
import type { LimitsSource } from "@basalt/runtime";

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
    lookbackMaxMs: smallestSet(all.map((one) => one.queryLookbackMaxMs)),
    lengthMaxMs: smallestSet(all.map((one) => one.queryLengthMaxMs)),
    nodesDefault: smallestSet(all.map((one) => one.flameGraphNodesDefault)),
    nodesMax: smallestSet(all.map((one) => one.flameGraphNodesMax)),
  };
}

/** The smallest limit above 0, which means none; 0 if no limit is set. */
function smallestSet(limits: readonly number[]): number {
  const set = limits.filter((limit) => limit > 0);
  return set.length === 0 ? 0 : Math.min(...set);
}
