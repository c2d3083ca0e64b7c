import { type Bucket, blockKey, blockOfFolder, blocksPrefix, listAll } from "@basalt/bucket";
import { BasaltError, type BlockId, type TenantId } from "@basalt/model";
import { type BlockMeta, decodeMeta, metaFile, visibleSet } from "@basalt/store";
import type { Output } from "../output/output.ts";

/** Metas are read so many at a time: enough to hide a bucket's latency. */
const concurrentReads = 16;

/**
 * What a block is to readers: `visible`; `taken over` by a later block of its window; `unfinished`, without a
 * `meta.json`: being written, or given up; `unreadable` for this program.
 */
export type BlockState = "visible" | "taken over" | "unfinished" | "unreadable";

/** A block's folder, and what its `meta.json` says. */
export interface ListedBlock {
  readonly id: BlockId;
  readonly state: BlockState;
  /** Present where the state is `visible` or `taken over`. */
  readonly meta?: BlockMeta;
  /** Present where the state is `unreadable`. */
  readonly problem?: BasaltError;
}

/** What listing needs. */
export interface BlockListing {
  readonly bucket: Bucket;
  readonly tenant: TenantId;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Every block folder of a tenant, by the start of its window, then by id; those without a window come last. */
export async function listBlocks({ bucket, tenant, output, signal }: BlockListing): Promise<readonly ListedBlock[]> {
  const ids: BlockId[] = [];
  for await (const folder of listAll(bucket, { prefix: blocksPrefix(tenant), mode: "folders" }, signal)) {
    const id = blockOfFolder(tenant, folder);
    if (id !== undefined) ids.push(id);
  }
  if (ids.length === 0) output.note(`tenant ${tenant} has no blocks in this bucket`);
  const progress = output.progress(`metas of ${tenant}`, ids.length);
  const found: (BlockMeta | BasaltError | undefined)[] = [];
  for (let at = 0; at < ids.length; at += concurrentReads) {
    signal.throwIfAborted();
    const some = ids.slice(at, at + concurrentReads);
    found.push(...(await Promise.all(some.map((id) => readMeta(bucket, tenant, id)))));
    progress.advance(some.length);
  }
  output.endProgress();
  const metas = found.flatMap((meta) => (meta === undefined || meta instanceof BasaltError ? [] : [meta]));
  const visible = new Set(visibleSet(metas, []).blocks.map(({ id }) => id));
  const blocks = ids.map((id, i) => listed(id, found[i], visible));
  return blocks.sort(byWindow);
}

async function readMeta(bucket: Bucket, tenant: TenantId, id: BlockId): Promise<BlockMeta | BasaltError | undefined> {
  try {
    const meta = decodeMeta(await bucket.get(blockKey(tenant, id, metaFile)));
    return meta.id === id
      ? meta
      : new BasaltError("block_corrupt", `meta.json of block ${id} is that of block ${meta.id}`);
  } catch (error) {
    if (!(error instanceof BasaltError)) throw error;
    return error.code === "object_not_found" ? undefined : error;
  }
}

function listed(id: BlockId, meta: BlockMeta | BasaltError | undefined, visible: ReadonlySet<BlockId>): ListedBlock {
  if (meta === undefined) return { id, state: "unfinished" };
  if (meta instanceof BasaltError) return { id, state: "unreadable", problem: meta };
  return { id, state: visible.has(id) ? "visible" : "taken over", meta };
}

function byWindow(a: ListedBlock, b: ListedBlock): number {
  const [left, right] = [a.meta?.window.start, b.meta?.window.start];
  if (left !== right && left !== undefined && right !== undefined) return left < right ? -1 : 1;
  if (left === undefined && right !== undefined) return 1;
  if (left !== undefined && right === undefined) return -1;
  return a.id < b.id ? -1 : 1;
}
