import type { PathTables, SymbolTables } from "@basalt/symdb";
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

/**
 * Reads what trees need of the symbols of one partition, and checks that each reference is in range.
 *
 * @throws BasaltError `block_corrupt`.
 */
export async function readPaths(files: SymbolFiles, rows: PartitionRows): Promise<PathTables> {
  const [functions, locations, stacktraces] = await Promise.all([
    readRows(files.functions, rows.functions, ["name"]),
    readRows(files.locations, rows.locations, ["lines.function_id"]),
    readRows(files.stacktraces, rows.stacktraces, ["parent_id", "location_id"]),
  ]);
  const strings = new StringCollector();
  const functionCount = functions?.count ?? 0;
  const functionName = functions === undefined ? none : strings.collect(functions.group.bytes("name"), functionCount);
  const lines = readLines(locations, functionCount);
  const stacks = readStacks(stacktraces, lines.locationCount);
  const addresses = everyLocationHasFunction(lines) ? noAddresses : await readAddressing(files, rows, strings);
  return { functionCount, functionName, ...lines, ...stacks, ...addresses, ...strings.columns() };
}

type Lines = Pick<PathTables, "locationCount" | "locationLineStart" | "lineFunction">;

function readLines(rows: FetchedRows | undefined, functionCount: number): Lines {
  if (rows === undefined) return { locationCount: 0, locationLineStart: new Uint32Array(1), lineFunction: none };
  const { group, count } = rows;
  const lineFunction = group.uint32s("lines.function_id");
  const locationLineStart = group.listStarts("lines");
  checkedBelow(lineFunction, locationLineStart[count] as number, functionCount + 1, "function");
  return { locationCount: count, locationLineStart, lineFunction };
}

function everyLocationHasFunction({ locationCount, locationLineStart, lineFunction }: Lines): boolean {
  for (let location = 0; location < locationCount; location++) {
    const end = locationLineStart[location + 1] as number;
    let line = locationLineStart[location] as number;
    while (line < end && lineFunction[line] === 0) line++;
    if (line === end) return false;
  }
  return true;
}

/** How locations without functions are named. */
type Addressing = Pick<
  SymbolTables,
  "locationMapping" | "locationAddressLow" | "locationAddressHigh" | "mappingFilename"
>;

const noAddresses: Addressing = {
  locationMapping: none,
  locationAddressLow: none,
  locationAddressHigh: none,
  mappingFilename: none,
};

async function readAddressing(files: SymbolFiles, rows: PartitionRows, strings: StringCollector): Promise<Addressing> {
  const [mappings, locations] = await Promise.all([
    readRows(files.mappings, rows.mappings, ["filename"]),
    readRows(files.locations, rows.locations, ["mapping_id", "address"]),
  ]);
  if (locations === undefined) return noAddresses;
  const mappingCount = mappings?.count ?? 0;
  const mappingFilename =
    mappings === undefined ? none : strings.collect(mappings.group.bytes("filename"), mappingCount);
  const locationMapping = locations.group.uint32s("mapping_id");
  checkedBelow(locationMapping, locations.count, mappingCount + 1, "mapping");
  return { locationMapping, mappingFilename, ...readAddresses(locations.group, locations.count) };
}
