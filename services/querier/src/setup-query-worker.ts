import { type BucketSettings, openBucket } from "@basalt/bucket";
import type { ExecuteContext, QueryAnswer } from "@basalt/query";
import { QueryMemory } from "@basalt/query";
import type { IncomingCall } from "@basalt/runtime";
import {
  heapBytesMax,
  nodeFileSystem,
  reportCaches,
  systemClock,
  systemRandom,
  zstdCodec,
} from "@basalt/runtime/thread";
import type { BlockCacheLimits } from "@basalt/store";
import { blockCaches } from "@basalt/store";
import { KeptOpenFiles } from "./kept-open-files.ts";
import type { QueryJob } from "./query-job.ts";
import type { SourceOpener } from "./run-job.ts";
import { runJob } from "./run-job.ts";
import { StoreOpener } from "./store-opener.ts";

/** What a pool worker answers. */
export interface QueryWorkerHandlers {
  run(job: QueryJob, call: IncomingCall): Promise<QueryAnswer>;
}

/** What a pool worker is started with. */
export interface QueryWorkerData {
  readonly storage: BucketSettings;
  readonly caches: BlockCacheLimits;
}

/** Blocks are only read here; the level is of no account. */
const readingLevel = 1;

/** Half: the thread runs one query at a time, and remembers paths and series beside it. */
const queryHeapShare = 1 / 2;

/** Makes the handlers of a pool worker in its thread. */
export function setupQueryWorker({ storage, caches }: QueryWorkerData): QueryWorkerHandlers {
  const fileSystem = new KeptOpenFiles({ clock: systemClock }).over(nodeFileSystem);
  const opener = new StoreOpener({
    bucket: openBucket(storage, { clock: systemClock, random: systemRandom, fileSystem, readsBlocks: true }),
    fileSystem,
    codec: zstdCodec(readingLevel),
    caches: reportCaches(blockCaches(caches)),
  });
  const hashSeed = new DataView(systemRandom.bytes(4).buffer).getUint32(0);
  return queryWorkerHandlers(opener, {
    clock: systemClock,
    memory: new QueryMemory(hashSeed, heapBytesMax() * queryHeapShare),
  });
}

/** The handlers of a pool worker over whatever opens its sources. */
export function queryWorkerHandlers(
  opener: SourceOpener,
  context: Pick<ExecuteContext, "clock" | "memory">,
): QueryWorkerHandlers {
  return {
    run: async (job, call) => {
      const answer = await runJob(job, opener, { ...context, signal: call.signal });
      const { buffer, byteOffset, byteLength } = answer.bytes;
      // A view of a larger buffer is copied: moving it would move what it does not show, too.
      const owned = byteOffset === 0 && byteLength === buffer.byteLength ? answer.bytes : answer.bytes.slice();
      if (owned.buffer instanceof ArrayBuffer) call.transfer(owned.buffer);
      return { ...answer, bytes: owned };
    },
  };
}
