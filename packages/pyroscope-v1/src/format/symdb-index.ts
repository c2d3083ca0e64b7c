import { BasaltError } from "@basalt/model";
import { BigEndianReader } from "./big-endian-reader.ts";
import { corrupt } from "./corrupt.ts";

/** A stretch of bytes that holds a part of a partition's stacks. */
export interface StackChunkPlace {
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
  readonly nodeCount: number;
  /** Stack ids that each chunk but the last stands for: stack s is node s mod this of chunk s div this. */
  readonly stackIdsEach: number;
}

/** Rows of one row group of a symbol table. */
export interface RowRange {
  readonly rowGroup: number;
  readonly start: number;
  readonly count: number;
}

/** A symbol table in blocks of a v3 file. */
export interface BlocksPlace {
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
  /** Symbols in all blocks, and in each but the last. */
  readonly symbolCount: number;
  readonly symbolsEach: number;
  readonly blockHeaderBytes: number;
}

/** The four tables of symbols, each in one way of lying somewhere. */
export interface SymbolTablesOf<Place> {
  readonly locations: Place;
  readonly mappings: Place;
  readonly functions: Place;
  readonly strings: Place;
}

/** Where the symbols of a partition lie. In v1 they are the tables of the whole block. */
export type SymbolsPlace =
  | { readonly kind: "wholeTables" }
  | ({ readonly kind: "rows" } & SymbolTablesOf<readonly RowRange[]>)
  | ({ readonly kind: "blocks" } & SymbolTablesOf<BlocksPlace>);

/** One partition of symbols. */
export interface PartitionPlace {
  readonly id: bigint;
  readonly chunks: readonly StackChunkPlace[];
  readonly symbols: SymbolsPlace;
}

/** 64 MiB: a million partitions. */
export const symdbIndexBytesMax: number = 64 * 2 ** 20;

/** `sym1`. */
const magic = 0x73796d31;
const headerBytes = 16;
const chunkHeaderBytes = 64;
const rowRangeBytes = 12;
const blocksPlaceBytes = 32;
const what = "symdb index";

/**
 * Reads which partitions of symbols there are: `index.symdb` of formats 1 and 2, or the index section of a format 3 file.
 *
 * @throws BasaltError `block_corrupt`, `block_version`.
 */
export function parseSymdbIndex(bytes: Uint8Array): ReadonlyMap<bigint, PartitionPlace> {
  if (bytes.length > symdbIndexBytesMax) throw corrupt(what, `${bytes.length} bytes, at most ${symdbIndexBytesMax}`);
  const reader = new BigEndianReader(bytes, what);
  if (reader.uint32() !== magic) throw reader.corrupt("does not begin as one");
  const version = reader.uint32();
  if (version < 1 || version > 3) {
    throw new BasaltError("block_version", `symdb has format ${version}; this program reads 1, 2 and 3`);
  }
  new BigEndianReader(bytes, what, Math.max(0, bytes.length - 4)).checksum(bytes.subarray(0, -4));
  reader.offset = headerBytes;
  const length = reader.size();
  const start = reader.size();
  const section = new BigEndianReader(bytes.subarray(0, -4), "partitions of a symdb index", start);
  const places = new BigEndianReader(section.bytes(length), "partitions of a symdb index");
  return version === 1 ? readChunksAlone(places) : readPartitions(places, version);
}

function readPartitions(reader: BigEndianReader, version: number): ReadonlyMap<bigint, PartitionPlace> {
  const partitions = new Map<bigint, PartitionPlace>();
  const count = reader.count(reader.uint32(), 12, "partitions");
  for (let i = 0; i < count; i++) {
    const id = reader.uint64();
    if (partitions.has(id)) throw reader.corrupt(`names partition ${id} twice`);
    const chunkCount = reader.uint32();
    const partition = version === 2 ? readRowPartition(reader, chunkCount) : readBlockPartition(reader, chunkCount);
    partitions.set(id, { id, ...partition });
  }
  return partitions;
}

function readRowPartition(reader: BigEndianReader, chunkCount: number): Omit<PartitionPlace, "id"> {
  const [locationCount = 0, mappingCount = 0, functionCount = 0, stringCount = 0] = Array.from({ length: 4 }, () =>
    reader.uint32(),
  );
  const chunks = readChunks(reader, chunkCount);
  const ranges = (count: number): readonly RowRange[] =>
    Array.from({ length: reader.count(count, rowRangeBytes, "row ranges") }, () => ({
      rowGroup: reader.uint32(),
      start: reader.uint32(),
      count: reader.uint32(),
    }));
  const locations = ranges(locationCount);
  const mappings = ranges(mappingCount);
  const functions = ranges(functionCount);
  return { chunks, symbols: { kind: "rows", locations, mappings, functions, strings: ranges(stringCount) } };
}

/** Numbers by which a v3 file says what its blocks hold. */
const formatOfBlocks = { locations: 1, functions: 2, mappings: 3, strings: 4 } as const;

function readBlockPartition(reader: BigEndianReader, chunkCount: number): Omit<PartitionPlace, "id"> {
  const chunks = readChunks(reader, chunkCount);
  const locations = readBlocksPlace(reader, "locations");
  const mappings = readBlocksPlace(reader, "mappings");
  const functions = readBlocksPlace(reader, "functions");
  const strings = readBlocksPlace(reader, "strings");
  return { chunks, symbols: { kind: "blocks", locations, mappings, functions, strings } };
}

function readBlocksPlace(reader: BigEndianReader, table: keyof typeof formatOfBlocks): BlocksPlace {
  const fields = new BigEndianReader(reader.bytes(blocksPlaceBytes), `${table} of a symdb index`);
  const place = {
    offset: fields.size(),
    length: fields.uint32(),
    crc: fields.uint32(),
    symbolCount: fields.uint32(),
    symbolsEach: fields.uint32(),
    blockHeaderBytes: fields.uint16(),
  };
  const format = fields.uint16();
  if (place.symbolCount > 0 && (place.symbolsEach === 0 || format !== formatOfBlocks[table])) {
    throw fields.corrupt(`are blocks of format ${format} with ${place.symbolsEach} symbols each`);
  }
  return place;
}

/** Format 1 has chunks and no partitions: chunks of one partition follow each other. */
function readChunksAlone(reader: BigEndianReader): ReadonlyMap<bigint, PartitionPlace> {
  if (reader.remaining % chunkHeaderBytes === 4) reader.uint32(); // their number
  const partitions = new Map<bigint, { id: bigint; chunks: StackChunkPlace[]; symbols: SymbolsPlace }>();
  while (reader.remaining > 0) {
    const { id, chunk } = readChunk(reader);
    const known = partitions.get(id);
    if (known === undefined) partitions.set(id, { id, chunks: [chunk], symbols: { kind: "wholeTables" } });
    else known.chunks.push(chunk);
  }
  return partitions;
}

function readChunks(reader: BigEndianReader, count: number): readonly StackChunkPlace[] {
  return Array.from(
    { length: reader.count(count, chunkHeaderBytes, "chunks of stacks") },
    () => readChunk(reader).chunk,
  );
}

function readChunk(reader: BigEndianReader): { readonly id: bigint; readonly chunk: StackChunkPlace } {
  const fields = new BigEndianReader(reader.bytes(chunkHeaderBytes), "chunk of stacks in a symdb index");
  const offset = fields.size();
  const length = fields.size();
  const id = fields.uint64();
  fields.offset = 27;
  const encoding = fields.uint8();
  if (encoding !== 1) throw fields.corrupt(`has encoding ${encoding}`);
  fields.offset = 36;
  const nodeCount = fields.uint32();
  fields.offset = 44;
  const stackIdsEach = fields.uint32();
  fields.offset = 60;
  return { id, chunk: { offset, length, nodeCount, stackIdsEach, crc: fields.uint32() } };
}
