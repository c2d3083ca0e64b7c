import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { PageCodec } from "../codec.ts";

const params = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Zstandard of Node, with the buffers sized so that each call fills one. */
export const nodeCodec: PageCodec = {
  compress: (bytes) => zstdCompressSync(bytes, { params, chunkSize: bytes.length + (bytes.length >>> 8) + 128 }),
  decompress: (bytes, uncompressedLength) =>
    zstdDecompressSync(bytes, { chunkSize: Math.max(64, uncompressedLength + 1), maxOutputLength: uncompressedLength }),
  crc32: (bytes, previous) => crc32(bytes, previous),
};
