import type { SymbolColumns } from "@basalt/model";
import { profileField } from "./tables.ts";
import type { UsedSymbols } from "./used-symbols.ts";
import { fieldBytesMax, fieldSize, fieldSize64, fieldSizeBigInt, varintSize, type WireWriter } from "./wire-writer.ts";

/** Writes messages `Mapping`, `Location`, `Function` and the string table: only what is used. */
export function writeSymbols(writer: WireWriter, source: SymbolColumns, used: UsedSymbols): void {
  for (let i = 0; i < source.mappingCount; i++)
    if (used.mappings[i] !== 0) writeMapping(writer, source, { used, row: i });
  for (let i = 0; i < source.locationCount; i++) {
    if (used.locations[i] !== 0) writeLocation(writer, source, { used, row: i });
  }
  for (let i = 0; i < source.functionCount; i++) {
    if (used.functions[i] !== 0) writeFunction(writer, source, { used, row: i });
  }
  for (let i = 0; i < source.stringCount; i++) if (i === 0 || used.strings[i] !== 0) writeString(writer, source, i);
}

interface Row {
  readonly used: UsedSymbols;
  readonly row: number;
}

function writeMapping(writer: WireWriter, source: SymbolColumns, { used, row }: Row): void {
  const id = used.mappings[row] ?? 0;
  const start = source.mappingStart[row] ?? 0n;
  const limit = source.mappingLimit[row] ?? 0n;
  const offset = source.mappingOffset[row] ?? 0n;
  const filename = used.strings[source.mappingFilename[row] ?? 0] ?? 0;
  const buildId = used.strings[source.mappingBuildId[row] ?? 0] ?? 0;
  const flags = source.mappingFlags[row] ?? 0;
  const addressBytes = fieldSizeBigInt(start) + fieldSizeBigInt(limit) + fieldSizeBigInt(offset);
  const size = fieldSize(id) + addressBytes + fieldSize(filename) + fieldSize(buildId) + 2 * bitCount(flags);
  writer.reserve(size + fieldBytesMax);
  writer.head(profileField.mapping * 8 + 2, size);
  writer.field(8, id);
  writer.fieldBigInt(16, start);
  writer.fieldBigInt(24, limit);
  writer.fieldBigInt(32, offset);
  writer.field(40, filename);
  writer.field(48, buildId);
  for (let bit = 0; bit < 4; bit++) writer.field((7 + bit) * 8, (flags >>> bit) & 1);
}

function bitCount(flags: number): number {
  return (flags & 1) + ((flags >>> 1) & 1) + ((flags >>> 2) & 1) + ((flags >>> 3) & 1);
}

function writeLocation(writer: WireWriter, source: SymbolColumns, { used, row }: Row): void {
  const id = used.locations[row] ?? 0;
  const mapping = source.locationMapping[row] ?? 0;
  const mappingId = mapping === 0 ? 0 : (used.mappings[mapping - 1] ?? 0);
  const low = source.locationAddressLow[row] ?? 0;
  const high = source.locationAddressHigh[row] ?? 0;
  const start = source.locationLineStart[row] ?? 0;
  const end = source.locationLineStart[row + 1] ?? 0;
  const isFolded = source.locationIsFolded[row] ?? 0;
  let size = fieldSize(id) + fieldSize(mappingId) + fieldSize64(low, high) + fieldSize(isFolded);
  for (let i = start; i < end; i++) {
    const line = lineSize(source, used, i);
    size += 1 + varintSize(line) + line;
  }
  writer.reserve(size + fieldBytesMax);
  writer.head(profileField.location * 8 + 2, size);
  writer.field(8, id);
  writer.field(16, mappingId);
  writer.field64(24, low, high);
  for (let i = start; i < end; i++) {
    writer.head(34, lineSize(source, used, i));
    writer.field(8, functionId(source, used, i));
    writer.field(16, source.lineNumber[i] ?? 0);
  }
  writer.field(40, isFolded);
}

function lineSize(source: SymbolColumns, used: UsedSymbols, line: number): number {
  return fieldSize(functionId(source, used, line)) + fieldSize(source.lineNumber[line] ?? 0);
}

function functionId(source: SymbolColumns, used: UsedSymbols, line: number): number {
  const called = source.lineFunction[line] ?? 0;
  return called === 0 ? 0 : (used.functions[called - 1] ?? 0);
}

function writeFunction(writer: WireWriter, source: SymbolColumns, { used, row }: Row): void {
  const id = used.functions[row] ?? 0;
  const name = used.strings[source.functionName[row] ?? 0] ?? 0;
  const systemName = used.strings[source.functionSystemName[row] ?? 0] ?? 0;
  const filename = used.strings[source.functionFilename[row] ?? 0] ?? 0;
  const startLine = source.functionStartLine[row] ?? 0;
  const size = fieldSize(id) + fieldSize(name) + fieldSize(systemName) + fieldSize(filename) + fieldSize(startLine);
  writer.reserve(size + fieldBytesMax);
  writer.head(profileField.function * 8 + 2, size);
  writer.field(8, id);
  writer.field(16, name);
  writer.field(24, systemName);
  writer.field(32, filename);
  writer.field(40, startLine);
}

function writeString(writer: WireWriter, source: SymbolColumns, index: number): void {
  const start = source.stringStart[index] ?? 0;
  const length = source.stringLength[index] ?? 0;
  writer.reserve(length + fieldBytesMax);
  writer.head(profileField.stringTable * 8 + 2, length);
  writer.raw(source.stringBytes.subarray(start, start + length));
}
