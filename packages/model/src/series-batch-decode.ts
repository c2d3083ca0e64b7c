import { BasaltError } from "./error.ts";
import { parseTenantId } from "./ids.ts";
import type { Label } from "./labels.ts";
import type { BatchRow, SeriesBatch } from "./series-batch.ts";
import type { Checksum } from "./series-batch-encode.ts";
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
  sampleTypeCountMax,
} from "./series-batch-layout.ts";

/**
 * Reads an encoded batch; its columns are views of the bytes or fresh arrays. Safe for hostile bytes: every count is
 * bounded by the length, every index is in range, starts ascend. The checksum is verified when a function is given.
 *
 * @throws BasaltError `batch_malformed`.
 */
export function decodeSeriesBatch(bytes: Uint8Array, checksum?: Checksum): SeriesBatch {
  return new BatchReader(alignedBytes(bytes), checksum).read();
}

/** Columns are views, so the bytes must begin at a multiple of 8: where they do not, they are copied. */
function alignedBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  const isAligned = byteOffset % 8 === 0 && buffer instanceof ArrayBuffer;
  return isAligned ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(bytes);
}

function malformed(reason: string): never {
  throw new BasaltError("batch_malformed", `series batch: ${reason}`);
}

const valueArrays: ReadonlyMap<
  number,
  typeof Uint8Array | typeof Uint16Array | typeof Uint32Array | typeof Float64Array
> = new Map<number, typeof Uint8Array | typeof Uint16Array | typeof Uint32Array | typeof Float64Array>([
  [1, Uint8Array],
  [2, Uint16Array],
  [4, Uint32Array],
  [8, Float64Array],
]);

class BatchReader {
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private readonly counts: BatchCounts;
  private readonly flags: number;
  private widthAt: number = headerBytes;
  private at: number;

  constructor(bytes: Uint8Array<ArrayBuffer>, checksum: Checksum | undefined) {
    if (bytes.length < headerBytes) malformed(`${bytes.length} bytes are no header`);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.view.getUint32(0, true) !== batchMagic) malformed("bad magic");
    const version = this.view.getUint16(4, true);
    if (version !== batchVersion) malformed(`version ${version}, this reader knows ${batchVersion}`);
    const byteLength = this.view.getUint32(8, true);
    if (byteLength !== bytes.length) malformed(`${bytes.length} bytes where the header says ${byteLength}`);
    if (checksum !== undefined && checksum(bytes.subarray(checksumStart)) !== this.view.getUint32(12, true)) {
      malformed("checksum does not match");
    }
    this.flags = this.view.getUint16(6, true);
    this.counts = this.readCounts();
    this.at = aligned(headerBytes + narrowColumns.length + this.counts.sampleType);
    if (this.at > bytes.length) malformed("header is cut off");
  }

  read(): SeriesBatch {
    const { counts } = this;
    const columns: Record<string, Uint32Array> = {};
    for (const column of narrowColumns) {
      const values = this.narrow(column.count(counts), column.vanishes === true);
      if (column.below !== undefined) checkBelow(values, column.below(counts), column.name);
      columns[column.name] = values;
    }
    const column = (name: string): Uint32Array => columns[name] ?? malformed(`no column ${name}`);
    const values = this.values();
    const mappingStart = this.wide(counts.mapping);
    const mappingLimit = this.wide(counts.mapping);
    const mappingOffset = this.wide(counts.mapping);
    const spanId = (this.flags & batchFlags.spans) === 0 ? undefined : this.wide(counts.sample);
    const traceId = (this.flags & batchFlags.traces) === 0 ? undefined : this.take(counts.sample * 16);
    const stringBytes = this.take(counts.stringBytes);
    checkAscending(column("locationLineStart"), counts.line, "locationLineStart");
    checkAscending(column("stackStart"), counts.stackLocation, "stackStart");
    const texts = this.texts(column("textLength"));
    return {
      tenant: parseTenantId(texts[0] ?? ""),
      service: texts[1] ?? "",
      profileId: this.bytes.subarray(16, 32),
      timeNanos: this.view.getBigInt64(32, true),
      durationNanos: this.view.getBigInt64(40, true),
      period: this.view.getBigInt64(48, true),
      rows: rowsOf(columns, counts, texts),
      stringBytes,
      stringCount: counts.string,
      stringStart: startsOf(column("stringGap"), column("stringLength"), counts.stringBytes),
      stringLength: column("stringLength"),
      functionCount: counts.function,
      functionName: column("functionName"),
      functionSystemName: column("functionSystemName"),
      functionFilename: column("functionFilename"),
      functionStartLine: column("functionStartLine"),
      mappingCount: counts.mapping,
      mappingStart,
      mappingLimit,
      mappingOffset,
      mappingFilename: column("mappingFilename"),
      mappingBuildId: column("mappingBuildId"),
      mappingFlags: toBytes(column("mappingFlags")),
      locationCount: counts.location,
      locationMapping: column("locationMapping"),
      locationAddressLow: column("locationAddressLow"),
      locationAddressHigh: column("locationAddressHigh"),
      locationIsFolded: toBytes(column("locationIsFolded")),
      locationLineStart: column("locationLineStart"),
      lineCount: counts.line,
      lineFunction: column("lineFunction"),
      lineNumber: column("lineNumber"),
      sampleCount: counts.sample,
      stackStart: column("stackStart"),
      stackLocation: column("stackLocation"),
      sampleTypeCount: counts.sampleType,
      values,
      ...(spanId === undefined ? {} : { spanId }),
      ...(traceId === undefined ? {} : { traceId }),
    };
  }

  private readCounts(): BatchCounts {
    const counts: Partial<BatchCounts> = {};
    countNames.forEach((name, index) => {
      const count = this.view.getUint32(countsOffset + 4 * index, true);
      if (count > this.bytes.length) malformed(`${count} of ${name} in ${this.bytes.length} bytes`);
      counts[name] = count;
    });
    const read = counts as BatchCounts;
    if (read.string === 0) malformed("no strings; string 0 is the empty one");
    if (read.sampleType > sampleTypeCountMax) malformed(`${read.sampleType} sample types of ${sampleTypeCountMax}`);
    return read;
  }

  private width(): number {
    return this.bytes[this.widthAt++] ?? 0;
  }

  /** The bytes of a section; the reader steps over its padding. */
  private take(byteLength: number): Uint8Array<ArrayBuffer> {
    const end = this.at + byteLength;
    if (end > this.bytes.length) malformed("a section ends beyond the end");
    const section = this.bytes.subarray(this.at, end);
    this.at = Math.min(aligned(end), this.bytes.length);
    return section;
  }

  private narrow(count: number, mayVanish: boolean): Uint32Array {
    const width = this.width();
    if (width === 0 && mayVanish) return new Uint32Array(count);
    const { buffer, byteOffset } = this.take(count * width);
    if (width === 4) return new Uint32Array(buffer, byteOffset, count);
    if (width !== 1 && width !== 2) malformed(`width ${width}`);
    const wide = new Uint32Array(count);
    // Filling is seven times faster than constructing from the narrow array.
    wide.set(width === 1 ? new Uint8Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count));
    return wide;
  }

  private wide(count: number): BigUint64Array {
    const { buffer, byteOffset } = this.take(count * 8);
    return new BigUint64Array(buffer, byteOffset, count);
  }

  private values(): Float64Array | BigInt64Array {
    return (this.flags & batchFlags.bigValues) === 0 ? this.smallValues() : this.bigValues();
  }

  private smallValues(): Float64Array {
    const { sample, sampleType } = this.counts;
    const values = new Float64Array(sample * sampleType);
    for (let type = 0; type < sampleType; type++) {
      const width = this.width();
      const make = valueArrays.get(width) ?? malformed(`width ${width} of values`);
      const { buffer, byteOffset } = this.take(sample * width);
      const column = new make(buffer, byteOffset, sample);
      if (column instanceof Float64Array) checkIntegers(column);
      for (let i = 0; i < sample; i++) values[i * sampleType + type] = column[i] ?? 0;
    }
    return values;
  }

  private bigValues(): BigInt64Array {
    const { sample, sampleType } = this.counts;
    const values = new BigInt64Array(sample * sampleType);
    for (let type = 0; type < sampleType; type++) {
      if (this.width() !== 8) malformed("width of big values");
      const { buffer, byteOffset } = this.take(sample * 8);
      const column = new BigInt64Array(buffer, byteOffset, sample);
      for (let i = 0; i < sample; i++) values[i * sampleType + type] = column[i] ?? 0n;
    }
    return values;
  }

  private texts(lengths: Uint32Array): string[] {
    const joined = utf8.decode(this.bytes.subarray(this.at));
    const texts: string[] = [];
    let end = 0;
    for (const length of lengths) {
      texts.push(joined.slice(end, end + length));
      end += length;
    }
    if (end !== joined.length) malformed(`texts of ${end} characters in ${joined.length}`);
    return texts;
  }
}

function toBytes(values: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  bytes.set(values);
  return bytes;
}

function checkBelow(values: Uint32Array, bound: number, name: string): void {
  let max = -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value > max) max = value;
  }
  if (max >= bound) malformed(`${name} names ${max} of ${bound}`);
}

function checkAscending(starts: Uint32Array, end: number, name: string): void {
  for (let i = 1; i < starts.length; i++)
    if ((starts[i] ?? 0) < (starts[i - 1] ?? 0)) malformed(`${name} descends at ${i}`);
  if (starts[0] !== 0 || starts[starts.length - 1] !== end) malformed(`${name} does not span its ${end} elements`);
}

function checkIntegers(values: Float64Array): void {
  for (const value of values)
    if (!Number.isSafeInteger(value) && Math.abs(value) !== 2 ** 53) malformed(`value ${value}`);
}

function startsOf(gaps: Uint32Array, lengths: Uint32Array, byteLength: number): Uint32Array {
  let end = 0;
  for (let i = 0; i < gaps.length; i++) {
    const start = end + (gaps[i] ?? 0);
    gaps[i] = start;
    end = start + (lengths[i] ?? 0);
  }
  if (end > byteLength) malformed(`strings end at ${end} of ${byteLength}`);
  return gaps;
}

function rowsOf(columns: Record<string, Uint32Array>, counts: BatchCounts, texts: readonly string[]): BatchRow[] {
  const at = (name: string, index: number): number => columns[name]?.[index] ?? 0;
  const rows: BatchRow[] = [];
  let labelAt = 0;
  for (let row = 0; row < counts.row; row++) {
    const labelEnd = at("rowLabelEnd", row);
    const sampleStart = at("rowSampleStart", row);
    const sampleEnd = at("rowSampleEnd", row);
    if (labelEnd < labelAt || sampleEnd < sampleStart) malformed(`row ${row} ends before it starts`);
    const labels: Label[] = [];
    for (; labelAt < labelEnd; labelAt++) {
      const name = texts[at("labelName", labelAt)] ?? "";
      const before = labels.at(-1)?.name;
      if (before !== undefined && before >= name) malformed(`labels of row ${row} are not sorted`);
      labels.push({ name, value: texts[at("labelValue", labelAt)] ?? "" });
    }
    rows.push({ labels, valueColumn: at("rowValueColumn", row), sampleStart, sampleEnd });
  }
  return rows;
}

const utf8 = new TextDecoder();
