export { type ListedBlock, listBlocks, listTenants } from "./block/list-blocks.ts";
export type { PartitionSymbols } from "./block/partition-symbols.ts";
export type { V1Rows } from "./block/profile-rows.ts";
export { V1Block, type V1BlockOptions } from "./block/v1-block.ts";
export type { IndexedSeries } from "./format/tsdb-index.ts";
export {
  type ImportEvent,
  type ImportOptions,
  type ImportStep,
  importBlocks,
  importWaveBytes,
} from "./import/import-blocks.ts";
export {
  type FailedBlock,
  formatImportReport,
  type ImportReport,
  importReportToJson,
  isComplete,
  type TenantReport,
} from "./import/import-report.ts";
export type { ImportSum, ImportSums } from "./import/import-sums.ts";
export type { LeftOut } from "./import/left-out.ts";
