import type { ByteValues, PageCodec, RowGroup } from "@basalt/parquet";
import { ParquetReader } from "@basalt/parquet";
import { corrupt } from "../format/corrupt.ts";
import type { FunctionPart, LocationPart, MappingPart, StringPart, SymbolParts } from "../format/symbol-parts.ts";
import type { RowRange, SymbolTablesOf } from "../format/symdb-index.ts";
import type { BucketFile } from "./bucket-file.ts";

/** The Parquet tables of symbols of formats 1 and 2. */
export class SymbolTableFiles {
  readonly #readers: SymbolTablesOf<ParquetReader>;

  private constructor(readers: SymbolTablesOf<ParquetReader>) {
    this.#readers = readers;
  }

  static async open(files: SymbolTablesOf<BucketFile>, codec: PageCodec): Promise<SymbolTableFiles> {
    const open = (source: BucketFile): Promise<ParquetReader> => ParquetReader.open({ source, codec });
    const [locations, mappings, functions, strings] = await Promise.all([
      open(files.locations),
      open(files.mappings),
      open(files.functions),
      open(files.strings),
    ]);
    return new SymbolTableFiles({ locations, mappings, functions, strings });
  }

  /** The rows of one partition; undefined = all rows. @throws BasaltError `block_corrupt`. */
  async read(ranges: SymbolTablesOf<readonly RowRange[]> | undefined): Promise<SymbolParts> {
    const { locations, mappings, functions, strings } = this.#readers;
    return {
      strings: await readRanges(strings, ranges?.strings, ["String"], readStrings),
      functions: await readRanges(functions, ranges?.functions, functionLeaves, readFunctions),
      mappings: await readRanges(mappings, ranges?.mappings, mappingLeaves, readMappings),
      locations: await readRanges(locations, ranges?.locations, locationLeaves, readLocations),
    };
  }
}

async function readRanges<T>(
  file: ParquetReader,
  ranges: readonly RowRange[] | undefined,
  leaves: readonly string[],
  read: (group: RowGroup) => T,
): Promise<T[]> {
  const { rowGroups } = file.metadata;
  const wanted =
    ranges ?? rowGroups.map(({ rowCount }, rowGroup): RowRange => ({ rowGroup, start: 0, count: rowCount }));
  const parts: T[] = [];
  for (const { rowGroup, start, count } of wanted) {
    const rowCount = rowGroups[rowGroup]?.rowCount ?? 0;
    if (start + count > rowCount) {
      throw corrupt("symbols", `rows ${start} to ${start + count} of row group ${rowGroup}, which has ${rowCount}`);
    }
    if (count > 0) parts.push(read(await file.readRowGroup(rowGroup, { leaves, rows: { start, end: start + count } })));
  }
  return parts;
}

function readStrings(group: RowGroup): StringPart {
  return withoutIndex(group.bytes("String"));
}

/** Strings of a dictionary end to end. */
function withoutIndex({ bytes, starts, index }: ByteValues): StringPart {
  if (index === undefined) return { bytes, starts };
  const ownStarts = new Uint32Array(index.length + 1);
  const lengthOf = (entry: number): number => (starts[entry + 1] as number) - (starts[entry] as number);
  for (const [i, entry] of index.entries()) ownStarts[i + 1] = (ownStarts[i] as number) + lengthOf(entry);
  const own = new Uint8Array(ownStarts[index.length] as number);
  for (const [i, entry] of index.entries()) own.set(bytes.subarray(starts[entry], starts[entry + 1]), ownStarts[i]);
  return { bytes: own, starts: ownStarts };
}

const functionLeaves = ["Name", "SystemName", "Filename", "StartLine"];

function readFunctions(group: RowGroup): FunctionPart {
  return {
    name: group.numbers("Name"),
    systemName: group.numbers("SystemName"),
    filename: group.numbers("Filename"),
    startLine: group.numbers("StartLine"),
  };
}

const flagLeaves = ["HasFunctions", "HasFilenames", "HasLineNumbers", "HasInlineFrames"];
const mappingLeaves = ["MemoryStart", "MemoryLimit", "FileOffset", "Filename", "BuildId", ...flagLeaves];

function readMappings(group: RowGroup): MappingPart {
  const flags = new Uint8Array(group.rowCount);
  for (const [bit, leaf] of flagLeaves.entries()) {
    for (const [i, flag] of group.booleans(leaf).entries()) flags[i] = (flags[i] as number) | (flag << bit);
  }
  return {
    memoryStart: unsigned(group, "MemoryStart"),
    memoryLimit: unsigned(group, "MemoryLimit"),
    fileOffset: unsigned(group, "FileOffset"),
    filename: group.numbers("Filename"),
    buildId: group.numbers("BuildId"),
    flags,
  };
}

const locationLeaves = ["MappingId", "Address", "Line.FunctionId", "Line.Line", "IsFolded"];

function readLocations(group: RowGroup): LocationPart {
  return {
    mapping: group.numbers("MappingId"),
    address: unsigned(group, "Address"),
    isFolded: group.booleans("IsFolded"),
    lineStart: group.listStarts("Line"),
    lineFunction: group.numbers("Line.FunctionId"),
    lineNumber: group.numbers("Line.Line"),
  };
}

function unsigned(group: RowGroup, leaf: string): BigUint64Array {
  const values = group.bigints(leaf);
  return new BigUint64Array(values.buffer, values.byteOffset, values.length);
}
