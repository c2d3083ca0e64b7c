import type { Bucket } from "@basalt/bucket";
import { BasaltError } from "@basalt/model";
import type { Clock, FileSystem, ZstdCodec } from "@basalt/runtime";
import { crc32 } from "@basalt/runtime/thread";
import type { BlockCaches, RowSource } from "@basalt/store";
import { BlockIndex, openBlock, openSegmentPart } from "@basalt/store";
import type { SourceReference } from "./query-job.ts";
import type { SourceOpener } from "./run-job.ts";

/** What sources are opened with. */
export interface StoreOpenerOptions {
  readonly bucket: Bucket;
  readonly fileSystem: FileSystem;
  readonly codec: ZstdCodec;
  readonly caches: BlockCaches;
  readonly clock: Clock;
}

/** Opens blocks of the bucket and segments of this machine; metas, footers, series and symbols are remembered. */
export class StoreOpener implements SourceOpener {
  private readonly options: StoreOpenerOptions;
  private readonly blocks: BlockIndex;

  constructor(options: StoreOpenerOptions) {
    this.options = options;
    this.blocks = new BlockIndex(options);
  }

  async open(reference: SourceReference): Promise<RowSource> {
    if (reference.kind === "segment") return openSegmentPart({ ...this.options, checksum: crc32 }, reference);
    const meta = await this.blocks.get(reference.tenant, reference.id);
    if (meta instanceof BasaltError) throw meta;
    if (meta === undefined) throw new BasaltError("object_not_found", `block ${reference.id} is gone`);
    return openBlock(this.options, meta);
  }
}
