/**
 * Compression of pages, injected: the package itself imports no `node:` module. With Node it is
 * `zlib.zstdCompressSync` and `zlib.zstdDecompressSync` (see `README.md` for the fast way to call them).
 */
export interface PageCodec {
  /** One zstd frame. The result is the caller's to keep. */
  compress(bytes: Uint8Array): Uint8Array;
  /** The inverse, valid until the next call; throws or returns another length when the bytes are damaged. */
  decompress(bytes: Uint8Array, uncompressedLength: number): Uint8Array;
  /** CRC-32 (polynomial of gzip) continued from `previous`; if given, pages are written with it and checked by it. */
  crc32?(bytes: Uint8Array, previous: number): number;
}
