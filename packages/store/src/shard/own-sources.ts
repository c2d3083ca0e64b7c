import { type Bucket, blockKey } from "@basalt/bucket";
import { BasaltError, type ProducerId, type TenantId, type UnixNano, windowNanos } from "@basalt/model";
import type { PageCodec, RangeReader } from "@basalt/parquet";
import type { FileSystem } from "@basalt/runtime";
import type { BlockCaches } from "../block/block-caches.ts";
import type { BlockIndex } from "../block/block-index.ts";
import type { BlockMeta } from "../block/block-meta.ts";
import type { BlockFileName } from "../block/block-schema.ts";
import { BlockSource } from "../block/block-source.ts";
import type { RollingChecksum } from "../block/block-writer.ts";
import { isNotFound } from "../disk-error.ts";
import { readSegmentDirectory, type SegmentDirectory, segmentFileReader } from "../segment/segment-file.ts";

/** What is needed to read the blocks and segments of a process. */
export interface SourceReaders {
  readonly fileSystem: FileSystem;
  readonly bucket: Bucket;
  readonly blocks: BlockIndex;
  readonly codec: PageCodec;
  readonly checksum: RollingChecksum;
  readonly caches: BlockCaches;
}

/** Opens a block of the bucket. Nothing is read until something is asked for. */
export function openBlock(
  { bucket, codec, caches }: Pick<SourceReaders, "bucket" | "codec" | "caches">,
  meta: BlockMeta,
): BlockSource {
  const file = (name: BlockFileName): RangeReader => bucketRanges(bucket, meta, name);
  return new BlockSource({ kind: "block", meta, codec, caches, file });
}

function bucketRanges(bucket: Bucket, meta: BlockMeta, name: BlockFileName): RangeReader {
  const key = blockKey(meta.tenant, meta.id, name);
  const found = meta.files.find((file) => file.name === name);
  if (found === undefined) throw new BasaltError("block_corrupt", `block ${meta.id} names no file ${name}`);
  return {
    size: () => Promise.resolve(found.bytes),
    read: (offset, length) => bucket.getRange(key, { offset, length }),
  };
}

/** Opens one tenant's window in a segment. @throws BasaltError `block_corrupt`, `object_not_found`. */
export async function openSegmentPart(
  readers: Pick<SourceReaders, "fileSystem" | "codec" | "checksum" | "caches">,
  reference: { readonly path: string; readonly tenant: TenantId; readonly windowStart: UnixNano },
): Promise<BlockSource> {
  const directory = await readers.caches.directories.get(reference.path, () =>
    readSegmentDirectory(readers.fileSystem, reference.path, readers.checksum),
  );
  const source = segmentSource(readers, reference.path, directory, reference);
  if (source === undefined) {
    throw new BasaltError(
      "block_corrupt",
      `segment ${reference.path} has no window ${reference.windowStart} of tenant ${reference.tenant}`,
    );
  }
  return source;
}

function segmentSource(
  { fileSystem, codec, caches }: Pick<SourceReaders, "fileSystem" | "codec" | "caches">,
  path: string,
  directory: SegmentDirectory,
  { tenant, windowStart }: { readonly tenant: TenantId; readonly windowStart: UnixNano },
): BlockSource | undefined {
  const part = directory.parts.find(({ meta }) => meta.tenant === tenant && meta.window.start === windowStart);
  if (part === undefined) return undefined;
  const file = (name: BlockFileName): RangeReader => segmentFileReader(fileSystem, path, part, name);
  return new BlockSource({ kind: "segment", meta: part.meta, codec, caches, file });
}

/**
 * Every segment and block in which a producer may hold rows of a tenant's window. Segments come first and blocks are
 * listed after them: a segment that vanishes meanwhile has become part of a block that is visible by then.
 */
export async function* ownSources(
  readers: SourceReaders,
  segmentFolders: readonly string[],
  own: { readonly producer: ProducerId; readonly tenant: TenantId; readonly windowStart: UnixNano },
): AsyncGenerator<BlockSource> {
  const { fileSystem, checksum, blocks } = readers;
  for (const folder of segmentFolders) {
    for (const name of await fileSystem.list(folder)) {
      if (!name.endsWith(".seg")) continue;
      const path = `${folder}/${name}`;
      const directory = await readSegmentDirectory(fileSystem, path, checksum).catch(ignoreMissing);
      const source = directory === undefined ? undefined : segmentSource(readers, path, directory, own);
      if (source !== undefined) yield source;
    }
  }
  const range = { start: own.windowStart, end: own.windowStart + windowNanos - 1n };
  const listing = await blocks.list(own.tenant, range, true);
  for (const meta of listing.blocks) if (meta.producer === own.producer) yield openBlock(readers, meta);
}

/** A file that was removed, or that a crash left damaged, holds no row that is not elsewhere or lost already. */
export function ignoreMissing(error: unknown): undefined {
  if (isNotFound(error) || (error instanceof BasaltError && error.code === "block_corrupt")) return undefined;
  throw error;
}
