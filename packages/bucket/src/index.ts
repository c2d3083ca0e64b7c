export * from "./block-path.ts";
export * from "./bucket.ts";
export * from "./faulty-bucket.ts";
export { FilesystemBucket } from "./filesystem-bucket.ts";
export { MemoryBucket } from "./memory-bucket.ts";
export * from "./metered-bucket.ts";
export { checkKey } from "./object-key.ts";
