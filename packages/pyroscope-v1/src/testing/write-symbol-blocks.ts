import { crc32c } from "../format/crc32c.ts";
import type { BlocksPlace, SymbolTablesOf } from "../format/symdb-index.ts";
import { BigEndianWriter } from "./big-endian-writer.ts";
import type { WrittenTables } from "./symbol-texts.ts";
import { writeDelta } from "./write-delta.ts";

/** So few that tables of tests have several blocks. */
const symbolsEach = 4;

interface WrittenBlocks extends Omit<BlocksPlace, "offset"> {
  readonly bytes: Uint8Array;
}

/** The tables of a partition in blocks of format 3. */
export function writeSymbolBlocks({
  strings,
  functions,
  locations,
  addresses,
}: WrittenTables): SymbolTablesOf<WrittenBlocks> {
  return {
    strings: blocksOf(strings, 12, writeStrings),
    functions: blocksOf(functions, 24, (names) => {
      const zeros = delta(names.map(() => 0));
      return withHeader(names.length, [delta(names), delta(names), zeros, zeros]);
    }),
    mappings: blocksOf([1], 32, (filenames) => {
      const columns = [delta(filenames), delta([2]), delta([8]), delta([0x400000]), delta([0x500000])];
      return withHeader(1, [...columns, new Uint8Array()]);
    }),
    locations: blocksOf(
      locations.map((lines, i) => ({ lines, address: addresses[i] ?? 0 })),
      28,
      writeLocations,
    ),
  };
}

function blocksOf<T>(
  all: readonly T[],
  blockHeaderBytes: number,
  write: (some: readonly T[]) => Uint8Array,
): WrittenBlocks {
  const blocks: Uint8Array[] = [];
  for (let i = 0; i < all.length; i += symbolsEach) blocks.push(write(all.slice(i, i + symbolsEach)));
  const bytes = Buffer.concat(blocks);
  return { bytes, length: bytes.length, crc: crc32c(bytes), symbolCount: all.length, symbolsEach, blockHeaderBytes };
}

/** Count, the lengths of the columns, checksum, columns. */
function withHeader(count: number, columns: readonly Uint8Array[]): Uint8Array {
  const header = new BigEndianWriter().uint32(count);
  for (const { length } of columns) header.uint32(length);
  const block = new BigEndianWriter().checked(header.finish());
  for (const column of columns) block.bytes(column);
  return block.finish();
}

function writeStrings(strings: readonly string[]): Uint8Array {
  const encoded = strings.map((text) => new TextEncoder().encode(text));
  const bits = encoded.some(({ length }) => length > 255) ? 16 : 8;
  const header = new BigEndianWriter().uint32(strings.length).uint8(0).uint8(bits).zeros(2);
  const block = new BigEndianWriter().checked(header.finish());
  for (const { length } of encoded) bits === 8 ? block.uint8(length) : block.uint16(length);
  for (const text of encoded) block.bytes(text);
  return block.finish();
}

function writeLocations(
  locations: readonly { readonly lines: readonly number[]; readonly address: number }[],
): Uint8Array {
  const mapping = delta(locations.map(() => 0));
  const counts = Uint8Array.from(locations, ({ lines }) => lines.length);
  const pairs = locations.flatMap(({ lines }) => lines.flatMap((callee) => [callee, callee + 10]));
  const lines = pairs.length === 0 ? new Uint8Array() : delta(pairs);
  const addresses = delta(locations.map(({ address }) => address));
  const header = new BigEndianWriter().uint32(locations.length).uint32(mapping.length).uint32(counts.length);
  header.uint32(lines.length).uint32(addresses.length).uint32(1);
  const block = new BigEndianWriter().checked(header.finish());
  return block.bytes(mapping).bytes(counts).bytes(lines).bytes(addresses).uint8(0).finish();
}

function delta(values: readonly number[]): Uint8Array {
  return writeDelta(values.map(BigInt));
}
