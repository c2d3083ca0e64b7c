export type { IngesterOptions, SpawnShard } from "./ingester.ts";
export { Ingester } from "./ingester.ts";
export { ingesterMetricList, ingesterMetrics } from "./ingester-metrics.ts";
export { ingesterSettings } from "./ingester-settings.ts";
export type { BatchOutcome, ShardData, ShardHandlers, ShardOwnerHandlers, ShardPush } from "./shard-host.ts";
export { ShardHost, shardOf } from "./shard-host.ts";
export { SeriesCounters } from "./shared-series-limiter.ts";
