import { type Bucket, blockKey, listAll } from "@basalt/bucket";
import {
  BasaltError,
  type BlockId,
  blockIdFrom,
  hash64,
  nanosPerMilli,
  type ProducerId,
  type TenantId,
  type UnixNano,
} from "@basalt/model";
import type { BlockWindow } from "../block/block-meta.ts";
import { metaFile } from "../block/block-schema.ts";
import type { BlockSource } from "../block/block-source.ts";
import { openSegmentPart, type SourceReaders } from "../shard/own-sources.ts";
import type { CutNotice } from "../shard/shard.ts";
import { cutBlock } from "./cut-block.ts";

/** One block to be cut: plain data, for any thread. */
export interface CutJob {
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly producer: ProducerId;
  readonly window: BlockWindow;
  readonly inputs: readonly CutInput[];
}

/** One tenant's 15-min window in a segment. */
export interface CutInput {
  readonly segment: BlockId;
  readonly path: string;
  readonly windowStart: UnixNano;
}

/** What a job came to. */
export interface CutOutcome {
  readonly notice: CutNotice;
  readonly bytes: number;
  readonly duplicates: number;
  readonly conflicts: number;
}

export interface CutRunner extends Pick<SourceReaders, "fileSystem" | "bucket" | "codec" | "checksum" | "caches"> {
  readonly seed: number;
  readonly pause: () => Promise<void>;
}

/** The id of the block that a job makes: the same for the same sources, so that doing it again makes no second block. */
export function cutBlockId(tenant: TenantId, window: BlockWindow, inputs: readonly CutInput[]): BlockId {
  const sources = inputs.map(({ segment, windowStart }) => `${segment}/${windowStart}`).sort();
  const text = new TextEncoder().encode([tenant, window.start, window.end, ...sources].join("\n"));
  const hash = new DataView(new ArrayBuffer(16));
  hash.setBigUint64(0, hash64(text));
  hash.setBigUint64(8, hash64(text.slice(1)));
  const endMs = Number(window.end / nanosPerMilli);
  return blockIdFrom(Math.max(0, endMs), new Uint8Array(hash.buffer));
}

/** Does a job in this thread. @throws BasaltError `block_corrupt` with the segment in `details.block`, `disk_full`. */
export async function runCutJob(job: CutJob, runner: CutRunner): Promise<CutOutcome> {
  const { id, tenant, producer, window } = job;
  const { bucket, codec, checksum, seed, pause } = runner;
  const openInputs = (): Promise<BlockSource[]> =>
    Promise.all(job.inputs.map((input) => openInput(runner, tenant, input)));
  const result = await cutBlock({ bucket, codec, checksum, seed, pause, openInputs, id, tenant, producer, window });
  return {
    notice: { block: id, tenant, sources: result.meta.sources },
    bytes: result.meta.files.reduce((sum, file) => sum + file.bytes, 0),
    duplicates: result.duplicates,
    conflicts: result.conflicts,
  };
}

/** Opens an input; one that is gone or damaged is named in the error. */
async function openInput(runner: CutRunner, tenant: TenantId, input: CutInput): Promise<BlockSource> {
  const details = { block: input.segment, tenant };
  // Its directory may be remembered although the file is gone.
  const isThere = (await runner.fileSystem.stat(input.path)) !== undefined;
  if (!isThere) throw new BasaltError("block_corrupt", `segment ${input.segment} is gone`, { details });
  try {
    return await openSegmentPart(runner, { ...input, tenant });
  } catch (error) {
    if (!(error instanceof BasaltError && error.code === "block_corrupt")) throw error;
    throw new BasaltError("block_corrupt", `segment ${input.segment} cannot be opened`, { details, cause: error });
  }
}

/** Removes what a cut that was given up has written. Does nothing to a visible block. */
export async function removeUnfinished(bucket: Bucket, tenant: TenantId, block: BlockId): Promise<boolean> {
  if ((await bucket.attributes(blockKey(tenant, block, metaFile))) !== undefined) return false;
  const keys: string[] = [];
  for await (const key of listAll(bucket, { prefix: blockKey(tenant, block, ""), mode: "keys" })) keys.push(key);
  for (const key of keys) await bucket.delete(key);
  return true;
}
