import { BasaltError } from "@basalt/model";
import type { ParquetReader, RowGroup } from "@basalt/parquet";
import type { SymbolTables } from "@basalt/symdb";
import type { BlockPartition } from "./block-meta.ts";

/** The symbol files of a block. */
export interface SymbolFiles {
  readonly functions: ParquetReader;
  readonly mappings: ParquetReader;
  readonly locations: ParquetReader;
  readonly stacktraces: ParquetReader;
}

/** Which rows of the files belong to a partition. */
export interface PartitionRows {
  readonly functions: RowSpan;
  readonly mappings: RowSpan;
  readonly locations: RowSpan;
  readonly stacktraces: RowSpan;
}

interface RowSpan {
  readonly start: number;
  readonly end: number;
}

/** Rows of each partition, from the counts of `meta.json`. */
export function partitionRows(partitions: readonly BlockPartition[], index: number): PartitionRows {
  const span = (name: "functions" | "mappings" | "locations" | "stacktraces"): RowSpan => {
    let start = 0;
    for (let i = 0; i < index; i++) start += partitions[i]?.[name] ?? 0;
    return { start, end: start + (partitions[index]?.[name] ?? 0) };
  };
  return {
    functions: span("functions"),
    mappings: span("mappings"),
    locations: span("locations"),
    stacktraces: span("stacktraces"),
  };
}

/** The columns of a row of each file, as they are decoded and as they are kept. */
const rowBytes = { functions: 40, mappings: 160, locations: 60, stacktraces: 28 } as const;

/** Texts come on top, twice: their dictionary as it is decoded, and what is taken of it. */
const textCopies = 2;

/** Memory that reading all symbols of a partition takes at most, in bytes, from footers alone. */
export function symbolBytes(files: SymbolFiles, rows: PartitionRows): number {
  let bytes = 0;
  for (const name of ["functions", "mappings", "locations", "stacktraces"] as const) {
    const { start, end } = rows[name];
    bytes += (end - start) * rowBytes[name] + textCopies * textBytes(files[name], rows[name]);
  }
  return bytes;
}

function textBytes({ metadata }: ParquetReader, { start, end }: RowSpan): number {
  let bytes = 0;
  let groupStart = 0;
  for (const { rowCount, chunks } of metadata.rowGroups) {
    const groupEnd = groupStart + rowCount;
    if (start < groupEnd && end > groupStart) {
      for (const { leaf, uncompressedLength } of chunks.values()) {
        if (leaf.type === "string" || leaf.type === "bytes") bytes += uncompressedLength;
      }
    }
    groupStart = groupEnd;
  }
  return bytes;
}

/** Fetches rows that lie in one row group; undefined if there are none. */
export async function readRows(
  file: ParquetReader,
  span: RowSpan,
  leaves: readonly string[],
): Promise<FetchedRows | undefined> {
  if (span.start === span.end) return undefined;
  let groupStart = 0;
  for (const [index, { rowCount }] of file.metadata.rowGroups.entries()) {
    const groupEnd = groupStart + rowCount;
    if (span.start < groupEnd) {
      if (span.end > groupEnd) break;
      const rows = { start: span.start - groupStart, end: span.end - groupStart };
      const group = await file.readRowGroup(index, { leaves, rows });
      return { group, count: span.end - span.start };
    }
    groupStart = groupEnd;
  }
  return corrupt(`symbols in rows ${span.start} to ${span.end} are not in one row group`);
}

/** Rows of one partition. */
export interface FetchedRows {
  readonly group: RowGroup;
  readonly count: number;
}

/** The tree of stacks. */
export type StackColumns = Pick<SymbolTables, "stackCount" | "stackParent" | "stackLocation">;

/** Reads the tree of stacks; in files locations count from 1. @throws BasaltError `block_corrupt`. */
export function readStacks(rows: FetchedRows | undefined, locationCount: number): StackColumns {
  if (rows === undefined) return { stackCount: 1, stackParent: new Uint32Array(1), stackLocation: new Uint32Array(1) };
  const { group, count } = rows;
  const stackParent = group.uint32s("parent_id");
  const location = group.uint32s("location_id");
  const stackLocation = new Uint32Array(count);
  for (let i = 1; i < count; i++) {
    const own = location[i] as number;
    if ((stackParent[i] as number) >= i || own === 0 || own > locationCount) {
      return corrupt(`stack ${i} has no valid parent or location`);
    }
    stackLocation[i] = own - 1;
  }
  return { stackCount: count, stackParent, stackLocation };
}

/** No numbers. */
export const none: Uint32Array = new Uint32Array();

/** Gives numbers back that are all below a bound. @throws BasaltError `block_corrupt`. */
export function checkedBelow(values: Uint32Array, count: number, bound: number, what: string): Uint32Array {
  for (let i = 0; i < count; i++) {
    if ((values[i] as number) >= bound) corrupt(`symbols name ${what} ${values[i]} of ${bound}`);
  }
  return values;
}

export function corrupt(reason: string): never {
  throw new BasaltError("block_corrupt", reason);
}

/** Addresses of locations by their halves. */
export function readAddresses(
  group: RowGroup,
  count: number,
): Pick<SymbolTables, "locationAddressLow" | "locationAddressHigh"> {
  const address = group.bigints("address");
  const halves = new Uint32Array(address.buffer, address.byteOffset, count * 2);
  const locationAddressLow = new Uint32Array(count);
  const locationAddressHigh = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    locationAddressLow[i] = halves[2 * i] as number;
    locationAddressHigh[i] = halves[2 * i + 1] as number;
  }
  return { locationAddressLow, locationAddressHigh };
}
