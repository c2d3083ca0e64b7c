import type { SeriesBatch } from "./series-batch.ts";

/**
 * Layout of an encoded SeriesBatch, version 1 (docs/formats/series-batch.md). All numbers are little-endian; every
 * section begins at a multiple of 8.
 *
 *     0  u32 magic "BSB1"     4  u16 version     6  u16 flags     8  u32 byte length     12  u32 checksum of [16, length)
 *     16 profile id (16 bytes)    32 i64 time    40 i64 duration    48 i64 period
 *     56 u32 × 12 counts (see {@link BatchCounts})    104 u8 width of each column, then of each value column
 *     then: columns of narrow numbers, value columns, mapping addresses, spans, traces, string bytes, text
 */
export const batchMagic = 0x31425342;
export const batchVersion = 1;
export const headerBytes = 104;
export const countsOffset = 56;
export const checksumStart = 16;

/** 64: pprof producers know four; a count beyond this is an attack. */
export const sampleTypeCountMax = 64;

export const batchFlags = { spans: 1, traces: 2, bigValues: 4 } as const;

/** Element counts of the sections, in the order of the header. */
export interface BatchCounts {
  string: number;
  stringBytes: number;
  function: number;
  mapping: number;
  location: number;
  line: number;
  sample: number;
  stackLocation: number;
  sampleType: number;
  row: number;
  /** Labels of all rows together. */
  label: number;
  /** Distinct texts: tenant, service, then label names and values as they first occur. */
  text: number;
}

export const countNames: readonly (keyof BatchCounts)[] = [
  "string",
  "stringBytes",
  "function",
  "mapping",
  "location",
  "line",
  "sample",
  "stackLocation",
  "sampleType",
  "row",
  "label",
  "text",
];

/** Rows and texts, laid out as columns before they are written. */
export interface RowColumns {
  readonly stringGap: Uint32Array;
  readonly rowValueColumn: Uint32Array;
  readonly rowSampleStart: Uint32Array;
  readonly rowSampleEnd: Uint32Array;
  readonly rowLabelEnd: Uint32Array;
  readonly labelName: Uint32Array;
  readonly labelValue: Uint32Array;
  readonly textLength: Uint32Array;
}

/** One column of unsigned numbers, written in 0, 1, 2 or 4 bytes each. */
export interface NarrowColumn {
  readonly name: string;
  readonly source: (batch: SeriesBatch, rows: RowColumns) => Uint32Array | Uint8Array;
  readonly count: (counts: BatchCounts) => number;
  /** Values are below this; undefined: any 32 bits. It gives the width without a scan, and is checked when read. */
  readonly below?: (counts: BatchCounts) => number;
  /** Whether a column of zeros takes no bytes. Each kind of element has a column that does take some, so that a count is never free. */
  readonly vanishes?: true;
}

const strings = (counts: BatchCounts): number => counts.string;
const functions = (counts: BatchCounts): number => counts.function;
const locations = (counts: BatchCounts): number => counts.location;
const lines = (counts: BatchCounts): number => counts.line;
const rows = (counts: BatchCounts): number => counts.row;
const labels = (counts: BatchCounts): number => counts.label;
const texts = (counts: BatchCounts): number => counts.text;
const samples = (counts: BatchCounts): number => counts.sample + 1;

export const narrowColumns: readonly NarrowColumn[] = [
  { name: "stringGap", source: (_, more) => more.stringGap, count: strings },
  { name: "stringLength", source: (batch) => batch.stringLength, count: strings },
  { name: "functionName", source: (batch) => batch.functionName, count: functions, below: strings },
  { name: "functionSystemName", source: (batch) => batch.functionSystemName, count: functions, below: strings },
  { name: "functionFilename", source: (batch) => batch.functionFilename, count: functions, below: strings },
  { name: "functionStartLine", source: (batch) => batch.functionStartLine, count: functions, vanishes: true },
  {
    name: "mappingFilename",
    source: (batch) => batch.mappingFilename,
    count: (counts) => counts.mapping,
    below: strings,
  },
  {
    name: "mappingBuildId",
    source: (batch) => batch.mappingBuildId,
    count: (counts) => counts.mapping,
    below: strings,
  },
  { name: "mappingFlags", source: (batch) => batch.mappingFlags, count: (counts) => counts.mapping, below: () => 256 },
  {
    name: "locationMapping",
    source: (batch) => batch.locationMapping,
    count: locations,
    below: (counts) => counts.mapping + 1,
  },
  { name: "locationAddressLow", source: (batch) => batch.locationAddressLow, count: locations, vanishes: true },
  { name: "locationAddressHigh", source: (batch) => batch.locationAddressHigh, count: locations, vanishes: true },
  { name: "locationIsFolded", source: (batch) => batch.locationIsFolded, count: locations, vanishes: true },
  {
    name: "locationLineStart",
    source: (batch) => batch.locationLineStart,
    count: (counts) => counts.location + 1,
    below: (counts) => counts.line + 1,
  },
  { name: "lineFunction", source: (batch) => batch.lineFunction, count: lines, below: (counts) => counts.function + 1 },
  { name: "lineNumber", source: (batch) => batch.lineNumber, count: lines, vanishes: true },
  {
    name: "stackStart",
    source: (batch) => batch.stackStart,
    count: samples,
    below: (counts) => counts.stackLocation + 1,
  },
  {
    name: "stackLocation",
    source: (batch) => batch.stackLocation,
    count: (counts) => counts.stackLocation,
    below: locations,
  },
  {
    name: "rowValueColumn",
    source: (_, more) => more.rowValueColumn,
    count: rows,
    below: (counts) => counts.sampleType,
  },
  { name: "rowSampleStart", source: (_, more) => more.rowSampleStart, count: rows, below: samples },
  { name: "rowSampleEnd", source: (_, more) => more.rowSampleEnd, count: rows, below: samples },
  { name: "rowLabelEnd", source: (_, more) => more.rowLabelEnd, count: rows, below: (counts) => counts.label + 1 },
  { name: "labelName", source: (_, more) => more.labelName, count: labels, below: texts },
  { name: "labelValue", source: (_, more) => more.labelValue, count: labels, below: texts },
  { name: "textLength", source: (_, more) => more.textLength, count: texts },
];

/** Bytes that a number below 2^32 needs: 1, 2 or 4. */
export function widthOf(max: number): number {
  return max < 0x100 ? 1 : max < 0x10000 ? 2 : 4;
}

/** The next multiple of 8. */
export function aligned(offset: number): number {
  return (offset + 7) & ~7;
}
