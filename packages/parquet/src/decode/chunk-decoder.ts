import type { PageCodec } from "../codec.ts";
import { corrupt } from "../corrupt.ts";
import type { ChunkMetadata } from "../metadata.ts";
import type { LeafLevels } from "./levels.ts";
import { type ChunkPages, decompressPage, isIndexed, openPage } from "./pages.ts";
import type { Allocate } from "./scratch.ts";
import { readIndexes, type ValueSink } from "./value-sink.ts";

/** One fetched chunk, or the pages of it that were asked for. */
export interface FetchedChunk {
  readonly metadata: ChunkMetadata;
  readonly pages: ChunkPages;
  readonly codec: PageCodec;
  readonly allocate: Allocate;
}

/**
 * Decodes all values of the pages into a sink.
 *
 * @throws BasaltError `block_corrupt`.
 */
export function decodeValues(chunk: FetchedChunk, levels: LeafLevels, sink: ValueSink): void {
  const { metadata, pages, codec, allocate } = chunk;
  if (pages.dictionary !== undefined && pages.data.some((page) => isIndexed(page.header.encoding))) {
    const cursor = decompressPage(pages.dictionary, metadata, codec);
    sink.dictionary(cursor, pages.dictionary.header.valueCount);
  }
  for (const [index, page] of pages.data.entries()) {
    const count = levels.pageValues[index] as number;
    if (count === 0) continue;
    const { values } = openPage(page, metadata, codec);
    if (!isIndexed(page.header.encoding)) sink.page(page.header.encoding, values, count);
    else if (pages.dictionary === undefined) throw corrupt("page needs a dictionary and has none", page.fileOffset);
    else sink.gather(readIndexes(values, count, allocate), values);
  }
}

/** Values to expect: what the levels say, as far as the chunk's bytes make that likely. */
export function expectedValues(chunk: FetchedChunk, levels: LeafLevels): number {
  const said = levels.pageValues.reduce((sum, count) => sum + count, 0);
  return Math.min(said, 65536 + chunk.metadata.range.length * 64);
}
