import { assert, defined } from "@basalt/model";
import { ByteCursor } from "./bytes/byte-cursor.ts";
import type { PageCodec } from "./codec.ts";
import { corrupt } from "./corrupt.ts";
import { type FetchedLeaf, FetchedRowGroup } from "./decode/fetched-row-group.ts";
import { type FileBytes, splitPages } from "./decode/pages.ts";
import { allocator, type DecodeScratch } from "./decode/scratch.ts";
import { footerBytesMax, magic } from "./format/constants.ts";
import { parseFooter } from "./format/footer-reader.ts";
import { type PageLocation, readOffsetIndex } from "./format/offset-index.ts";
import { ThriftReader } from "./format/thrift-reader.ts";
import type { ChunkMetadata, FileRange, ParquetMetadata } from "./metadata.ts";
import { type RangeReader, readRanges } from "./range-reader.ts";
import type { RowGroup } from "./row-group.ts";

/** Offset indexes that were read, for as long as the footers that lead to them live. */
const knownPages = new WeakMap<ChunkMetadata, readonly PageLocation[]>();

/** 64 KiB: footer and indexes of a usual block in one read. */
const tailBytes = 65_536;

/** How a file is opened. */
export interface ParquetReaderOptions {
  readonly source: RangeReader;
  readonly codec: PageCodec;
  /** The footer, if it is known already (see {@link readMetadata}). */
  readonly metadata?: ParquetMetadata;
}

/** Which part of a row group is fetched. */
export interface RowGroupRequest {
  /** Names of leaves. */
  readonly leaves: readonly string[];
  /** Rows inside the row group, [start, end); only the pages that hold them are fetched. Default: all. */
  readonly rows?: { readonly start: number; readonly end: number };
  readonly scratch?: DecodeScratch;
}

/** Reads and checks the footer of a file. @throws BasaltError `block_corrupt`. */
export async function readMetadata(source: RangeReader): Promise<ParquetMetadata> {
  const size = await source.size();
  if (size < 12) throw corrupt(`file of ${size} bytes`, 0);
  const tailLength = Math.min(size, tailBytes);
  const tail = await source.read(size - tailLength, tailLength);
  if (tail.length !== tailLength) throw corrupt(`read of ${tailLength} bytes gave ${tail.length}`, size - tailLength);
  const end = new DataView(tail.buffer, tail.byteOffset + tailLength - 8, 8);
  if (magic.some((byte, i) => end.getUint8(4 + i) !== byte)) throw corrupt("file does not end with PAR1", size - 4);
  const length = end.getUint32(0, true);
  if (length > footerBytesMax || length > size - 12) throw corrupt(`footer of ${length} bytes`, size - 8);
  const offset = size - 8 - length;
  const footer =
    length + 8 <= tailLength
      ? tail.subarray(tailLength - 8 - length, tailLength - 8)
      : await source.read(offset, length);
  return parseFooter(footer, offset);
}

/** Reads one Parquet file by range. */
export class ParquetReader {
  readonly metadata: ParquetMetadata;
  readonly #source: RangeReader;
  readonly #codec: PageCodec;
  #bytesRead = 0;

  constructor(metadata: ParquetMetadata, source: RangeReader, codec: PageCodec) {
    this.metadata = metadata;
    this.#source = source;
    this.#codec = codec;
  }

  /** Opens a file; reads the footer unless it is given. @throws BasaltError `block_corrupt`. */
  static async open(options: ParquetReaderOptions): Promise<ParquetReader> {
    const { source, codec } = options;
    return new ParquetReader(options.metadata ?? (await readMetadata(source)), source, codec);
  }

  /** Bytes of chunks and indexes fetched so far. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Whether the file has a leaf: optional columns are absent when unused. */
  has(leaf: string): boolean {
    return this.metadata.leaves.some((known) => known.name === leaf);
  }

  /**
   * Fetches leaves of one row group, near ranges in one read; decoding happens in the result's methods.
   *
   * @throws BasaltError `block_corrupt` for damaged pages or a leaf that the file lacks.
   */
  async readRowGroup(rowGroupIndex: number, request: RowGroupRequest): Promise<RowGroup> {
    const rowGroup = defined(this.metadata.rowGroups[rowGroupIndex], `row group ${rowGroupIndex}`);
    const rows = request.rows ?? { start: 0, end: rowGroup.rowCount };
    assert(
      rows.start >= 0 && rows.start <= rows.end && rows.end <= rowGroup.rowCount,
      `rows of row group ${rowGroupIndex}`,
    );
    const chunks = request.leaves.map((leaf) => {
      const chunk = rowGroup.chunks.get(leaf);
      if (chunk === undefined) throw corrupt(`file has no leaf ${leaf}`);
      return chunk;
    });
    const isWhole = rows.start === 0 && rows.end === rowGroup.rowCount;
    const plans = isWhole
      ? chunks.map((chunk) => wholeChunk(chunk, rowGroup.rowCount))
      : await this.#plan(chunks, rows, rowGroup.rowCount);
    const parts = await this.#read(plans.flatMap((plan) => plan.ranges));
    const leaves = new Map<string, FetchedLeaf>();
    for (const plan of plans) {
      const { leaf } = plan.chunk;
      leaves.set(leaf.name, {
        metadata: plan.chunk,
        pages: splitPages(parts.splice(0, plan.ranges.length), this.#codec),
        codec: this.#codec,
        allocate: allocator(request.scratch, leaf.name),
        firstRow: plan.firstRow,
        rowCount: plan.rowCount,
      });
    }
    return new FetchedRowGroup(leaves, rows);
  }

  /** Chooses the pages that hold the rows; a chunk without an offset index is read whole. */
  async #plan(
    chunks: readonly ChunkMetadata[],
    rows: { start: number; end: number },
    rowCount: number,
  ): Promise<ChunkPlan[]> {
    await this.#readOffsetIndexes(chunks.filter((chunk) => !knownPages.has(chunk)));
    return chunks.map((chunk) => {
      const pages = knownPages.get(chunk);
      return pages === undefined ? wholeChunk(chunk, rowCount) : chosenPages(chunk, pages, { ...rows, rowCount });
    });
  }

  async #readOffsetIndexes(chunks: readonly ChunkMetadata[]): Promise<void> {
    if (chunks.length === 0) return;
    const indexes = await this.#read(chunks.map((chunk) => chunk.offsetIndex ?? { offset: 0, length: 0 }));
    for (const [i, { bytes, fileOffset }] of indexes.entries()) {
      if (bytes.length === 0) continue;
      const pages = readOffsetIndex(new ThriftReader(new ByteCursor(bytes, fileOffset)));
      knownPages.set(chunks[i] as ChunkMetadata, pages);
    }
  }

  async #read(ranges: readonly FileRange[]): Promise<FileBytes[]> {
    for (const { length } of ranges) this.#bytesRead += length;
    const parts = await readRanges(this.#source, ranges);
    return parts.map((bytes, i) => ({ bytes, fileOffset: ranges[i]?.offset ?? 0 }));
  }
}

/** What is read of one chunk. */
interface ChunkPlan {
  readonly chunk: ChunkMetadata;
  readonly ranges: readonly FileRange[];
  /** Rows that its pages hold. */
  readonly firstRow: number;
  readonly rowCount: number;
}

function wholeChunk(chunk: ChunkMetadata, rowCount: number): ChunkPlan {
  return { chunk, ranges: [chunk.range], firstRow: 0, rowCount };
}

/** The dictionary page, if there is one, and the data pages that hold the rows. */
function chosenPages(
  chunk: ChunkMetadata,
  pages: readonly PageLocation[],
  rows: { start: number; end: number; rowCount: number },
): ChunkPlan {
  const { range, leaf } = chunk;
  const first = pages.findLastIndex((page) => page.firstRow <= rows.start);
  const after = pages.findIndex((page) => page.firstRow >= rows.end);
  const chosen = pages.slice(Math.max(first, 0), after < 0 ? pages.length : Math.max(after, first + 1));
  const firstPage = chosen[0];
  const lastPage = chosen.at(-1);
  if (firstPage === undefined || lastPage === undefined || pages[0] === undefined)
    return wholeChunk(chunk, rows.rowCount);
  const end = lastPage.offset + lastPage.length;
  if (pages[0].offset < range.offset || firstPage.offset > end || end > range.offset + range.length) {
    throw corrupt(`offset index of ${leaf.name} points outside its chunk`, firstPage.offset);
  }
  const ranges = [{ offset: firstPage.offset, length: end - firstPage.offset }];
  const dictionaryLength = pages[0].offset - range.offset;
  if (dictionaryLength > 0) ranges.unshift({ offset: range.offset, length: dictionaryLength });
  const rowEnd = pages[pages.indexOf(lastPage) + 1]?.firstRow ?? rows.rowCount;
  return { chunk, ranges, firstRow: firstPage.firstRow, rowCount: rowEnd - firstPage.firstRow };
}
