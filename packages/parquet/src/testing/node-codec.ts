import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { PageCodec } from "../codec.ts";

const params = { [constants.ZSTD_c_compressionLevel]: 1 };

let lastDecompressed = new Uint8Array(0);

/** Zstandard of Node. What was decompressed is overwritten by the next call, so that a test sees who still reads it. */
export const nodeCodec: PageCodec = {
  compress: (bytes) => zstdCompressSync(bytes, { params, chunkSize: bytes.length + (bytes.length >>> 8) + 128 }),
  decompress: (bytes, uncompressedLength) => {
    lastDecompressed.fill(0xaa);
    const options = { chunkSize: Math.max(64, uncompressedLength + 1), maxOutputLength: uncompressedLength };
    lastDecompressed = zstdDecompressSync(bytes, options);
    return lastDecompressed;
  },
  crc32: (bytes, previous) => crc32(bytes, previous),
};
