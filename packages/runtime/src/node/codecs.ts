import { createHash } from "node:crypto";
import { constants, gzipSync, crc32 as zlibCrc32, zstdCompressSync } from "node:zlib";
import { ZstdDecompressor } from "./zstd-decompressor.ts";

/** Deflates with a gzip frame at the fastest level. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: constants.Z_BEST_SPEED });
}

/** Zstandard as the Parquet writer and reader want it. */
export interface ZstdCodec {
  compress(bytes: Uint8Array): Uint8Array;
  /**
   * Needs the exact output length, which the caller has from its own header and has checked against its limits. The result
   * is valid until the next call.
   */
  decompress(bytes: Uint8Array, uncompressedLength: number): Uint8Array;
  crc32(bytes: Uint8Array, previous: number): number;
}

/** Zstandard at a level; 1 writes at more than twice the speed of 3 for about 3 % more bytes. */
export function zstdCodec(level: number): ZstdCodec {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const decompressor = new ZstdDecompressor();
  return {
    // The bound of zstd's frame, so that one call fills one buffer; the pledged size makes small tables for small pages.
    compress: (bytes) =>
      zstdCompressSync(bytes, {
        params,
        chunkSize: bytes.length + (bytes.length >>> 8) + 128,
        pledgedSrcSize: bytes.length,
      }),
    decompress: (bytes, uncompressedLength) => decompressor.decompress(bytes, uncompressedLength),
    crc32,
  };
}

/** CRC-32 of gzip (polynomial 0xEDB88320), continued from an earlier one. */
export function crc32(bytes: Uint8Array, previous: number = 0): number {
  return zlibCrc32(bytes, previous);
}

/** SHA-256 of the parts in order: 32 bytes. */
export function sha256(parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
