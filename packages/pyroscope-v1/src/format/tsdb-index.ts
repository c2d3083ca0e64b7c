import { BasaltError, type Label } from "@basalt/model";
import { BigEndianReader } from "./big-endian-reader.ts";
import { corrupt } from "./corrupt.ts";

/** One series of an index. */
export interface IndexedSeries {
  /** As written: mostly sorted, but by the order that was configured. */
  readonly labels: readonly Label[];
  /** What rows of `profiles.parquet` call it. */
  readonly seriesIndex: number;
}

/** 64 MiB: some 500,000 series of 130 bytes. An index is held as a whole, and its series after it. */
export const indexBytesMax: number = 64 * 2 ** 20;

const magic = 0xbaaad700;
const version = 2;
/** Seven sections, the first and last time, a checksum. */
const contentsBytes = 7 * 8 + 2 * 8 + 4;
const seriesAlignment = 16;

const utf8 = new TextDecoder();

/**
 * Reads the series of an `index.tsdb`: a Prometheus index (tsdb/docs/format/index.md) with 64-bit fingerprints, whose
 * chunks are series of a profiles file. Postings and label tables are for queries and not read.
 *
 * @throws BasaltError `block_corrupt`, `block_version`.
 */
export function parseTsdbIndex(bytes: Uint8Array): readonly IndexedSeries[] {
  if (bytes.length > indexBytesMax) throw corrupt("index.tsdb", `${bytes.length} bytes, at most ${indexBytesMax}`);
  const head = new BigEndianReader(bytes, "index.tsdb");
  if (head.uint32() !== magic) throw head.corrupt("does not begin as an index");
  const found = head.uint8();
  if (found !== version) {
    throw new BasaltError("block_version", `index.tsdb has version ${found}; this program reads ${version}`);
  }
  const contents = readContents(bytes);
  return readSeries(bytes.subarray(0, contents.seriesEnd), contents.series, readSymbols(bytes, contents.symbols));
}

function readContents(bytes: Uint8Array): { symbols: number; series: number; seriesEnd: number } {
  const start = bytes.length - contentsBytes;
  const reader = new BigEndianReader(bytes, "table of contents of index.tsdb", Math.max(0, start));
  const section = reader.bytes(contentsBytes - 4);
  reader.checksum(section);
  const places = new BigEndianReader(section, "table of contents of index.tsdb");
  const [symbols = 0, series = 0, ...others] = Array.from({ length: 7 }, () => places.size());
  const seriesEnd = Math.min(start, ...others.filter((place) => place > series));
  if (symbols > start || series > start) throw reader.corrupt("names a section behind itself");
  return { symbols, series, seriesEnd };
}

function readSymbols(bytes: Uint8Array, start: number): readonly string[] {
  const outer = new BigEndianReader(bytes, "symbols of index.tsdb", start);
  const section = outer.bytes(outer.uint32());
  outer.checksum(section);
  const reader = new BigEndianReader(section, "symbols of index.tsdb");
  const count = reader.count(reader.uint32(), 1, "symbols");
  return Array.from({ length: count }, () => utf8.decode(reader.bytes(reader.count(reader.uvarint(), 1, "bytes"))));
}

function readSeries(bytes: Uint8Array, start: number, symbols: readonly string[]): readonly IndexedSeries[] {
  const reader = new BigEndianReader(bytes, "series of index.tsdb", start);
  const series = new Map<number, IndexedSeries>();
  while (reader.remaining > 0) {
    const padding = (seriesAlignment - (reader.offset % seriesAlignment)) % seriesAlignment;
    if (padding >= reader.remaining) break;
    reader.offset += padding;
    const body = reader.bytes(reader.count(reader.uvarint(), 1, "bytes"));
    reader.checksum(body);
    for (const one of readOneSeries(body, symbols)) {
      if (series.has(one.seriesIndex)) throw reader.corrupt(`names series ${one.seriesIndex} twice`);
      series.set(one.seriesIndex, one);
    }
  }
  return [...series.values()];
}

function readOneSeries(body: Uint8Array, symbols: readonly string[]): readonly IndexedSeries[] {
  const reader = new BigEndianReader(body, "series of index.tsdb");
  const text = (): string => {
    const index = reader.uvarint();
    const symbol = index < BigInt(symbols.length) ? symbols[Number(index)] : undefined;
    if (symbol === undefined) throw reader.corrupt(`names symbol ${index} of ${symbols.length}`);
    return symbol;
  };
  reader.uint64(); // the fingerprint; ours is made from the labels
  const labelCount = reader.count(reader.uvarint(), 2, "labels");
  const labels = Array.from({ length: labelCount }, () => ({ name: text(), value: text() }));
  const chunkCount = reader.count(reader.uvarint(), 8, "chunks");
  return Array.from({ length: chunkCount }, () => {
    // First time, length of time, size: queries skip chunks by them.
    for (let i = 0; i < 3; i++) reader.uvarint();
    const seriesIndex = reader.uvarint();
    if (seriesIndex > 0xffffffffn) throw reader.corrupt(`has series index ${seriesIndex}`);
    reader.uint32(); // a checksum of a chunk that does not exist
    return { labels, seriesIndex: Number(seriesIndex) };
  });
}
