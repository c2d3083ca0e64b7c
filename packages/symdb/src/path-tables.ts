import { bytesOfPaths, type SymbolTables } from "./symbol-tables.ts";

/**
 * What trees by function name are made of: the part of {@link SymbolTables} that they need, which takes a third of the
 * time to read. Where every location has a function, the columns by which others are named may be empty: mapping,
 * address and the mappings' files.
 */
export interface PathTables
  extends Pick<
    SymbolTables,
    | "stringBytes"
    | "stringStart"
    | "stringLength"
    | "functionCount"
    | "functionName"
    | "locationCount"
    | "locationLineStart"
    | "lineFunction"
    | "locationMapping"
    | "locationAddressLow"
    | "locationAddressHigh"
    | "mappingFilename"
    | "stackCount"
    | "stackParent"
    | "stackLocation"
  > {
  /** Only where functions of one name in two files are told apart. */
  readonly functionFilename?: Uint32Array;
}

/** Memory of tables, in bytes, for the accounts of caches: the columns, and what one index of paths remembers of them. */
export function pathTablesByteLength(tables: PathTables): number {
  let bytes = bytesOfPaths(tables);
  for (const column of columnsOf(tables)) bytes += column.byteLength;
  return bytes;
}

function columnsOf(tables: PathTables): readonly (Uint8Array | Uint32Array)[] {
  return [
    tables.stringBytes,
    tables.stringStart,
    tables.stringLength,
    tables.functionName,
    tables.locationLineStart,
    tables.lineFunction,
    tables.locationMapping,
    tables.locationAddressLow,
    tables.locationAddressHigh,
    tables.mappingFilename,
    tables.stackParent,
    tables.stackLocation,
  ];
}
