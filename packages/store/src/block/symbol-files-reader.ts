import { type SymbolTables, stackHashes } from "@basalt/symdb";
import { StringCollector } from "./string-collector.ts";
import {
  checkedBelow,
  type FetchedRows,
  none,
  type PartitionRows,
  readAddresses,
  readRows,
  readStacks,
  type SymbolFiles,
} from "./symbol-rows.ts";

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
  const stacks = readStacks(stacktraces, locationColumns.locationCount);
  const symbols = { ...strings.columns(), ...functionColumns, ...mappingColumns, ...locationColumns };
  return { tables: withStackHash({ ...symbols, ...stacks }), weights: readWeights(stacktraces, weightLeaf) };
}

function readWeights(rows: FetchedRows | undefined, weightLeaf: "weight" | "hash"): Float64Array {
  if (rows === undefined) return new Float64Array(1);
  const { group, count } = rows;
  const weights = new Float64Array(count).fill(1);
  const present = group.present(weightLeaf);
  if (weightLeaf === "weight") weights.set(Float64Array.from(group.numbers("weight"), Number));
  else if (present !== undefined) weights.set(present);
  return weights;
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
  const locationLineStart = group.listStarts("lines");
  const lineCount = locationLineStart[count] as number;
  return {
    locationCount: count,
    locationMapping: checkedBelow(group.uint32s("mapping_id"), count, mappingCount + 1, "mapping"),
    ...readAddresses(group, count),
    locationIsFolded: group.booleans("is_folded"),
    locationLineStart,
    lineCount,
    lineFunction: checkedBelow(group.uint32s("lines.function_id"), lineCount, functionCount + 1, "function"),
    lineNumber: group.uint32s("lines.line"),
  };
}

function unsigned(values: BigInt64Array): BigUint64Array {
  return new BigUint64Array(values.buffer, values.byteOffset, values.length);
}
