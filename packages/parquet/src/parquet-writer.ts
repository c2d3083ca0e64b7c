import { assert, defined } from "@basalt/model";
import type { PageCodec } from "./codec.ts";
import type { RowGroupValues } from "./column-values.ts";
import { type ChunkTarget, type WrittenChunk, writeChunk } from "./encode/chunk-writer.ts";
import type { Effort } from "./encode/effort.ts";
import { EncodeScratch } from "./encode/encode-scratch.ts";
import { PageCompressor } from "./encode/page-compressor.ts";
import { chunkValuesMax, magic } from "./format/constants.ts";
import { footerBytes } from "./format/footer-writer.ts";
import { type Leaf, leavesOf } from "./format/leaf.ts";
import { offsetIndexBytes } from "./format/offset-index.ts";
import { type SchemaElement, schemaElements } from "./format/schema-element.ts";
import type { ChunkMetadata, RowGroupMetadata } from "./metadata.ts";
import type { Schema } from "./schema.ts";

/** 1 MiB: 128 Ki values, the most that zstd's first level can look back over; smaller pages repeat less (ADR 0040). */
const pageBytesDefault = 2 ** 20;

/** How a file is written. */
export interface ParquetWriterOptions {
  readonly schema: Schema;
  readonly codec: PageCodec;
  /** Takes the file's bytes in order. They are the sink's to keep. */
  readonly sink: (bytes: Uint8Array) => void;
  /** Uncompressed bytes after which a page ends, at the next row; default 1 MiB. */
  readonly pageBytes?: number;
  /** Whether to spend time on fewer bytes; default "small". */
  readonly effort?: Effort;
  readonly createdBy?: string;
}

/** What {@link ParquetWriter.finish} leaves. */
export interface ParquetFileSummary {
  readonly byteLength: number;
  readonly rowCount: number;
  readonly rowGroupCount: number;
}

/**
 * Writes one Parquet file, row group by row group: zstd, data pages v2, the smallest of PLAIN, dictionary and delta by
 * trial, statistics, offset index. Holds only the footer's facts of a row group that is written.
 */
export class ParquetWriter {
  readonly #options: ParquetWriterOptions;
  readonly #elements: readonly SchemaElement[];
  readonly #leaves: readonly Leaf[];
  readonly #compressors: ReadonlyMap<Leaf, PageCompressor>;
  readonly #scratch = new EncodeScratch();
  readonly #rowGroups: { rowCount: number; chunks: WrittenChunk[] }[] = [];
  #byteLength = 0;
  #rowCount = 0;
  #finished = false;

  constructor(options: ParquetWriterOptions) {
    assert(new Uint8Array(Uint16Array.of(1).buffer)[0] === 1, "typed arrays are little-endian");
    this.#options = options;
    this.#elements = schemaElements(options.schema);
    this.#leaves = leavesOf(this.#elements);
    const { codec, effort = "small" } = options;
    this.#compressors = new Map(this.#leaves.map((leaf) => [leaf, new PageCompressor(codec, effort)]));
    this.#emit(magic);
  }

  /** Bytes handed to the sink so far. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /**
   * Encodes and emits one row group. A row group without rows writes nothing.
   *
   * @throws Error (assertion) when a leaf is missing or too short, or a leaf has more than 16 Mi values.
   */
  writeRowGroup(values: RowGroupValues): void {
    assert(!this.#finished, "the file is not finished");
    const { rowCount } = values;
    if (rowCount === 0) return;
    const chunks = this.#leaves.map((leaf) => {
      const starts =
        leaf.maxRepetition === 0 ? undefined : defined(values.lists?.[leaf.column], `starts of ${leaf.column}`);
      const leafValues = defined(values.leaves[leaf.name], `values of ${leaf.name}`);
      const chunk = writeChunk(
        this.#target(leaf),
        leaf,
        { rowCount, starts, pageBreaks: values.pageBreaks?.[leaf.name] },
        leafValues,
      );
      assert(
        chunk.metadata.valueCount <= chunkValuesMax,
        `${leaf.name} has at most ${chunkValuesMax} values a row group`,
      );
      return chunk;
    });
    this.#rowGroups.push({ rowCount, chunks });
    this.#rowCount += rowCount;
  }

  /** Writes indexes and footer. The writer takes no more rows. */
  finish(keyValues: Readonly<Record<string, string>> = {}): ParquetFileSummary {
    assert(!this.#finished, "the file is not finished");
    this.#finished = true;
    const rowGroups = this.#rowGroups.map(({ rowCount, chunks }) => this.#indexed(rowCount, chunks));
    const footer = footerBytes({
      elements: this.#elements,
      rowGroups,
      rowCount: this.#rowCount,
      keyValues,
      createdBy: this.#options.createdBy ?? "basalt",
    });
    this.#emit(footer);
    this.#emit(new Uint8Array(Uint32Array.of(footer.length).buffer));
    this.#emit(magic);
    return { byteLength: this.#byteLength, rowCount: this.#rowCount, rowGroupCount: rowGroups.length };
  }

  /** Writes the offset indexes of a row group; where no chunk has two pages there is nothing to index. */
  #indexed(rowCount: number, written: readonly WrittenChunk[]): RowGroupMetadata {
    const paged = written.some((chunk) => chunk.pages.length > 1);
    const chunks = new Map<string, ChunkMetadata>();
    for (const { metadata, pages } of written) {
      const index = paged ? offsetIndexBytes(pages) : undefined;
      const offsetIndex = index === undefined ? undefined : { offset: this.#emit(index), length: index.length };
      chunks.set(metadata.leaf.name, { ...metadata, offsetIndex });
    }
    return { rowCount, chunks };
  }

  #target(leaf: Leaf): ChunkTarget {
    return {
      codec: this.#options.codec,
      compressor: defined(this.#compressors.get(leaf), "a compressor of each leaf"),
      pageBytes: this.#options.pageBytes ?? pageBytesDefault,
      scratch: this.#scratch,
      emit: (bytes: Uint8Array) => this.#emit(bytes),
    };
  }

  #emit(bytes: Uint8Array): number {
    const offset = this.#byteLength;
    if (bytes.length > 0) this.#options.sink(bytes);
    this.#byteLength += bytes.length;
    return offset;
  }
}
