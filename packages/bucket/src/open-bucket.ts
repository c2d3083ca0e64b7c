import { assert } from "@basalt/model";
import type { Clock, FileSystem, Random, Tracer } from "@basalt/runtime";
import { reportCaches } from "@basalt/runtime/thread";
import type { Bucket } from "./bucket.ts";
import { countHedge, countOperation, countRetry } from "./bucket-metrics.ts";
import { CachingBucket } from "./cache/caching-bucket.ts";
import { FilesystemBucket } from "./filesystem-bucket.ts";
import { hedgedBucket } from "./hedged-bucket.ts";
import { meteredBucket } from "./metered-bucket.ts";
import { prefixBucket } from "./prefix-bucket.ts";
import { Retrier } from "./retrier.ts";
import { retryBucket } from "./retry-bucket.ts";
import { S3Bucket } from "./s3/s3-bucket.ts";
import type { S3Settings } from "./s3/s3-settings.ts";
import { tracedBucket } from "./traced-bucket.ts";

/** What a process was told of its bucket. Plain data: each thread opens the bucket for itself. */
export interface BucketSettings {
  readonly backend: "filesystem" | "s3";
  /** Of all keys; empty = none. */
  readonly prefix: string;
  /** Of the backend `filesystem`, absolute. */
  readonly folder: string;
  /** 0 = late reads are not asked for twice. */
  readonly hedgeDelayMs: number;
  /** What a thread that reads blocks remembers of them. */
  readonly cacheBytes: number;
  /** Of the backend `s3`. */
  readonly s3: S3Settings | undefined;
}

/** What a bucket works with in its thread. */
export interface BucketSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly fileSystem: FileSystem;
  readonly tracer?: Tracer;
  /** A thread that reads blocks again and again. Default: one that does not, and caches nothing. */
  readonly readsBlocks?: boolean;
}

/** The settings of a bucket that is a folder. */
export function folderBucket(folder: string): BucketSettings {
  return { backend: "filesystem", prefix: "", folder, hedgeDelayMs: 0, cacheBytes: 0, s3: undefined };
}

/**
 * Opens the bucket of a process. Nothing is read, loaded or connected before the first call. From the outside in:
 *
 * - traced: what the caller waited for, with all below.
 * - cache: what it has costs nothing below; it sees each read once, whoever retries.
 * - retry: over hedging, so that a read that waits between attempts is not late and asked for twice.
 * - hedge: a late attempt; one that fails is the retry's.
 * - metered: each request that is really made, so that retries and hedges show in rate and duration.
 * - prefix: next to the storage, so that all above speak of the house's keys.
 *
 * A folder is local: it has no cache (the system has one), no retry, no hedge.
 */
export function openBucket(settings: BucketSettings, surroundings: BucketSurroundings): Bucket {
  const { clock, tracer, fileSystem } = surroundings;
  const traced = (bucket: Bucket): Bucket => (tracer === undefined ? bucket : tracedBucket(bucket, { tracer }));
  if (settings.backend === "filesystem") {
    const bucket = new FilesystemBucket(fileSystem, settings.folder);
    return traced(meteredBucket(prefixed(bucket, settings), clock, countOperation));
  }
  const { random, readsBlocks = false } = surroundings;
  const { s3, hedgeDelayMs, cacheBytes } = settings;
  assert(s3 !== undefined, "the backend s3 comes with its settings");
  const { run: retry } = new Retrier({ clock, random, onRetry: countRetry });
  const storage = prefixed(new S3Bucket({ settings: s3, clock, retry }), settings);
  const metered = meteredBucket(storage, clock, countOperation);
  const hedged =
    hedgeDelayMs === 0 ? metered : hedgedBucket(metered, { clock, delayMs: hedgeDelayMs, onHedge: countHedge });
  const retried = retryBucket(hedged, retry);
  if (!readsBlocks || cacheBytes === 0) return traced(retried);
  const caching = new CachingBucket(retried, { isImmutable: isBlockFile, memoryBytesMax: cacheBytes });
  reportCaches(caching.caches);
  return traced(caching);
}

function prefixed(bucket: Bucket, { prefix }: BucketSettings): Bucket {
  return prefix === "" ? bucket : prefixBucket(bucket, prefix);
}

/** Files of a block are written once; what is added to a block later, such as marks, are no Parquet files. */
function isBlockFile(key: string): boolean {
  return /\/blocks\/[0-9A-Z]{26}\/.+\.parquet$/.test(key);
}
