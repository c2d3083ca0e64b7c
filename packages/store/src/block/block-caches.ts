import type { ParquetMetadata } from "@basalt/parquet";
import { ByteCache } from "@basalt/runtime/thread";
import { type PathTables, pathTablesByteLength, type SymbolTables, symbolTablesByteLength } from "@basalt/symdb";
import type { SegmentDirectory } from "../segment/segment-file.ts";
import { type BlockMeta, metaMemoryBytes } from "./block-meta.ts";
import type { SeriesList } from "./series-file.ts";

/** Byte bounds of the caches of one thread. */
export interface BlockCacheLimits {
  readonly directoryBytesMax: number;
  readonly footerBytesMax: number;
  readonly seriesBytesMax: number;
  readonly symbolBytesMax: number;
}

/** 16 + 8 + 16 + 64 MiB: directories of some segments of a thousand tenants, footers of hundreds of blocks, a hundred thousand series, symbols of some dozens of services. */
export const blockCacheLimitsDefault: BlockCacheLimits = {
  directoryBytesMax: 16 * 2 ** 20,
  footerBytesMax: 8 * 2 ** 20,
  seriesBytesMax: 16 * 2 ** 20,
  symbolBytesMax: 64 * 2 ** 20,
};

/** 4 MiB: a thousand blocks of twenty services. */
const metaCacheBytesMax = 4 * 2 ** 20;

/** What a thread remembers of blocks and segments, which never change. */
export interface BlockCaches {
  readonly metas: ByteCache<BlockMeta>;
  /** By path. */
  readonly directories: ByteCache<SegmentDirectory>;
  readonly footers: ByteCache<ParquetMetadata>;
  readonly series: ByteCache<SeriesList>;
  readonly symbols: ByteCache<SymbolTables>;
  readonly paths: ByteCache<PathTables>;
}

export function blockCaches(limits: BlockCacheLimits = blockCacheLimitsDefault): BlockCaches {
  return {
    metas: new ByteCache("metas", metaCacheBytesMax, metaMemoryBytes),
    directories: new ByteCache("segment_directories", limits.directoryBytesMax, ({ byteLength }) => byteLength),
    footers: new ByteCache("footers", limits.footerBytesMax, (footer) => footer.memoryBytes),
    series: new ByteCache("series", limits.seriesBytesMax, (list) => list.byteLength),
    // Most questions ask for trees, which take paths alone, at a third of the size.
    symbols: new ByteCache<SymbolTables>("symbols", limits.symbolBytesMax / 2, symbolTablesByteLength),
    paths: new ByteCache("paths", limits.symbolBytesMax / 2, pathTablesByteLength),
  };
}
