import { ByteCursor } from "../bytes/byte-cursor.ts";
import { plainView } from "../bytes/plain-view.ts";
import type { PageCodec } from "../codec.ts";
import { corrupt } from "../corrupt.ts";
import { compression, compressionRatioMax, encoding, pageBytesMax, pageType } from "../format/constants.ts";
import { type PageHeader, readPageHeader } from "../format/page-header.ts";
import { ThriftReader } from "../format/thrift-reader.ts";
import type { ChunkMetadata } from "../metadata.ts";
import { snappyDecompress } from "./snappy.ts";

/** A page as it lies in the file. */
export interface RawPage {
  readonly header: PageHeader;
  readonly payload: Uint8Array;
  /** Where the payload begins in the file. */
  readonly fileOffset: number;
}

/** Pages of one chunk, or of a part of it. */
export interface ChunkPages {
  readonly dictionary: RawPage | undefined;
  readonly data: readonly RawPage[];
}

/** Consecutive bytes of a file. */
export interface FileBytes {
  readonly bytes: Uint8Array;
  readonly fileOffset: number;
}

/**
 * Finds the pages in bytes of a chunk.
 *
 * @throws BasaltError `block_corrupt` if a page reaches past the bytes, has a wrong checksum or is impossibly large.
 */
export function splitPages(parts: readonly FileBytes[], codec: PageCodec): ChunkPages {
  let dictionary: RawPage | undefined;
  const data: RawPage[] = [];
  for (const { bytes, fileOffset } of parts) {
    const cursor = new ByteCursor(plainView(bytes), fileOffset);
    while (cursor.remaining > 0) {
      const page = readPage(cursor, codec);
      if (page.header.type === pageType.dictionary) {
        if (dictionary !== undefined || data.length > 0) throw cursor.fail("dictionary page out of place");
        dictionary = page;
      } else if (page.header.type === pageType.dataV1 || page.header.type === pageType.dataV2) data.push(page);
    }
  }
  return { dictionary, data };
}

function readPage(cursor: ByteCursor, codec: PageCodec): RawPage {
  const header = readPageHeader(new ThriftReader(cursor));
  const fileOffset = cursor.fileOffset + cursor.position;
  const { uncompressedLength, compressedLength } = header;
  if (uncompressedLength > Math.min(pageBytesMax, compressedLength * compressionRatioMax)) {
    throw cursor.fail(`page of ${compressedLength} bytes that claims to hold ${uncompressedLength}`);
  }
  const payload = cursor.take(compressedLength);
  if (header.crc !== undefined && codec.crc32 !== undefined) {
    const crc = codec.crc32(payload, 0) >>> 0;
    if (crc !== header.crc) throw corrupt(`page checksum is ${crc}, not ${header.crc}`, fileOffset);
  }
  return { header, payload, fileOffset };
}

/** The parts of a page, decompressed. */
export interface PageParts {
  readonly repetitions: ByteCursor;
  readonly definitions: ByteCursor;
  readonly values: ByteCursor;
}

/** Levels of a data page; those of a page v2 are not compressed, so that `values` may be left alone. */
export function pageLevelBytes(page: RawPage, chunk: ChunkMetadata, codec: PageCodec): Omit<PageParts, "values"> {
  return page.header.type === pageType.dataV2 ? levelsV2(page) : openPage(page, chunk, codec);
}

/** Decompresses a data page. @throws BasaltError `block_corrupt`. */
export function openPage(page: RawPage, chunk: ChunkMetadata, codec: PageCodec): PageParts {
  if (page.header.type === pageType.dataV2) {
    const levels = levelsV2(page);
    const { definitionLength, repetitionLength, uncompressedLength, isCompressed } = page.header;
    const levelLength = definitionLength + repetitionLength;
    const body = page.payload.subarray(levelLength);
    const length = uncompressedLength - levelLength;
    const values = decompress(
      { body, length, fileOffset: page.fileOffset },
      isCompressed ? chunk.compression : 0,
      codec,
    );
    return { ...levels, values };
  }
  const all = decompressPage(page, chunk, codec);
  const repetitions = levelsV1(all, chunk.leaf.maxRepetition);
  const definitions = levelsV1(all, chunk.leaf.maxDefinition);
  return { repetitions, definitions, values: all };
}

/** Decompresses a page that is compressed as a whole: a dictionary page or a data page v1. */
export function decompressPage(page: RawPage, chunk: ChunkMetadata, codec: PageCodec): ByteCursor {
  const { payload, fileOffset, header } = page;
  return decompress({ body: payload, length: header.uncompressedLength, fileOffset }, chunk.compression, codec);
}

function levelsV2(page: RawPage): Omit<PageParts, "values"> {
  const { repetitionLength, definitionLength } = page.header;
  const cursor = new ByteCursor(page.payload, page.fileOffset);
  const repetitions = new ByteCursor(cursor.take(repetitionLength), page.fileOffset);
  const definitions = new ByteCursor(cursor.take(definitionLength), page.fileOffset + repetitionLength);
  return { repetitions, definitions };
}

/** In a page v1, levels stand behind their length in 4 bytes, if there can be any. */
function levelsV1(cursor: ByteCursor, maxLevel: number): ByteCursor {
  if (maxLevel === 0) return new ByteCursor(new Uint8Array(0), cursor.fileOffset);
  const length = cursor.byte() + cursor.byte() * 2 ** 8 + cursor.byte() * 2 ** 16 + cursor.byte() * 2 ** 24;
  return new ByteCursor(cursor.take(length), cursor.fileOffset);
}

interface Compressed {
  readonly body: Uint8Array;
  readonly length: number;
  readonly fileOffset: number;
}

function decompress(compressed: Compressed, method: number, codec: PageCodec): ByteCursor {
  const { body, length, fileOffset } = compressed;
  const bytes = method === compression.none || length === 0 ? body : decompressWith(method, compressed, codec);
  if (length < 0 || bytes.length !== length) {
    throw corrupt(`page holds ${bytes.length} bytes, not ${length}`, fileOffset);
  }
  return new ByteCursor(bytes, fileOffset);
}

function decompressWith(method: number, compressed: Compressed, codec: PageCodec): Uint8Array {
  const { body, length, fileOffset } = compressed;
  if (length < 0) throw corrupt("page is shorter than its levels", fileOffset);
  if (method === compression.snappy) return snappyDecompress(body, length, fileOffset);
  if (method !== compression.zstd) throw corrupt(`compression method ${method} is not supported`, fileOffset);
  try {
    return plainView(codec.decompress(body, length));
  } catch (cause) {
    throw corrupt(`page does not decompress: ${cause instanceof Error ? cause.message : "unknown"}`, fileOffset);
  }
}

/** Whether values of a page are indexes of the dictionary. */
export function isIndexed(pageEncoding: number): boolean {
  return pageEncoding === encoding.rleDictionary || pageEncoding === encoding.plainDictionary;
}
