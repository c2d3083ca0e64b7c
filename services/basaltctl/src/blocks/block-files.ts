import { type Bucket, blockKey } from "@basalt/bucket";
import { BasaltError, type BlockId, parseBlockId, type TenantId } from "@basalt/model";
import type { RangeReader } from "@basalt/parquet";
import { type BlockMeta, decodeMeta, metaFile } from "@basalt/store";
import { isoTime } from "../output/units.ts";

/** A block by name. @throws BasaltError `config_invalid`, `object_not_found`, `block_corrupt`, `block_version`. */
export async function readBlockMeta(bucket: Bucket, tenant: TenantId, name: string): Promise<BlockMeta> {
  return decodeMeta(await bucket.get(blockKey(tenant, blockNamed(name), metaFile)));
}

/** The id that an operand means. @throws BasaltError `config_invalid`. */
export function blockNamed(name: string): BlockId {
  const id = parseBlockId(name);
  if (id === undefined)
    throw new BasaltError(
      "config_invalid",
      `${JSON.stringify(name.slice(0, 200))} is no block: 26 digits and capitals`,
    );
  return id;
}

/** The bytes of a file of a block, of a size that is known. */
export function fileRanges(bucket: Bucket, key: string, bytes: number): RangeReader {
  return {
    size: () => Promise.resolve(bytes),
    read: (offset, length) => bucket.getRange(key, { offset, length }),
  };
}

/** The segments' parts and blocks whose rows a block holds, as they are printed. */
export function sourcesOf({ sources }: BlockMeta): readonly { readonly id: BlockId; readonly windowStart: string }[] {
  return sources.map(({ id, windowStart }) => ({ id, windowStart: isoTime(windowStart) }));
}
