import type { Schema } from "@basalt/parquet";

/** The Parquet files of a block, or of one part of a segment (docs/formats/block.md). */
export const blockFiles = {
  series: "series.parquet",
  profiles: "profiles.parquet",
  functions: "symbols/functions.parquet",
  mappings: "symbols/mappings.parquet",
  locations: "symbols/locations.parquet",
  stacktraces: "symbols/stacktraces.parquet",
} as const;

/** The path of a Parquet file inside a block. */
export type BlockFileName = (typeof blockFiles)[keyof typeof blockFiles];

/** The last file written: a block without it does not exist. */
export const metaFile = "meta.json";

/** Sorted by partition, then labels; `series_index` is the row number. */
export const seriesSchema: Schema = [
  { kind: "scalar", name: "series_index", type: "uint32" },
  { kind: "scalar", name: "partition", type: "uint32" },
  { kind: "scalar", name: "fingerprint", type: "uint64" },
  { kind: "scalar", name: "row_start", type: "uint64" },
  { kind: "scalar", name: "row_count", type: "uint32" },
  { kind: "map", name: "labels" },
];

/** Which optional columns `profiles.parquet` has. */
export interface SampleIdColumns {
  readonly spans: boolean;
  readonly traces: boolean;
}

/** One row per pushed profile and sample type, sorted by series, time, profile id. Samples are sorted by stack. */
export function profilesSchema(ids: SampleIdColumns): Schema {
  return [
    { kind: "scalar", name: "series_index", type: "uint32" },
    { kind: "scalar", name: "partition", type: "uint32" },
    { kind: "scalar", name: "time", type: "timestamp_nanos" },
    { kind: "scalar", name: "duration", type: "int64" },
    { kind: "scalar", name: "period", type: "int64" },
    { kind: "scalar", name: "profile_id", type: "uuid" },
    { kind: "scalar", name: "total", type: "int64" },
    {
      kind: "structs",
      name: "samples",
      fields: [
        { name: "stacktrace_id", type: "uint32" },
        { name: "value", type: "int64" },
        ...(ids.spans ? [{ name: "span_id", type: "uint64" as const, optional: true }] : []),
        ...(ids.traces ? [{ name: "trace_id", type: "uuid" as const, optional: true }] : []),
      ],
    },
  ];
}

/** `function_id` counts from 1 in each partition; `system_name` is null where it equals `name`. */
export const functionsSchema: Schema = [
  { kind: "scalar", name: "partition", type: "uint32" },
  { kind: "scalar", name: "function_id", type: "uint32" },
  { kind: "scalar", name: "name", type: "string" },
  { kind: "scalar", name: "system_name", type: "string", optional: true },
  { kind: "scalar", name: "filename", type: "string" },
  { kind: "scalar", name: "start_line", type: "uint32" },
];

/** `mapping_id` counts from 1 in each partition; `flags`: 1 functions, 2 filenames, 4 line numbers, 8 inline frames. */
export const mappingsSchema: Schema = [
  { kind: "scalar", name: "partition", type: "uint32" },
  { kind: "scalar", name: "mapping_id", type: "uint32" },
  { kind: "scalar", name: "memory_start", type: "uint64" },
  { kind: "scalar", name: "memory_limit", type: "uint64" },
  { kind: "scalar", name: "file_offset", type: "uint64" },
  { kind: "scalar", name: "filename", type: "string" },
  { kind: "scalar", name: "build_id", type: "string" },
  { kind: "scalar", name: "flags", type: "uint32" },
];

/** `location_id` counts from 1 in each partition; `mapping_id` and `function_id` 0 = none; lines: inner frame first. */
export const locationsSchema: Schema = [
  { kind: "scalar", name: "partition", type: "uint32" },
  { kind: "scalar", name: "location_id", type: "uint32" },
  { kind: "scalar", name: "mapping_id", type: "uint32" },
  { kind: "scalar", name: "address", type: "uint64" },
  { kind: "scalar", name: "is_folded", type: "boolean" },
  {
    kind: "structs",
    name: "lines",
    fields: [
      { name: "function_id", type: "uint32" },
      { name: "line", type: "uint32" },
    ],
  },
];

/**
 * `stacktrace_id` counts from 0, the empty stack, in each partition; `parent_id` is the stack without its leaf and is
 * below it. Stacks that samples name have in a block a `hash` of their content, in a segment a `weight`: their largest value.
 */
export function stacktracesSchema(kind: "block" | "segment"): Schema {
  return [
    { kind: "scalar", name: "partition", type: "uint32" },
    { kind: "scalar", name: "stacktrace_id", type: "uint32" },
    { kind: "scalar", name: "parent_id", type: "uint32" },
    { kind: "scalar", name: "location_id", type: "uint32" },
    { kind: "scalar", name: kind === "block" ? "hash" : "weight", type: "uint64", optional: true },
  ];
}
