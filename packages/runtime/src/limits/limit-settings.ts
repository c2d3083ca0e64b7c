import type { Config } from "../config/config.ts";
import type { Setting } from "../config/setting.ts";
import { setting } from "../config/setting.ts";
import type { TenantLimits } from "./tenant-limits.ts";

/** The declaration of each tenant limit: the section `limits` of the configuration. */
export const limitSettings: { readonly [K in keyof TenantLimits]: Setting<TenantLimits[K]> } = {
  ingestionRateMb: setting({
    path: "limits.ingestion_rate_mb",
    flag: "distributor.ingestion-rate-limit-mb",
    type: "float",
    default: 0,
    min: 0,
    description: "MiB of profiles that a tenant may push per second, counted uncompressed; 0 = no limit.",
  }),
  ingestionBurstSizeMb: setting({
    path: "limits.ingestion_burst_size_mb",
    flag: "distributor.ingestion-burst-size-mb",
    type: "float",
    default: 0,
    min: 0,
    description: "MiB of profiles that a tenant may push at once when a rate is set; 0 = as much as one second's rate.",
  }),
  ingestionBodyLimitMb: setting({
    path: "limits.ingestion_body_limit_mb",
    flag: "distributor.ingestion-body-limit-mb",
    type: "float",
    default: 256,
    min: 0,
    description: "MiB that the body of one push may have, inflated; 0 = no limit.",
  }),
  dropSampleLabels: setting({
    path: "limits.drop_sample_labels",
    flag: "distributor.drop-sample-labels",
    type: "list",
    default: ["thread.id", "thread_id", "thread.name", "cpu.logical_number", "process.pid"],
    description: "Sample labels that do not become labels of series: samples that differ in them alone are summed.",
  }),
  seriesMax: setting({
    path: "limits.max_global_series_per_tenant",
    flag: "ingester.max-global-series-per-tenant",
    type: "int",
    default: 5000,
    min: 0,
    description: "Active series that a tenant may have; 0 = no limit.",
  }),
  labelNamesPerSeriesMax: setting({
    path: "limits.max_label_names_per_series",
    flag: "validation.max-label-names-per-series",
    type: "int",
    default: 30,
    min: 0,
    description: "Labels that a series may have; 0 = no limit.",
  }),
  labelNameLengthMax: setting({
    path: "limits.max_label_name_length",
    flag: "validation.max-length-label-name",
    type: "int",
    default: 1024,
    min: 0,
    description: "Bytes that the name of a label may have; 0 = no limit.",
  }),
  labelValueLengthMax: setting({
    path: "limits.max_label_value_length",
    flag: "validation.max-length-label-value",
    type: "int",
    default: 2048,
    min: 0,
    description: "Bytes that the value of a label may have; 0 = no limit.",
  }),
  sessionsPerSeriesMax: setting({
    path: "limits.max_sessions_per_series",
    flag: "validation.max-sessions-per-series",
    type: "int",
    default: 0,
    min: 0,
    description: "Sessions that a series may be split into; 0 = sessions are dropped.",
  }),
  profileSizeBytesMax: setting({
    path: "limits.max_profile_size_bytes",
    flag: "validation.max-profile-size-bytes",
    type: "bytes",
    default: "4MiB",
    description: "Size that one profile may have, inflated; 0 = no limit.",
  }),
  profileSampleCountMax: setting({
    path: "limits.max_profile_stacktrace_samples",
    flag: "validation.max-profile-stacktrace-samples",
    type: "int",
    default: 16000,
    min: 0,
    description: "Samples that one profile may have; 0 = no limit.",
  }),
  profileSampleLabelCountMax: setting({
    path: "limits.max_profile_stacktrace_sample_labels",
    flag: "validation.max-profile-stacktrace-sample-labels",
    type: "int",
    default: 100,
    min: 0,
    description: "Labels that one sample may have; 0 = no limit.",
  }),
  profileStackDepthMax: setting({
    path: "limits.max_profile_stacktrace_depth",
    flag: "validation.max-profile-stacktrace-depth",
    type: "int",
    default: 1000,
    min: 0,
    description: "Frames that a stack may have; a deeper one keeps its root side; 0 = no limit.",
  }),
  profileSymbolLengthMax: setting({
    path: "limits.max_profile_symbol_value_length",
    flag: "validation.max-profile-symbol-value-length",
    type: "int",
    default: 65535,
    min: 0,
    description: "Bytes that a symbol may have; a longer one keeps its end; 0 = no limit.",
  }),
  rejectOlderThanMs: setting({
    path: "limits.reject_older_than",
    flag: "validation.reject-older-than",
    type: "duration",
    default: "0",
    description: "Profiles whose time is further back are refused; 0 = none.",
  }),
  rejectNewerThanMs: setting({
    path: "limits.reject_newer_than",
    flag: "validation.reject-newer-than",
    type: "duration",
    default: "10m",
    description: "Profiles whose time is further ahead are refused; 0 = none.",
  }),
  queryLookbackMaxMs: setting({
    path: "limits.max_query_lookback",
    flag: "querier.max-query-lookback",
    type: "duration",
    default: "0",
    description: "How far back a query may look; the part before is cut off, with a warning; 0 = no limit.",
  }),
  queryLengthMaxMs: setting({
    path: "limits.max_query_length",
    flag: "querier.max-query-length",
    type: "duration",
    default: "0",
    description: "How long a time range a query may have; a longer one is refused; 0 = no limit.",
  }),
  queryTimeoutMs: setting({
    path: "limits.query_timeout",
    flag: "querier.query-timeout",
    type: "duration",
    default: "2m",
    description: "How long a query may run; 0 = no limit.",
  }),
  queryBytesReadMax: setting({
    path: "limits.max_bytes_read",
    flag: "querier.max-bytes-read",
    type: "bytes",
    default: "4GiB",
    description: "Bytes that a query may read from blocks and segments, of each tenant that it names; 0 = no limit.",
  }),
  queryMemoryBytesMax: setting({
    path: "limits.max_memory_bytes",
    flag: "querier.max-memory-bytes",
    type: "bytes",
    default: "256MiB",
    description:
      "Bytes that a query may take in each thread that works on it: symbols, sums, trees, and the answer while it is written. Threads that hold heads count each tenant alone. 0 = only what the thread's JavaScript heap can spare.",
  }),
  flameGraphNodesDefault: setting({
    path: "limits.max_flamegraph_nodes_default",
    flag: "querier.max-flamegraph-nodes-default",
    type: "int",
    default: 8192,
    min: 0,
    description: "Nodes of a flame graph when the query names no number; 0 = all.",
  }),
  flameGraphNodesMax: setting({
    path: "limits.max_flamegraph_nodes_max",
    flag: "querier.max-flamegraph-nodes-max",
    type: "int",
    default: 1048576,
    min: 0,
    description: "Nodes of a flame graph that a query may ask for; more is refused; 0 = no limit.",
  }),
};

/** The limits of a tenant that nothing overrides, as the process is configured. */
export function defaultLimits(config: Config): TenantLimits {
  const entries = Object.entries(limitSettings).map(([name, limit]) => [name, config.get<unknown>(limit)]);
  return Object.fromEntries(entries) as TenantLimits;
}
