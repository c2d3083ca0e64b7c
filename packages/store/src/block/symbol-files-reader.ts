import { BasaltError } from "@basalt/model";
import type { ByteValues, ParquetReader, RowGroup } from "@basalt/parquet";
import { type SymbolTables, stackHashes } from "@basalt/symdb";
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

/** Symbols as read. */
export interface ReadSymbols {
  readonly tables: SymbolTables;
  /** By stack id: of a segment, the largest value that samples give the stack; of a block, 1 where samples name it; else 0. */
  readonly weights: Float64Array;
}

/**
 * Reads the symbols of one partition and checks that each reference is in range.
 *
 * @throws BasaltError `block_corrupt`.
 */
export async function readSymbols(files: SymbolFiles, rows: PartitionRows): Promise<ReadSymbols> {
  const weightLeaf = files.stacktraces.has("weight") ? "weight" : "hash";
  const [functions, mappings, locations, stacktraces] = await Promise.all([
    readRows(files.functions, rows.functions, ["name", "system_name", "filename", "start_line"]),
    readRows(files.mappings, rows.mappings, [
      "memory_start",
      "memory_limit",
      "file_offset",
      "filename",
      "build_id",
      "flags",
    ]),
    readRows(files.locations, rows.locations, [
      "mapping_id",
      "address",
      "is_folded",
      "lines.function_id",
      "lines.line",
    ]),
    readRows(files.stacktraces, rows.stacktraces, ["parent_id", "location_id", weightLeaf]),
  ]);
  const strings = new StringCollector();
  const functionColumns = readFunctions(functions, strings);
  const mappingColumns = readMappings(mappings, strings);
  const locationColumns = readLocations(locations, functionColumns.functionCount, mappingColumns.mappingCount);
  const stacks = readStacks(stacktraces, locationColumns.locationCount, weightLeaf);
  const symbols = { ...strings.columns(), ...functionColumns, ...mappingColumns, ...locationColumns };
  return { tables: withStackHash({ ...symbols, ...stacks.columns }), weights: stacks.weights };
}

type TablesWithoutHash = Omit<SymbolTables, "stackHash">;

/** Hashes are made when they are asked for: queries do not need them. */
function withStackHash(tables: TablesWithoutHash): SymbolTables {
  let hashes: BigUint64Array | undefined;
  return {
    ...tables,
    get stackHash(): BigUint64Array {
      hashes ??= stackHashes(tables);
      return hashes;
    },
  };
}

/** Fetches rows that lie in one row group; undefined if there are none. */
async function readRows(
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

interface FetchedRows {
  readonly group: RowGroup;
  readonly count: number;
}

type FunctionColumns = Pick<
  SymbolTables,
  "functionCount" | "functionName" | "functionSystemName" | "functionFilename" | "functionStartLine"
>;

function readFunctions(rows: FetchedRows | undefined, strings: StringCollector): FunctionColumns {
  if (rows === undefined)
    return {
      functionCount: 0,
      functionName: none,
      functionSystemName: none,
      functionFilename: none,
      functionStartLine: none,
    };
  const { group, count } = rows;
  const functionName = strings.collect(group.bytes("name"), count);
  const functionSystemName = strings.collect(group.bytes("system_name"), count);
  const isOwn = group.present("system_name");
  if (isOwn !== undefined) {
    for (let i = 0; i < count; i++) if (isOwn[i] === 0) functionSystemName[i] = functionName[i] as number;
  }
  return {
    functionCount: count,
    functionName,
    functionSystemName,
    functionFilename: strings.collect(group.bytes("filename"), count),
    functionStartLine: group.uint32s("start_line"),
  };
}

type MappingColumns = Pick<
  SymbolTables,
  | "mappingCount"
  | "mappingStart"
  | "mappingLimit"
  | "mappingOffset"
  | "mappingFilename"
  | "mappingBuildId"
  | "mappingFlags"
>;

function readMappings(rows: FetchedRows | undefined, strings: StringCollector): MappingColumns {
  const noBigs = new BigUint64Array();
  if (rows === undefined) {
    const empty = { mappingStart: noBigs, mappingLimit: noBigs, mappingOffset: noBigs, mappingFlags: new Uint8Array() };
    return { mappingCount: 0, mappingFilename: none, mappingBuildId: none, ...empty };
  }
  const { group, count } = rows;
  return {
    mappingCount: count,
    mappingStart: unsigned(group.bigints("memory_start")),
    mappingLimit: unsigned(group.bigints("memory_limit")),
    mappingOffset: unsigned(group.bigints("file_offset")),
    mappingFilename: strings.collect(group.bytes("filename"), count),
    mappingBuildId: strings.collect(group.bytes("build_id"), count),
    mappingFlags: Uint8Array.from(group.uint32s("flags")),
  };
}

type LocationColumns = Pick<
  SymbolTables,
  | "locationCount"
  | "locationMapping"
  | "locationAddressLow"
  | "locationAddressHigh"
  | "locationIsFolded"
  | "locationLineStart"
  | "lineCount"
  | "lineFunction"
  | "lineNumber"
>;

function readLocations(rows: FetchedRows | undefined, functionCount: number, mappingCount: number): LocationColumns {
  if (rows === undefined) {
    const address = { locationAddressLow: none, locationAddressHigh: none, locationIsFolded: new Uint8Array() };
    const lines = { locationLineStart: new Uint32Array(1), lineCount: 0, lineFunction: none, lineNumber: none };
    return { locationCount: 0, locationMapping: none, ...address, ...lines };
  }
  const { group, count } = rows;
  const address = group.bigints("address");
  const halves = new Uint32Array(address.buffer, address.byteOffset, count * 2);
  const locationLineStart = group.listStarts("lines");
  const lineCount = locationLineStart[count] as number;
  return {
    locationCount: count,
    locationMapping: checkedBelow(group.uint32s("mapping_id"), count, mappingCount + 1, "mapping"),
    locationAddressLow: halves.filter((_, i) => i % 2 === 0),
    locationAddressHigh: halves.filter((_, i) => i % 2 === 1),
    locationIsFolded: group.booleans("is_folded"),
    locationLineStart,
    lineCount,
    lineFunction: checkedBelow(group.uint32s("lines.function_id"), lineCount, functionCount + 1, "function"),
    lineNumber: group.uint32s("lines.line"),
  };
}

type StackColumns = Pick<SymbolTables, "stackCount" | "stackParent" | "stackLocation">;

interface StackRows {
  readonly columns: StackColumns;
  readonly weights: Float64Array;
}

function readStacks(rows: FetchedRows | undefined, locationCount: number, weightLeaf: "weight" | "hash"): StackRows {
  if (rows === undefined) {
    const columns = { stackCount: 1, stackParent: new Uint32Array(1), stackLocation: new Uint32Array(1) };
    return { columns, weights: new Float64Array(1) };
  }
  const { group, count } = rows;
  const stackParent = group.uint32s("parent_id");
  const location = checkedBelow(group.uint32s("location_id"), count, locationCount + 1, "location");
  const stackLocation = new Uint32Array(count);
  for (let i = 1; i < count; i++) {
    if ((stackParent[i] as number) >= i || location[i] === 0) corrupt(`stack ${i} has no valid parent or location`);
    stackLocation[i] = (location[i] as number) - 1;
  }
  const weights = new Float64Array(count).fill(1);
  const present = group.present(weightLeaf);
  if (weightLeaf === "weight") weights.set(Float64Array.from(group.numbers("weight"), Number));
  else if (present !== undefined) weights.set(present);
  return { columns: { stackCount: count, stackParent, stackLocation }, weights };
}

const none: Uint32Array = new Uint32Array();

function unsigned(values: BigInt64Array): BigUint64Array {
  return new BigUint64Array(values.buffer, values.byteOffset, values.length);
}

function checkedBelow(values: Uint32Array, count: number, bound: number, what: string): Uint32Array {
  for (let i = 0; i < count; i++) {
    if ((values[i] as number) >= bound) corrupt(`symbols name ${what} ${values[i]} of ${bound}`);
  }
  return values;
}

/** Builds one string table of what several columns refer to; string 0 is the empty one. */
class StringCollector {
  #bytes: Uint8Array = new Uint8Array(4096);
  #end = 0;
  readonly #start: number[] = [0];
  readonly #length: number[] = [0];

  /** The table's index of each of a column's strings. */
  collect({ bytes, starts, index }: ByteValues, count: number): Uint32Array {
    const indexes = new Uint32Array(count);
    const known = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const entry = index === undefined ? i : (index[i] as number);
      let at = known.get(entry);
      if (at === undefined) {
        at = this.#add(bytes, starts[entry] as number, starts[entry + 1] as number);
        known.set(entry, at);
      }
      indexes[i] = at;
    }
    return indexes;
  }

  columns(): Pick<SymbolTables, "stringBytes" | "stringCount" | "stringStart" | "stringLength"> {
    return {
      stringBytes: this.#bytes.slice(0, this.#end),
      stringCount: this.#start.length,
      stringStart: Uint32Array.from(this.#start),
      stringLength: Uint32Array.from(this.#length),
    };
  }

  #add(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0) return 0;
    if (this.#end + length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#end + length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#end);
    this.#start.push(this.#end);
    this.#length.push(length);
    this.#end += length;
    return this.#start.length - 1;
  }
}

function corrupt(reason: string): never {
  throw new BasaltError("block_corrupt", reason);
}
