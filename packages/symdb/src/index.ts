export { selectStacks } from "./call-site.ts";
export * from "./columns-merger.ts";
export type { CompactTables } from "./compact.ts";
export { compactTables } from "./compact.ts";
export { stackHashes } from "./content-hash.ts";
export { noStackName } from "./frames.ts";
export * from "./symbol-partition.ts";
export * from "./symbol-tables.ts";
export * from "./tree-sum.ts";
