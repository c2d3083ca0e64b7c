import type { Setting } from "@basalt/runtime";
import { setting } from "@basalt/runtime";

/** What a querier may be told besides the tenants' limits. */
export const querierSettings: {
  readonly concurrentMax: Setting<number>;
  readonly waitingPerTenantMax: Setting<number>;
  readonly slowQueryMs: Setting<number>;
  readonly workerIdleMs: Setting<number>;
} = {
  concurrentMax: setting({
    path: "frontend_worker.max_concurrent",
    flag: "querier.max-concurrent",
    type: "int",
    default: 2,
    min: 1,
    max: 64,
    description:
      "Queries that run at once; each takes a thread and at most -querier.max-memory-bytes besides its caches.",
  }),
  waitingPerTenantMax: setting({
    path: "query_scheduler.max_outstanding_requests_per_tenant",
    flag: "query-scheduler.max-outstanding-requests-per-tenant",
    type: "int",
    default: 100,
    min: 1,
    description: "Queries of one tenant that may wait; more are refused with 429.",
  }),
  slowQueryMs: setting({
    path: "querier.slow_query_threshold",
    flag: "querier.slow-query-threshold",
    type: "duration",
    default: "5s",
    description: "Queries that take longer are logged with what they read; 0 = none.",
  }),
  workerIdleMs: setting({
    path: "querier.worker_idle_timeout",
    flag: "querier.worker-idle-timeout",
    type: "duration",
    default: "1m",
    min: "1s",
    description: "A query thread without work for so long ends, and its caches with it.",
  }),
};
