import { crc32c } from "../format/crc32c.ts";
import type { StackNodes } from "../format/stack-chunk.ts";
import type { BlocksPlace, RowRange, StackChunkPlace, SymbolTablesOf } from "../format/symdb-index.ts";
import { BigEndianWriter } from "./big-endian-writer.ts";

/** A partition as an index names it. */
export interface WrittenPartition {
  readonly id: bigint;
  readonly chunks: readonly StackChunkPlace[];
  readonly rows?: SymbolTablesOf<readonly RowRange[]>;
  readonly blocks?: SymbolTablesOf<BlocksPlace>;
}

/** Writes a tree of stacks as group varint. */
export function writeStackChunk({ parent, location }: StackNodes): Uint8Array {
  const values: number[] = [];
  let last = 0;
  for (let node = 0; node < parent.length; node++) {
    const above = node === 0 ? -1 : (parent[node] as number);
    const difference = above - last;
    values.push(((difference << 1) ^ (difference >> 31)) >>> 0, location[node] as number);
    last = above;
  }
  while (values.length % 4 !== 0) values.push(0);
  const bytes: number[] = [];
  for (let i = 0; i < values.length; i += 4) {
    const group = values.slice(i, i + 4).map(littleEndian);
    bytes.push(
      group.reduce((control, { length }, k) => control | ((length - 1) << (2 * k)), 0),
      ...group.flat(),
    );
  }
  return Uint8Array.from(bytes);
}

function littleEndian(value: number): number[] {
  const bytes = [value & 0xff];
  for (let rest = value >>> 8; rest > 0; rest >>>= 8) bytes.push(rest & 0xff);
  return bytes;
}

/** Writes `index.symdb`, or the index of a format 3 file. */
export function writeSymdbIndex(version: number, partitions: readonly WrittenPartition[]): Uint8Array {
  const section = new BigEndianWriter();
  if (version > 1) section.uint32(partitions.length);
  for (const partition of partitions) writePartition(section, version, partition);
  const index = new BigEndianWriter().uint32(0x73796d31).uint32(version).zeros(8);
  index.uint64(section.length).uint64(32).bytes(section.finish());
  return new BigEndianWriter().checked(index.finish()).finish();
}

function writePartition(to: BigEndianWriter, version: number, { id, chunks, rows, blocks }: WrittenPartition): void {
  const tables = ["locations", "mappings", "functions", "strings"] as const;
  if (version > 1) to.uint64(id).uint32(chunks.length);
  if (version === 2) for (const table of tables) to.uint32(rows?.[table].length ?? 0);
  for (const chunk of chunks) {
    to.uint64(chunk.offset).uint64(chunk.length).uint64(id).zeros(3).uint8(1).zeros(8);
    to.uint32(chunk.nodeCount).uint32(0).uint32(chunk.stackIdsEach).zeros(12).uint32(chunk.crc);
  }
  for (const table of tables) {
    if (version === 2) {
      for (const { rowGroup, start, count } of rows?.[table] ?? []) to.uint32(rowGroup).uint32(start).uint32(count);
    }
    if (version === 3 && blocks !== undefined) writeBlocksPlace(to, blocks[table], table);
  }
}

const formats = { locations: 1, functions: 2, mappings: 3, strings: 4 } as const;

function writeBlocksPlace(to: BigEndianWriter, place: BlocksPlace, table: keyof typeof formats): void {
  to.uint64(place.offset).uint32(place.length).uint32(place.crc).uint32(place.symbolCount).uint32(place.symbolsEach);
  to.uint16(place.blockHeaderBytes).uint16(formats[table]).zeros(4);
}

/** Where a chunk of stacks lies. */
export function chunkPlace(bytes: Uint8Array, offset: number, nodeCount: number): StackChunkPlace {
  return { offset, length: bytes.length, crc: crc32c(bytes), nodeCount, stackIdsEach: 0xffffffff };
}
