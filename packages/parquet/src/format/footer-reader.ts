import { ByteCursor } from "../bytes/byte-cursor.ts";
import { corrupt } from "../corrupt.ts";
import type { ChunkMetadata, FileRange, ParquetMetadata, RowGroupMetadata } from "../metadata.ts";
import { chunkValuesMax } from "./constants.ts";
import { type Leaf, leavesOf } from "./leaf.ts";
import type { SchemaElement } from "./schema-element.ts";
import { readSchemaElement } from "./schema-reader.ts";
import { type RawStatistics, readStatistics, statisticsOf } from "./statistics.ts";
import { ThriftReader } from "./thrift-reader.ts";
import { thriftType } from "./thrift-writer.ts";

interface RawChunk {
  type?: number;
  encodings: number[];
  path: string[];
  compression: number;
  valueCount: number;
  uncompressedLength: number;
  compressedLength: number;
  dataPageOffset: number;
  dictionaryPageOffset?: number;
  statistics: RawStatistics;
  indexOffset?: number;
  indexLength?: number;
}

interface RawRowGroup {
  chunks: RawChunk[];
  rowCount: number;
}

/**
 * Parses parquet.thrift's FileMetaData and checks that every chunk lies inside the file.
 *
 * @param fileOffset where the footer begins; all data lies before it.
 * @throws BasaltError `block_corrupt`.
 */
export function parseFooter(bytes: Uint8Array, fileOffset: number): ParquetMetadata {
  const reader = new ThriftReader(new ByteCursor(bytes, fileOffset));
  const elements: SchemaElement[] = [];
  const rawGroups: RawRowGroup[] = [];
  const keyValues = new Map<string, string>();
  let rowCount = 0;
  let createdBy = "";
  reader.struct((field, type) => {
    if (field === 2 && type === thriftType.list) readEach(reader, () => elements.push(readSchemaElement(reader)));
    else if (field === 3 && type === thriftType.i64) rowCount = reader.count();
    else if (field === 4 && type === thriftType.list) readEach(reader, () => rawGroups.push(readRowGroup(reader)));
    else if (field === 5 && type === thriftType.list) readEach(reader, () => readKeyValue(reader, keyValues));
    else if (field === 6 && type === thriftType.binary) createdBy = reader.text();
    else return false;
    return true;
  });
  const leaves = leavesOf(elements);
  const rowGroups = rawGroups.map((raw) => rowGroupOf(leaves, raw, fileOffset));
  if (rowGroups.reduce((sum, group) => sum + group.rowCount, 0) !== rowCount) {
    throw corrupt("rows of the row groups do not add up", fileOffset);
  }
  // a chunk's objects, ranges and bounds take about 600 bytes, and the places of its pages, once they are read, 400
  const memoryBytes = 1024 + bytes.length + rowGroups.length * leaves.length * 1000;
  return { rowCount, rowGroups, leaves, keyValues, createdBy, memoryBytes };
}

function readEach(reader: ThriftReader, read: () => void): void {
  const count = reader.list(thriftType.struct);
  for (let i = 0; i < count; i++) read();
}

function readKeyValue(reader: ThriftReader, into: Map<string, string>): void {
  let key = "";
  let value = "";
  reader.struct((field, type) => {
    if (type !== thriftType.binary) return false;
    if (field === 1) key = reader.text();
    else if (field === 2) value = reader.text();
    else return false;
    return true;
  });
  into.set(key, value);
}

function readRowGroup(reader: ThriftReader): RawRowGroup {
  const group: RawRowGroup = { chunks: [], rowCount: 0 };
  reader.struct((field, type) => {
    if (field === 1 && type === thriftType.list) readEach(reader, () => group.chunks.push(readChunk(reader)));
    else if (field === 3 && type === thriftType.i64) group.rowCount = reader.count();
    else return false;
    return true;
  });
  return group;
}

function readChunk(reader: ThriftReader): RawChunk {
  const chunk: RawChunk = {
    encodings: [],
    path: [],
    compression: -1,
    valueCount: 0,
    uncompressedLength: 0,
    compressedLength: 0,
    dataPageOffset: 0,
    statistics: {},
  };
  reader.struct((field, type) => {
    if (field === 3 && type === thriftType.struct) readChunkMetadata(reader, chunk);
    else if (field === 4 && type === thriftType.i64) chunk.indexOffset = reader.count();
    else if (field === 5 && type === thriftType.i32) chunk.indexLength = reader.count();
    else return false;
    return true;
  });
  return chunk;
}

/** Types of the fields of parquet.thrift's ColumnMetaData that are read. */
const chunkFieldTypes: Readonly<Record<number, number>> = {
  1: thriftType.i32,
  2: thriftType.list,
  3: thriftType.list,
  4: thriftType.i32,
  5: thriftType.i64,
  6: thriftType.i64,
  7: thriftType.i64,
  9: thriftType.i64,
  11: thriftType.i64,
  12: thriftType.struct,
};

function readChunkMetadata(reader: ThriftReader, chunk: RawChunk): void {
  reader.struct((field, type) => {
    if (chunkFieldTypes[field] !== type) return false;
    if (field === 1) chunk.type = reader.count();
    else if (field === 2) chunk.encodings = readMany(reader, thriftType.i32, () => reader.integer());
    else if (field === 3) chunk.path = readMany(reader, thriftType.binary, () => reader.text());
    else if (field === 4) chunk.compression = reader.count();
    else if (field === 5) chunk.valueCount = reader.count();
    else if (field === 6) chunk.uncompressedLength = reader.count();
    else if (field === 7) chunk.compressedLength = reader.count();
    else if (field === 9) chunk.dataPageOffset = reader.count();
    else if (field === 11) chunk.dictionaryPageOffset = reader.count();
    else chunk.statistics = readStatistics(reader);
    return true;
  });
}

function readMany<T>(reader: ThriftReader, elementType: number, read: () => T): T[] {
  const count = reader.list(elementType);
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(read());
  return items;
}

function rowGroupOf(leaves: readonly Leaf[], raw: RawRowGroup, dataEnd: number): RowGroupMetadata {
  if (raw.chunks.length !== leaves.length) {
    throw corrupt(`row group has ${raw.chunks.length} chunks for ${leaves.length} leaves`, dataEnd);
  }
  const chunks = new Map<string, ChunkMetadata>();
  for (let i = 0; i < leaves.length; i++) {
    const leaf = leaves[i];
    const chunk = raw.chunks[i];
    if (leaf !== undefined && chunk !== undefined) chunks.set(leaf.name, chunkOf(leaf, chunk, raw.rowCount, dataEnd));
  }
  return { rowCount: raw.rowCount, chunks };
}

function chunkOf(leaf: Leaf, raw: RawChunk, rowCount: number, dataEnd: number): ChunkMetadata {
  const named = (message: string): Error => corrupt(`chunk of ${leaf.name}: ${message}`, dataEnd);
  if (raw.type !== leaf.physical || raw.path.join("\0") !== leaf.path.join("\0")) throw named("is not the leaf's");
  if (raw.valueCount > chunkValuesMax || rowCount > raw.valueCount)
    throw named(`${raw.valueCount} values, ${rowCount} rows`);
  if (leaf.maxRepetition === 0 && raw.valueCount !== rowCount)
    throw named(`${raw.valueCount} values, ${rowCount} rows`);
  // some writers give a dictionary offset of 0 for none
  const dictionary = raw.dictionaryPageOffset ?? 0;
  const start = dictionary > 0 ? Math.min(dictionary, raw.dataPageOffset) : raw.dataPageOffset;
  const range = rangeIn(start, raw.compressedLength, dataEnd);
  if (range === undefined) throw named(`lies at ${start}, ${raw.compressedLength} bytes, outside the file`);
  return {
    leaf,
    valueCount: raw.valueCount,
    range,
    dataPageOffset: raw.dataPageOffset,
    uncompressedLength: raw.uncompressedLength,
    compression: raw.compression,
    encodings: raw.encodings,
    statistics: statisticsOf(leaf, raw.statistics),
    offsetIndex: raw.indexOffset === undefined ? undefined : rangeIn(raw.indexOffset, raw.indexLength ?? 0, dataEnd),
  };
}

function rangeIn(offset: number, length: number, end: number): FileRange | undefined {
  return offset + length <= end ? { offset, length } : undefined;
}
