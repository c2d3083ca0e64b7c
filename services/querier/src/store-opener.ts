import type { Bucket } from "@basalt/bucket";
import { BasaltError } from "@basalt/model";
import type { FileSystem, ZstdCodec } from "@basalt/runtime";
import { crc32 } from "@basalt/runtime/thread";
import type { BlockCaches, BlockMeta, RowSource } from "@basalt/store";
import { openBlock, openSegmentPart, readBlockMeta } from "@basalt/store";
import type { BlockReference, SourceReference } from "./query-job.ts";
import type { SourceOpener } from "./run-job.ts";

/** What sources are opened with. */
export interface StoreOpenerOptions {
  readonly bucket: Bucket;
  readonly fileSystem: FileSystem;
  readonly codec: ZstdCodec;
  readonly caches: BlockCaches;
}

/** Opens blocks of the bucket and segments of this machine; metas, footers, series and symbols are remembered. */
export class StoreOpener implements SourceOpener {
  private readonly options: StoreOpenerOptions;

  constructor(options: StoreOpenerOptions) {
    this.options = options;
  }

  async open(reference: SourceReference): Promise<RowSource> {
    if (reference.kind === "segment") return openSegmentPart({ ...this.options, checksum: crc32 }, reference);
    const { tenant, id } = reference;
    return openBlock(this.options, await this.options.caches.metas.get(`${tenant}/${id}`, () => this.meta(reference)));
  }

  private async meta({ tenant, id }: BlockReference): Promise<BlockMeta> {
    const meta = await readBlockMeta(this.options.bucket, tenant, id);
    if (meta === undefined) throw new BasaltError("object_not_found", `block ${id} is gone`);
    if (meta instanceof BasaltError) throw meta;
    return meta;
  }
}
