import { type BlockId, labelNames, labelValue, type ProducerId, type TenantId, type TimeRange } from "@basalt/model";
import { type PageCodec, ParquetWriter } from "@basalt/parquet";
import type { SymbolTables } from "@basalt/symdb";
import type { SourceSeries } from "../row-source.ts";
import type { BlockMeta, BlockPartition, BlockWindow, SourcePart } from "./block-meta.ts";
import { type BlockFileName, blockFiles, profilesSchema, type SampleIdColumns, seriesSchema } from "./block-schema.ts";
import type { RowColumns } from "./row-columns.ts";
import { RowGroupBuffer, type StackRemap } from "./row-group-buffer.ts";
import { SymbolFilesWriter } from "./symbol-files-writer.ts";

/** CRC-32 of gzip, continued from an earlier one. */
export type RollingChecksum = (bytes: Uint8Array, previous?: number) => number;

export interface BlockWriterOptions {
  readonly kind: "block" | "segment";
  readonly codec: PageCodec;
  readonly checksum: RollingChecksum;
  readonly sampleIds: SampleIdColumns;
  /** Takes the bytes of each file in order. */
  readonly sink: (file: BlockFileName, bytes: Uint8Array) => void;
  /** Samples after which a row group ends, at the next row. */
  readonly rowGroupSamples: number;
}

/** Who a block is; the rest of its meta comes from what was written. */
export interface BlockIdentity {
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly producer: ProducerId;
  readonly window: BlockWindow;
  readonly sources: readonly SourcePart[];
}

/** Rows over which a series file's row group ends: 32 Ki, so that a writer's memory is bounded. */
const seriesRowGroupRows = 32_768;

/**
 * Writes the files of a block or of a segment's part, one service after the other (sorted by name), each with its series
 * (sorted by labels), rows (sorted by series, time, profile id) and symbols. Holds one row group at a time.
 */
export class BlockWriter {
  readonly #options: BlockWriterOptions;
  readonly #profiles: ParquetWriter;
  readonly #seriesFile: ParquetWriter;
  readonly #symbols: SymbolFilesWriter;
  readonly #buffer: RowGroupBuffer;
  readonly #files = new Map<BlockFileName, { bytes: number; crc32: number }>();
  readonly #partitions: BlockPartition[] = [];
  #series: WrittenSeries[] = [];
  #seriesCount = 0;
  /** Name and whole type of the profiles of the series begun last. */
  #profileName: string | undefined;
  #profileType: string | undefined;
  #rowCount = 0;
  #sampleCount = 0;
  #range: { start: bigint; end: bigint } | undefined;
  #partitionStart = { rows: 0, samples: 0, series: 0 };

  constructor(options: BlockWriterOptions) {
    this.#options = options;
    const { codec, sampleIds } = options;
    // A segment is written again when it is cut, so its bytes count less than its time.
    const effort = options.kind === "block" ? "small" : "fast";
    const open = (
      file: BlockFileName,
      schema: ConstructorParameters<typeof ParquetWriter>[0]["schema"],
    ): ParquetWriter => new ParquetWriter({ schema, codec, effort, sink: (bytes) => this.#emit(file, bytes) });
    this.#profiles = open(blockFiles.profiles, profilesSchema(sampleIds));
    this.#seriesFile = open(blockFiles.series, seriesSchema);
    this.#symbols = new SymbolFilesWriter(options.kind, codec, (file, bytes) => this.#emit(file, bytes));
    this.#buffer = new RowGroupBuffer(sampleIds);
  }

  /** Services written so far. */
  get partitionCount(): number {
    return this.#partitions.length;
  }

  /** Begins the next series of the current partition. */
  appendSeries(series: Pick<SourceSeries, "labels" | "fingerprint">): void {
    this.#breakPages(series);
    this.#series.push({ ...series, partition: this.#partitions.length, rowStart: this.#rowCount, rowCount: 0 });
    this.#seriesCount++;
  }

  /** Appends a row of the series begun last. True when a row group was written. */
  appendRow(rows: RowColumns, row: number, stacks: StackRemap | undefined): boolean {
    const series = this.#series.at(-1);
    if (series === undefined) throw new Error("assertion failed: a row follows its series");
    const samplesBefore = this.#buffer.sampleCount;
    this.#buffer.append(rows, row, {
      seriesIndex: this.#seriesCount - 1,
      partition: this.#partitions.length,
      stacks,
    });
    series.rowCount++;
    this.#rowCount++;
    this.#sampleCount += this.#buffer.sampleCount - samplesBefore;
    this.#widenRange(rows.timeNanos[row] as bigint);
    return this.#flushRows(this.#options.rowGroupSamples);
  }

  /** Ends the partition of a service; weights as in {@link PartitionSymbols}. True when something was written. */
  endPartition(service: string, tables: SymbolTables, weights: Float64Array): boolean {
    const hasWritten = this.#symbols.append({ partition: this.#partitions.length, tables, weights });
    this.#partitions.push({
      service,
      series: this.#seriesCount - this.#partitionStart.series,
      rows: this.#rowCount - this.#partitionStart.rows,
      samples: this.#sampleCount - this.#partitionStart.samples,
      functions: tables.functionCount,
      mappings: tables.mappingCount,
      locations: tables.locationCount,
      stacktraces: tables.stackCount,
    });
    this.#partitionStart = { series: this.#seriesCount, rows: this.#rowCount, samples: this.#sampleCount };
    if (this.#series.length >= seriesRowGroupRows) this.#flushSeries();
    // A large enough row group ends with its service, so that a query for one service reads little besides.
    return this.#flushRows(this.#options.rowGroupSamples / 4) || hasWritten;
  }

  /** Ends all files and says what they are. */
  finish(identity: BlockIdentity): BlockMeta {
    this.#flushRows(0);
    this.#flushSeries();
    this.#profiles.finish();
    this.#seriesFile.finish();
    this.#symbols.finish();
    const range: TimeRange = this.#range ?? { start: identity.window.start, end: identity.window.start };
    const files = [...this.#files].map(([name, { bytes, crc32 }]) => ({ name, bytes, crc32 }));
    files.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { ...identity, range, sampleIds: this.#options.sampleIds, partitions: this.#partitions, files };
  }

  /** Types of one profile, such as allocated objects and bytes, share their stacks: those of all its rows compress together. */
  #breakPages({ labels }: Pick<SourceSeries, "labels">): void {
    const name = labelValue(labels, labelNames.name);
    const type = labelValue(labels, labelNames.profileType);
    if (type !== this.#profileType) this.#buffer.breakPages({ hasOtherStacks: name !== this.#profileName });
    this.#profileName = name;
    this.#profileType = type;
  }

  #widenRange(time: bigint): void {
    if (this.#range === undefined) this.#range = { start: time, end: time };
    else if (time < this.#range.start) this.#range.start = time;
    else if (time > this.#range.end) this.#range.end = time;
  }

  #flushRows(fromSamples: number): boolean {
    // Rows without samples take memory too: 64 bytes each against 12 of a sample.
    const weight = this.#buffer.sampleCount + this.#buffer.rowCount * 5;
    if (this.#buffer.rowCount === 0 || weight < fromSamples) return false;
    this.#profiles.writeRowGroup(this.#buffer.values());
    this.#buffer.clear();
    return true;
  }

  #flushSeries(): void {
    const series = this.#series;
    if (series.length === 0) return;
    const first = this.#seriesCount - series.length;
    const text = new TextTable();
    const labelStart = new Uint32Array(series.length + 1);
    const names: number[] = [];
    const values: number[] = [];
    for (const [i, { labels }] of series.entries()) {
      for (const { name, value } of labels) {
        names.push(text.indexOf(name));
        values.push(text.indexOf(value));
      }
      labelStart[i + 1] = names.length;
    }
    const column = (pick: (row: WrittenSeries, i: number) => number): Uint32Array => Uint32Array.from(series, pick);
    this.#seriesFile.writeRowGroup({
      rowCount: series.length,
      lists: { labels: labelStart },
      leaves: {
        series_index: column((_, i) => first + i),
        partition: column((row) => row.partition),
        fingerprint: BigUint64Array.from(series, (row) => row.fingerprint),
        row_start: Float64Array.from(series, (row) => row.rowStart),
        row_count: column((row) => row.rowCount),
        "labels.key": { ...text.values(), index: Uint32Array.from(names) },
        "labels.value": { ...text.values(), index: Uint32Array.from(values) },
      },
    });
    this.#series = [];
  }

  #emit(file: BlockFileName, bytes: Uint8Array): void {
    const known = this.#files.get(file) ?? { bytes: 0, crc32: 0 };
    this.#files.set(file, { bytes: known.bytes + bytes.length, crc32: this.#options.checksum(bytes, known.crc32) });
    this.#options.sink(file, bytes);
  }
}

interface WrittenSeries extends Pick<SourceSeries, "labels" | "fingerprint"> {
  readonly partition: number;
  readonly rowStart: number;
  rowCount: number;
}

/** Distinct texts as a table of strings. */
class TextTable {
  readonly #indexes = new Map<string, number>();
  #table: { bytes: Uint8Array; starts: Uint32Array } | undefined;

  indexOf(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.#indexes.size);
    return this.#indexes.size - 1;
  }

  values(): { readonly bytes: Uint8Array; readonly starts: Uint32Array } {
    if (this.#table !== undefined) return this.#table;
    const encoder = new TextEncoder();
    const texts = [...this.#indexes.keys()].map((text) => encoder.encode(text));
    const starts = new Uint32Array(texts.length + 1);
    for (const [i, text] of texts.entries()) starts[i + 1] = (starts[i] as number) + text.length;
    const bytes = new Uint8Array(starts[texts.length] as number);
    for (const [i, text] of texts.entries()) bytes.set(text, starts[i]);
    this.#table = { bytes, starts };
    return this.#table;
  }
}
