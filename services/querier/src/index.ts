export type { BlockCatalog, ListedBlock, QuerierOptions } from "./querier.ts";
export { Querier } from "./querier.ts";
export type { BlockReference, QueryJob, SourceReference } from "./query-job.ts";
export type { QueryRecord } from "./query-record.ts";
export { describeQuery } from "./query-record.ts";
export type { SourceOpener } from "./run-job.ts";
export type { QuerierSettings } from "./settings.ts";
export { querierSettings } from "./settings.ts";
