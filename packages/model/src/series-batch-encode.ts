import { defined } from "./assert.ts";
import type { SeriesBatch } from "./series-batch.ts";
import {
  aligned,
  type BatchCounts,
  batchFlags,
  batchMagic,
  batchVersion,
  checksumStart,
  countNames,
  countsOffset,
  headerBytes,
  narrowColumns,
  type RowColumns,
  widthOf,
} from "./series-batch-layout.ts";

/** 32-bit checksum of bytes, injected; with Node it is `zlib.crc32`. */
export type Checksum = (bytes: Uint8Array) => number;

/** Gives memory of exactly so many bytes. */
export type Allocate = (byteLength: number) => Uint8Array;

const allocateBytes: Allocate = (byteLength) => new Uint8Array(byteLength);

/**
 * Encodes a batch once for the worker message, the RPC body and the log (docs/formats/series-batch.md). Columns are as
 * narrow as their largest value. The result is the caller's, in memory that `allocate` gives.
 */
export function encodeSeriesBatch(
  batch: SeriesBatch,
  checksum: Checksum,
  allocate: Allocate = allocateBytes,
): Uint8Array {
  const strings = layOutStrings(batch);
  const texts = new TextCollector(batch);
  const counts: BatchCounts = {
    string: batch.stringCount,
    stringBytes: strings.byteLength,
    function: batch.functionCount,
    mapping: batch.mappingCount,
    location: batch.locationCount,
    line: batch.lineCount,
    sample: batch.sampleCount,
    stackLocation: defined(batch.stackStart[batch.sampleCount], "end of the stacks"),
    sampleType: batch.sampleTypeCount,
    row: batch.rows.length,
    label: texts.labelCount,
    text: texts.count,
  };
  const text = texts.joined();
  const writer = takeWriter(bytesMax(counts, text.length));
  writer.header(batch, counts);
  const rows = { ...texts.columns(batch), stringGap: strings.gap };
  for (const column of narrowColumns) {
    const source = column.source(batch, rows);
    const count = column.count(counts);
    const max = column.below === undefined ? maxOf(source, count) : Math.max(0, column.below(counts) - 1);
    writer.narrow(source, count, column.vanishes === true && max === 0 ? 0 : widthOf(max));
  }
  writer.values(batch);
  writer.raw(batch.mappingStart, counts.mapping);
  writer.raw(batch.mappingLimit, counts.mapping);
  writer.raw(batch.mappingOffset, counts.mapping);
  if (batch.spanId !== undefined) writer.raw(batch.spanId, counts.sample);
  if (batch.traceId !== undefined) writer.raw(batch.traceId, counts.sample * 16);
  writeStrings(batch, strings, writer);
  return writer.finish(text, checksum, allocate);
}

function maxOf(source: Uint32Array | Uint8Array, count: number): number {
  let max = 0;
  for (let i = 0; i < count; i++) {
    const value = source[i] ?? 0;
    if (value > max) max = value;
  }
  return max;
}

function bytesMax(counts: BatchCounts, textLength: number): number {
  const elements =
    counts.string * 2 +
    counts.function * 4 +
    counts.mapping * 9 +
    counts.location * 5 +
    counts.line * 2 +
    counts.row * 4;
  const perSample = counts.sample * (2 * counts.sampleType + 7) + counts.stackLocation;
  const sections = (narrowColumns.length + counts.sampleType + 8) * 9;
  return (
    headerBytes +
    sections +
    4 * (elements + perSample + counts.label * 2 + counts.text) +
    counts.stringBytes +
    3 * textLength
  );
}

interface StringLayout {
  readonly byteLength: number;
  /** Bytes between the end of the string before and the start of this one. */
  readonly gap: Uint32Array;
  /** Where the stretch begins that holds all strings; undefined if each one is copied. */
  readonly stretchStart: number | undefined;
}

/**
 * Strings of a decoded profile lie in one stretch with a few bytes between them: then the stretch is copied as it is,
 * one copy instead of hundreds, and the gaps are told. Otherwise each string is copied.
 */
function layOutStrings(batch: SeriesBatch): StringLayout {
  const { stringStart, stringLength, stringCount } = batch;
  const gap = gapScratch.length < stringCount ? (gapScratch = new Uint32Array(stringCount * 2)) : gapScratch;
  let total = 0;
  let first = -1;
  let end = 0;
  let isAscending = true;
  for (let i = 0; i < stringCount; i++) {
    const length = stringLength[i] ?? 0;
    const start = stringStart[i] ?? 0;
    gap[i] = 0;
    if (length === 0) continue;
    if (first < 0) first = end = start;
    if (start < end) isAscending = false;
    gap[i] = start - end;
    end = start + length;
    total += length;
  }
  if (first < 0) return { byteLength: 0, gap, stretchStart: 0 };
  if (isAscending && end - first <= total + 4 * stringCount + 64) {
    return { byteLength: end - first, gap, stretchStart: first };
  }
  gap.fill(0, 0, stringCount);
  return { byteLength: total, gap, stretchStart: undefined };
}

function writeStrings(batch: SeriesBatch, { byteLength, stretchStart }: StringLayout, writer: BatchWriter): void {
  const { stringStart, stringLength, stringBytes, stringCount } = batch;
  if (stretchStart !== undefined) {
    writer.bytes(stringBytes, stretchStart, byteLength);
    return;
  }
  for (let i = 0; i < stringCount; i++) writer.bytes(stringBytes, stringStart[i] ?? 0, stringLength[i] ?? 0);
}

let gapScratch = new Uint32Array(1024);

/** Collects the distinct texts of a batch: tenant, service, then label names and values. Rows share nearly all of them. */
class TextCollector {
  labelCount = 0;
  private readonly texts: string[];
  private readonly indexes: Map<string, number>;

  constructor(batch: SeriesBatch) {
    this.texts = [batch.tenant, batch.service];
    this.indexes = new Map([
      [batch.tenant, 0],
      [batch.service, 1],
    ]);
    for (const { labels } of batch.rows) {
      this.labelCount += labels.length;
      for (const { name, value } of labels) {
        this.add(name);
        this.add(value);
      }
    }
  }

  get count(): number {
    return this.texts.length;
  }

  joined(): string {
    return this.texts.join("");
  }

  columns({ rows }: SeriesBatch): Omit<RowColumns, "stringGap"> {
    const labelName = new Uint32Array(this.labelCount);
    const labelValue = new Uint32Array(this.labelCount);
    const rowLabelEnd = new Uint32Array(rows.length);
    let at = 0;
    rows.forEach(({ labels }, row) => {
      for (const { name, value } of labels) {
        labelName[at] = this.indexes.get(name) ?? 0;
        labelValue[at++] = this.indexes.get(value) ?? 0;
      }
      rowLabelEnd[row] = at;
    });
    const rowValueColumn = new Uint32Array(rows.length);
    const rowSampleStart = new Uint32Array(rows.length);
    const rowSampleEnd = new Uint32Array(rows.length);
    rows.forEach((row, index) => {
      rowValueColumn[index] = row.valueColumn;
      rowSampleStart[index] = row.sampleStart;
      rowSampleEnd[index] = row.sampleEnd;
    });
    const textLength = new Uint32Array(this.texts.length);
    this.texts.forEach((text, index) => {
      textLength[index] = text.length;
    });
    return { rowValueColumn, rowSampleStart, rowSampleEnd, rowLabelEnd, labelName, labelValue, textLength };
  }

  private add(text: string): void {
    if (this.indexes.has(text)) return;
    this.indexes.set(text, this.texts.length);
    this.texts.push(text);
  }
}

/** Writes the sections one behind the other into memory that the next batch reuses. */
class BatchWriter {
  readonly capacity: number;
  private readonly u8: Uint8Array;
  private readonly u16: Uint16Array;
  private readonly u32: Uint32Array;
  private readonly f64: Float64Array;
  private readonly i64: BigInt64Array;
  private readonly view: DataView;
  private widthAt = 0;
  private at = 0;

  constructor(capacity: number) {
    this.capacity = aligned(capacity);
    this.u8 = new Uint8Array(this.capacity);
    this.u16 = new Uint16Array(this.u8.buffer);
    this.u32 = new Uint32Array(this.u8.buffer);
    this.f64 = new Float64Array(this.u8.buffer);
    this.i64 = new BigInt64Array(this.u8.buffer);
    this.view = new DataView(this.u8.buffer);
  }

  header(batch: SeriesBatch, counts: BatchCounts): void {
    const { view } = this;
    const flags =
      (batch.spanId === undefined ? 0 : batchFlags.spans) |
      (batch.traceId === undefined ? 0 : batchFlags.traces) |
      (batch.values instanceof BigInt64Array ? batchFlags.bigValues : 0);
    view.setUint32(0, batchMagic, true);
    view.setUint16(4, batchVersion, true);
    view.setUint16(6, flags, true);
    this.u8.set(batch.profileId, checksumStart);
    view.setBigInt64(32, batch.timeNanos, true);
    view.setBigInt64(40, batch.durationNanos, true);
    view.setBigInt64(48, batch.period, true);
    countNames.forEach((name, index) => {
      view.setUint32(countsOffset + 4 * index, counts[name], true);
    });
    this.widthAt = headerBytes;
    this.at = aligned(headerBytes + narrowColumns.length + counts.sampleType);
    this.u8.fill(0, headerBytes, this.at);
  }

  narrow(source: Uint32Array | Uint8Array, count: number, width: number): void {
    this.u8[this.widthAt++] = width;
    // TypedArray.set converts between widths at 10 numbers a nanosecond; a loop is three times slower.
    if (width === 1) this.u8.set(source.subarray(0, count), this.at);
    else if (width === 2) this.u16.set(source.subarray(0, count), this.at / 2);
    else if (width === 4) this.u32.set(source.subarray(0, count), this.at / 4);
    this.advance(count * width);
  }

  /** One column a sample type, so that counts stay narrow beside nanoseconds. */
  values({ values, sampleCount, sampleTypeCount }: SeriesBatch): void {
    for (let type = 0; type < sampleTypeCount; type++) {
      if (values instanceof BigInt64Array) this.bigColumn(values, type, sampleTypeCount, sampleCount);
      else this.smallColumn(values, type, sampleTypeCount, sampleCount);
    }
  }

  raw(source: BigUint64Array | Uint8Array, count: number): void {
    const byteLength = count * source.BYTES_PER_ELEMENT;
    this.u8.set(new Uint8Array(source.buffer, source.byteOffset, byteLength), this.at);
    this.advance(byteLength);
  }

  /** Adds bytes; unlike other sections they are not padded, so that many can follow each other. */
  bytes(source: Uint8Array, start: number, length: number): void {
    const { u8, at } = this;
    if (length > loopBytesMax) u8.set(source.subarray(start, start + length), at);
    else for (let i = 0; i < length; i++) u8[at + i] = source[start + i] as number;
    this.at = at + length;
  }

  finish(text: string, checksum: Checksum, allocate: Allocate): Uint8Array {
    this.advance(0);
    const byteLength = this.at + utf8.encodeInto(text, this.u8.subarray(this.at)).written;
    this.view.setUint32(8, byteLength, true);
    this.view.setUint32(12, checksum(this.u8.subarray(checksumStart, byteLength)), true);
    const bytes = allocate(byteLength);
    bytes.set(this.u8.subarray(0, byteLength));
    return bytes;
  }

  private bigColumn(values: BigInt64Array, type: number, stride: number, sampleCount: number): void {
    this.u8[this.widthAt++] = 8;
    const start = this.at / 8;
    for (let i = 0; i < sampleCount; i++) this.i64[start + i] = values[i * stride + type] ?? 0n;
    this.advance(sampleCount * 8);
  }

  private smallColumn(values: Float64Array, type: number, stride: number, sampleCount: number): void {
    const width = valueWidth(values, type, stride, sampleCount);
    this.u8[this.widthAt++] = width;
    const start = this.at / width;
    const target = width === 1 ? this.u8 : width === 2 ? this.u16 : width === 4 ? this.u32 : this.f64;
    for (let i = 0; i < sampleCount; i++) target[start + i] = values[i * stride + type] ?? 0;
    this.advance(sampleCount * width);
  }

  /** Steps over a section and its padding, which is zero. */
  private advance(byteLength: number): void {
    const end = this.at + byteLength;
    this.at = aligned(end);
    this.u8.fill(0, end, this.at);
  }
}

function valueWidth(values: Float64Array, type: number, stride: number, sampleCount: number): number {
  let max = 0;
  let min = 0;
  for (let at = type, end = sampleCount * stride; at < end; at += stride) {
    const value = values[at] ?? 0;
    if (value > max) max = value;
    if (value < min) min = value;
  }
  return min < 0 || max > 0xffff_ffff ? 8 : widthOf(max);
}

/** A view of a stretch and its garbage cost as much as a loop over so many bytes. */
const loopBytesMax = 128;

/** The writer kept between batches is at most this large: one huge profile must not hold memory for ever. */
const keptBytesMax = 4 * 1024 * 1024;

let kept = new BatchWriter(256 * 1024);

function takeWriter(capacity: number): BatchWriter {
  if (capacity <= kept.capacity) return kept;
  const writer = new BatchWriter(capacity);
  if (capacity <= keptBytesMax) kept = writer;
  return writer;
}

const utf8 = new TextEncoder();
