import type { IndexedSeries } from "../format/tsdb-index.ts";
import { BigEndianWriter } from "./big-endian-writer.ts";

const utf8 = new TextEncoder();

/** Writes an `index.tsdb` of the sections that are read: symbols, series, table of contents. */
export function writeTsdbIndex(series: readonly IndexedSeries[]): Uint8Array {
  const symbols = [
    ...new Set(series.flatMap(({ labels }) => labels.flatMap(({ name, value }) => [name, value]))),
  ].sort();
  const file = new BigEndianWriter().uint32(0xbaaad700).uint8(2);
  const symbolsAt = file.length;
  const table = new BigEndianWriter().uint32(symbols.length);
  for (const symbol of symbols) {
    const bytes = utf8.encode(symbol);
    table.uvarint(bytes.length).bytes(bytes);
  }
  file.uint32(table.length).checked(table.finish());
  file.align(16);
  const seriesAt = file.length;
  for (const one of series) {
    const body = new BigEndianWriter().uint64(0x1234n).uvarint(one.labels.length);
    for (const { name, value } of one.labels) body.uvarint(symbols.indexOf(name)).uvarint(symbols.indexOf(value));
    body.uvarint(1).uvarint(2_000_000).uvarint(1000).uvarint(0).uvarint(one.seriesIndex).uint32(0);
    file.align(16).uvarint(body.length).checked(body.finish());
  }
  const endAt = file.length;
  const contents = new BigEndianWriter().uint64(symbolsAt).uint64(seriesAt);
  for (let i = 0; i < 5; i++) contents.uint64(endAt);
  contents.uint64(0).uint64(0);
  return file.checked(contents.finish()).finish();
}
