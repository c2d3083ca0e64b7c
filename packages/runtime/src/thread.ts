/**
 * What a worker thread needs of the runtime: the real clock, disk, randomness and codecs, and the worker's end of the
 * channel. Apart from the index, because logs, metrics and configuration would cost every thread 25 MB.
 */
export * from "./abort.ts";
export { BytePool } from "./byte-pool.ts";
export * from "./caches/byte-cache.ts";
export { reportCaches } from "./caches/reported-caches.ts";
export { fileErrorCode, isOutOfSpace } from "./file-system.ts";
export type { LimitsSource, TenantLimits } from "./limits/tenant-limits.ts";
export { equalLimits } from "./limits/tenant-limits.ts";
export * from "./metrics/metric.ts";
export * from "./metrics/thread-counters.ts";
export * from "./node/codecs.ts";
export { heapBytesMax } from "./node/heap.ts";
export { Inflater } from "./node/inflater.ts";
export { nodeFileSystem } from "./node/node-file-system.ts";
export { systemClock } from "./node/system-clock.ts";
export { systemRandom } from "./node/system-random.ts";
export * from "./worker/contract.ts";
export { defineWorker } from "./worker/define-worker.ts";
