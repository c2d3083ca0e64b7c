import { type BucketSettings, openBucket } from "@basalt/bucket";
import { crc32, nodeFileSystem, reportCaches, systemClock, systemRandom, zstdCodec } from "@basalt/runtime/thread";
import type { CutJob, CutOutcome } from "@basalt/store";
import { blockCaches, runCutJob } from "@basalt/store";

/** What the thread that cuts blocks is started with. */
export interface CutWorkerData {
  readonly storage: BucketSettings;
}

/** What it answers. */
export interface CutHandlers {
  cut(job: CutJob): Promise<CutOutcome>;
}

/** Level 2: on the reference load level 1 is 0.4 % larger, and level 3 is 3 % larger, for numbers of many bits have no matches (ADR 0053). */
const blockLevel = 2;

/** Makes the handlers of the thread that cuts blocks. */
export function setupCutWorker({ storage }: CutWorkerData): CutHandlers {
  const runner = {
    fileSystem: nodeFileSystem,
    bucket: openBucket(storage, { clock: systemClock, random: systemRandom, fileSystem: nodeFileSystem }),
    codec: zstdCodec(blockLevel),
    checksum: crc32,
    caches: reportCaches(blockCaches()),
    // Nothing else runs in this thread.
    pause: () => Promise.resolve(),
  };
  return {
    cut: (job) => runCutJob(job, { ...runner, seed: new DataView(systemRandom.bytes(4).buffer).getUint32(0) }),
  };
}
