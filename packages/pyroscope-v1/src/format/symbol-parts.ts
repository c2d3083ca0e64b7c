import type { SymbolColumns } from "@basalt/model";
import { corrupt } from "./corrupt.ts";

/** Strings end to end: string i is `bytes[starts[i] .. starts[i + 1])`. */
export interface StringPart {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

/** Rows of the table of functions, as they are written: strings by their index in the partition. */
export interface FunctionPart {
  readonly name: ArrayLike<number | bigint>;
  readonly systemName: ArrayLike<number | bigint>;
  readonly filename: ArrayLike<number | bigint>;
  readonly startLine: ArrayLike<number | bigint>;
}

export interface MappingPart {
  readonly memoryStart: BigUint64Array;
  readonly memoryLimit: BigUint64Array;
  readonly fileOffset: BigUint64Array;
  readonly filename: ArrayLike<number | bigint>;
  readonly buildId: ArrayLike<number | bigint>;
  readonly flags: Uint8Array;
}

export interface LocationPart {
  readonly mapping: ArrayLike<number | bigint>;
  readonly address: BigUint64Array;
  readonly isFolded: Uint8Array;
  /** Lines of location i are [start[i], start[i + 1]). */
  readonly lineStart: Uint32Array;
  readonly lineFunction: ArrayLike<number | bigint>;
  readonly lineNumber: ArrayLike<number | bigint>;
}

/** The tables of a partition in the parts, mostly one each, in which they lie; references count through all parts. */
export interface SymbolParts {
  readonly strings: readonly StringPart[];
  readonly functions: readonly FunctionPart[];
  readonly mappings: readonly MappingPart[];
  readonly locations: readonly LocationPart[];
}

/**
 * Puts the parts of a partition together. Its string 0 becomes string 1: string 0 is the empty one here.
 *
 * @throws BasaltError `block_corrupt` for a reference out of range.
 */
export function joinSymbols(parts: SymbolParts): SymbolColumns {
  const strings = joinStrings(parts.strings);
  const functions = joinFunctions(parts.functions, strings.stringCount - 1);
  const mappings = joinMappings(parts.mappings, strings.stringCount - 1);
  return { ...strings, ...functions, ...mappings, ...joinLocations(parts.locations, functions, mappings) };
}

type Strings = Pick<SymbolColumns, "stringBytes" | "stringCount" | "stringStart" | "stringLength">;

function joinStrings(parts: readonly StringPart[]): Strings {
  const stringCount = 1 + sum(parts, ({ starts }) => starts.length - 1);
  const stringBytes = new Uint8Array(sum(parts, ({ bytes }) => bytes.length));
  const stringStart = new Uint32Array(stringCount);
  const stringLength = new Uint32Array(stringCount);
  let byteCount = 0;
  let string = 1;
  for (const { bytes, starts } of parts) {
    stringBytes.set(bytes, byteCount);
    for (let i = 0; i + 1 < starts.length; i++) {
      stringStart[string] = byteCount + (starts[i] as number);
      stringLength[string++] = (starts[i + 1] as number) - (starts[i] as number);
    }
    byteCount += bytes.length;
  }
  return { stringBytes, stringCount, stringStart, stringLength };
}

type Functions = Pick<
  SymbolColumns,
  "functionCount" | "functionName" | "functionSystemName" | "functionFilename" | "functionStartLine"
>;

function joinFunctions(parts: readonly FunctionPart[], stringCount: number): Functions {
  const strings = (pick: (part: FunctionPart) => ArrayLike<number | bigint>): Uint32Array =>
    joinReferences(parts.map(pick), stringCount, "string");
  const functionName = strings((part) => part.name);
  return {
    functionCount: functionName.length,
    functionName,
    functionSystemName: strings((part) => part.systemName),
    functionFilename: strings((part) => part.filename),
    functionStartLine: joinLineNumbers(parts.map((part) => part.startLine)),
  };
}

type Mappings = Pick<
  SymbolColumns,
  | "mappingCount"
  | "mappingStart"
  | "mappingLimit"
  | "mappingOffset"
  | "mappingFilename"
  | "mappingBuildId"
  | "mappingFlags"
>;

function joinMappings(parts: readonly MappingPart[], stringCount: number): Mappings {
  const mappingFilename = joinReferences(
    parts.map((part) => part.filename),
    stringCount,
    "string",
  );
  const mappingBuildId = joinReferences(
    parts.map((part) => part.buildId),
    stringCount,
    "string",
  );
  const count = mappingFilename.length;
  return {
    mappingCount: count,
    mappingStart: joinBigs(
      parts.map((part) => part.memoryStart),
      count,
    ),
    mappingLimit: joinBigs(
      parts.map((part) => part.memoryLimit),
      count,
    ),
    mappingOffset: joinBigs(
      parts.map((part) => part.fileOffset),
      count,
    ),
    mappingFilename,
    mappingBuildId,
    mappingFlags: joinBytes(
      parts.map((part) => part.flags),
      count,
    ),
  };
}

type Locations = Pick<
  SymbolColumns,
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

function joinLocations(
  parts: readonly LocationPart[],
  { functionCount }: Functions,
  { mappingCount }: Mappings,
): Locations {
  const mappings = parts.map((part) => part.mapping);
  // A partition without mappings has locations that name mapping 0: they have none.
  const locationMapping =
    mappingCount === 0
      ? new Uint32Array(sum(mappings, ({ length }) => length))
      : joinReferences(mappings, mappingCount, "mapping");
  const locationCount = locationMapping.length;
  const address = joinBigs(
    parts.map((part) => part.address),
    locationCount,
  );
  const halves = new Uint32Array(address.buffer);
  const lineFunction = joinReferences(
    parts.map((part) => part.lineFunction),
    functionCount,
    "function",
  );
  const isFolded = parts.map((part) => part.isFolded);
  return {
    locationCount,
    locationMapping,
    locationAddressLow: Uint32Array.from({ length: locationCount }, (_, i) => halves[2 * i] as number),
    locationAddressHigh: Uint32Array.from({ length: locationCount }, (_, i) => halves[2 * i + 1] as number),
    locationIsFolded: joinBytes(isFolded, locationCount),
    locationLineStart: joinStarts(parts, locationCount),
    lineCount: lineFunction.length,
    lineFunction,
    lineNumber: joinLineNumbers(parts.map((part) => part.lineNumber)),
  };
}

function joinStarts(parts: readonly LocationPart[], locationCount: number): Uint32Array {
  const starts = new Uint32Array(locationCount + 1);
  let location = 0;
  let line = 0;
  for (const { lineStart } of parts) {
    for (let i = 1; i < lineStart.length; i++) starts[++location] = line + (lineStart[i] as number);
    line = starts[location] as number;
  }
  return starts;
}

/** Indexes, which become numbers from 1 on. */
function joinReferences(columns: readonly ArrayLike<number | bigint>[], bound: number, what: string): Uint32Array {
  const joined = new Uint32Array(sum(columns, ({ length }) => length));
  let at = 0;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const index = Number(column[i]);
      if (!(index >= 0 && index < bound)) throw corrupt("symbols", `name ${what} ${column[i]} of ${bound}`);
      joined[at++] = index + 1;
    }
  }
  return joined;
}

/** Line numbers; what does not fit in 31 bits is 0, unknown. */
function joinLineNumbers(columns: readonly ArrayLike<number | bigint>[]): Uint32Array {
  const joined = new Uint32Array(sum(columns, ({ length }) => length));
  let at = 0;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const line = Number(column[i]);
      joined[at++] = line > 0 && line <= 0x7fffffff ? line : 0;
    }
  }
  return joined;
}

function joinBigs(columns: readonly BigUint64Array[], count: number): BigUint64Array {
  const joined = new BigUint64Array(count);
  let at = 0;
  for (const column of columns) {
    joined.set(column, at);
    at += column.length;
  }
  return joined;
}

function joinBytes(columns: readonly Uint8Array[], count: number): Uint8Array {
  const joined = new Uint8Array(count);
  let at = 0;
  for (const column of columns) {
    joined.set(column, at);
    at += column.length;
  }
  return joined;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
