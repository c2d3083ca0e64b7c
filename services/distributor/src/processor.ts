/** What a decoding thread needs of the distributor, without the port. */
export type { EncodedBatch, ProcessedProfile, ProcessorOptions } from "./profile-processor.ts";
export { ProfileProcessor } from "./profile-processor.ts";
export type { ProfileOutcome, RawIngest, RawPush, RawSample, RawSeries } from "./raw-push.ts";
