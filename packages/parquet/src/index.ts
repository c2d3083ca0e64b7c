export * from "./codec.ts";
export * from "./column-values.ts";
export * from "./metadata.ts";
export * from "./parquet-reader.ts";
export * from "./parquet-writer.ts";
export * from "./range-reader.ts";
export * from "./row-group.ts";
export * from "./schema.ts";
