import type { BucketSettings } from "@basalt/bucket";
import type { IngesterQueryClient, QueryRunner } from "@basalt/query";
import type { Clock, Config, LimitsSource, Logger, Metrics } from "@basalt/runtime";
import type { BlockCacheLimits, BlockIndex } from "@basalt/store";
import { blockCacheLimitsDefault } from "@basalt/store";
import { Querier } from "./querier.ts";
import { QueryObserver } from "./query-observer.ts";
import { queryPool } from "./query-pool.ts";
import { querierSettings } from "./settings.ts";

/** What a querier is made of. */
export interface CreateQuerierOptions {
  /** Holds `querierSettings`. */
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits: LimitsSource;
  readonly ingester: IngesterQueryClient;
  readonly blocks: Pick<BlockIndex, "list" | "get" | "setProblem">;
  /** The bucket, as the query threads open it for themselves. */
  readonly storage: BucketSettings;
  /** What each query thread may remember of blocks. */
  readonly caches?: BlockCacheLimits;
}

/** A querier that runs. */
export interface RunningQuerier {
  readonly runner: QueryRunner;
  /** Refuses what waits and ends the query threads. Idempotent. */
  stop(): Promise<void>;
}

/** Wires a querier with its threads, metrics and logs. No thread starts before the first query. */
export function createQuerier(options: CreateQuerierOptions): RunningQuerier {
  const { config, clock, logger, metrics, limits, ingester, blocks, storage } = options;
  const concurrentMax = config.get(querierSettings.concurrentMax);
  const pool = queryPool({
    clock,
    logger,
    sizeMax: concurrentMax,
    idleMs: config.get(querierSettings.workerIdleMs),
    worker: { storage, caches: options.caches ?? blockCacheLimitsDefault },
  });
  const querier: Querier = new Querier({
    ingester,
    blocks,
    pool,
    clock,
    limits,
    concurrentMax,
    waitingPerTenantMax: config.get(querierSettings.waitingPerTenantMax),
    onQuery: (record) => observer.observe(record),
  });
  const observer = new QueryObserver({
    metrics,
    logger,
    slowQueryMs: config.get(querierSettings.slowQueryMs),
    inFlightCount: () => querier.inFlightCount,
  });
  return { runner: querier, stop: () => pool.stop() };
}
