/** Numbers of parquet.thrift (https://github.com/apache/parquet-format), format 2.11. */

export const physical = { boolean: 0, int32: 1, int64: 2, int96: 3, float: 4, double: 5, bytes: 6, fixed: 7 } as const;

export const repetition = { required: 0, optional: 1, repeated: 2 } as const;

export const converted = {
  utf8: 0,
  map: 1,
  mapKeyValue: 2,
  list: 3,
  uint32: 13,
  uint64: 14,
  int32: 17,
  int64: 18,
} as const;

export const encoding = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  bitPacked: 4,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  deltaByteArray: 7,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;

export const compression = { none: 0, snappy: 1, zstd: 6 } as const;

export const pageType = { dataV1: 0, index: 1, dictionary: 2, dataV2: 3 } as const;

/** "PAR1" */
export const magic: Uint8Array = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/** 16 Mi values: 128 MiB of int64, the most that one chunk may decode to. The writer refuses larger row groups. */
export const chunkValuesMax: number = 2 ** 24;

/** 128 MiB: the most that one page may decompress to, as much as the largest chunk of int64; DuckDB writes up to 100 MB. */
export const pageBytesMax: number = 2 ** 27;

/** zstd's best: 128 KiB of one byte in a block of 4. */
export const compressionRatioMax: number = 2 ** 15;

/** 16 MiB: about 100,000 column chunks. */
export const footerBytesMax: number = 2 ** 24;
