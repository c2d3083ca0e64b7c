/** Statistics of a chunk, where its writer gave them. Numbers and booleans (0, 1) are bigint, doubles number, byte strings bytes. */
export interface ChunkStatistics {
  readonly min: bigint | number | Uint8Array | undefined;
  readonly max: bigint | number | Uint8Array | undefined;
  readonly nullCount: number | undefined;
}

/** One column chunk as the footer describes it. */
export interface ChunkMetadata {
  readonly leaf: string;
  /** Values, nulls and places of empty lists included. */
  readonly valueCount: number;
  readonly compressedLength: number;
  readonly uncompressedLength: number;
  readonly statistics: ChunkStatistics;
}

/** One row group as the footer describes it. */
export interface RowGroupMetadata {
  readonly rowCount: number;
  /** By leaf name. */
  readonly chunks: ReadonlyMap<string, ChunkMetadata>;
}

/** A parsed footer: plain data that may be cached. */
export interface ParquetMetadata {
  readonly rowCount: number;
  readonly rowGroups: readonly RowGroupMetadata[];
  /** Names of the leaves, in the file's order. */
  readonly leaves: readonly string[];
  readonly keyValues: ReadonlyMap<string, string>;
  readonly createdBy: string;
  /** Rough size of this object in memory, for caches. */
  readonly memoryBytes: number;
}
