/** What the thread of a shard needs of the ingester. */
export type { BatchOutcome, ShardData, ShardHandlers, ShardOwnerHandlers, ShardPush } from "./shard-host.ts";
export { ShardHost } from "./shard-host.ts";
