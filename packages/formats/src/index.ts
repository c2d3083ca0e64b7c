export * from "./format-table.ts";
export { adaptToClient, type IngestClient } from "./pprof/adapt-client.ts";
export { PprofDecoder } from "./pprof/decode.ts";
export { encodePprof, type PprofSource, type SampleLabels } from "./pprof/encode.ts";
export { frameNames } from "./pprof/frames.ts";
export { decompress, type Inflate, isGzip } from "./pprof/gunzip.ts";
export { isGoProfile } from "./pprof/language.ts";
export { defaultPprofLimits, type PprofLimits } from "./pprof/limits.ts";
export { metricName } from "./pprof/metric-name.ts";
export { ProfileRepairer, type RepairedProfile, type RepairOptions, type RepairReport } from "./pprof/repair.ts";
export {
  defaultSampleTypeConfig,
  parseSampleTypeConfig,
  type SampleTypeConfig,
  type SampleTypeSettings,
} from "./pprof/sample-type-config.ts";
export { type ProfileLimits, validateProfile } from "./pprof/validate.ts";
