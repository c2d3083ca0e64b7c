import type { Leaf } from "./format/leaf.ts";

/**
 * Statistics of a chunk, where its writer gave them: integers are bigint, doubles number, byte strings Uint8Array.
 * They order integers as signed or unsigned as the type says.
 */
export interface ChunkStatistics {
  readonly min: bigint | number | Uint8Array | undefined;
  readonly max: bigint | number | Uint8Array | undefined;
  readonly nullCount: number | undefined;
  readonly distinctCount: number | undefined;
}

/** A part of the file. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

/** One column chunk as the footer describes it. */
export interface ChunkMetadata {
  readonly leaf: Leaf;
  /** Values, nulls and places of empty lists included. */
  readonly valueCount: number;
  /** Pages of the chunk, with the dictionary page. */
  readonly range: FileRange;
  /** Where the first data page begins, if a dictionary page stands before it or nothing does. */
  readonly dataPageOffset: number;
  readonly uncompressedLength: number;
  /** Number of parquet.thrift's CompressionCodec. */
  readonly compression: number;
  /** Numbers of parquet.thrift's Encoding that occur in the chunk. */
  readonly encodings: readonly number[];
  readonly statistics: ChunkStatistics;
  readonly offsetIndex: FileRange | undefined;
}

/** One row group as the footer describes it. */
export interface RowGroupMetadata {
  readonly rowCount: number;
  /** By leaf name. */
  readonly chunks: ReadonlyMap<string, ChunkMetadata>;
}

/** A parsed footer: plain data that may be cached and sent to another thread. */
export interface ParquetMetadata {
  readonly rowCount: number;
  readonly rowGroups: readonly RowGroupMetadata[];
  /** In the file's order. */
  readonly leaves: readonly Leaf[];
  readonly keyValues: ReadonlyMap<string, string>;
  readonly createdBy: string;
  /** Rough size of this object in memory, for caches. */
  readonly memoryBytes: number;
}
