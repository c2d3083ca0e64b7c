export type { DistributorOptions, PushObserver, RawPushSink } from "./distributor.ts";
export { Distributor } from "./distributor.ts";
export { DistributorMetrics, distributorMetrics } from "./distributor-metrics.ts";
export type { IngestionRate } from "./ingestion-limiter.ts";
export { IngestionLimiter } from "./ingestion-limiter.ts";
export type { EncodedBatch, ProcessedProfile, ProcessorOptions } from "./profile-processor.ts";
export { ProfileProcessor } from "./profile-processor.ts";
export type { ProfileOutcome, RawIngest, RawPush, RawSample, RawSeries } from "./raw-push.ts";
