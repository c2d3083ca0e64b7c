import assert from "node:assert/strict";
import { test } from "node:test";
import { BigEndianWriter } from "../testing/big-endian-writer.ts";
import { assertRefused } from "../testing/damage.ts";
import { realFile } from "../testing/fixture.ts";
import { type WrittenPartition, writeSymdbIndex } from "../testing/write-symdb.ts";
import { parseSymdbIndex } from "./symdb-index.ts";

const chunk = { offset: 10, length: 20, crc: 0xdeadbeef, nodeCount: 5, stackIdsEach: 4096 };
const range = { rowGroup: 1, start: 2, count: 3 };
const rows = { locations: [range, range], mappings: [range], functions: [], strings: [range] };
const place = { offset: 1, length: 2, crc: 3, symbolCount: 4, symbolsEach: 1024, blockHeaderBytes: 12 };
const blocks = { locations: place, mappings: place, functions: place, strings: place };

test("a real index names partitions, their stacks and rows", () => {
  const partitions = [...parseSymdbIndex(realFile("symbols/index.symdb")).values()];
  assert.deepEqual(
    partitions.map(({ chunks }) => chunks.map(({ nodeCount }) => nodeCount)),
    [[56232], [581]],
  );
  assert.deepEqual(partitions[1]?.symbols, {
    kind: "rows",
    locations: [{ rowGroup: 0, start: 6518, count: 237 }],
    mappings: [{ rowGroup: 0, start: 23, count: 1 }],
    functions: [{ rowGroup: 0, start: 2823, count: 236 }],
    strings: [{ rowGroup: 0, start: 3304, count: 277 }],
  });
});

const formats: readonly { readonly version: 1 | 2 | 3; readonly partition: WrittenPartition; readonly kind: string }[] =
  [
    { version: 1, partition: { id: 9n, chunks: [chunk, { ...chunk, offset: 30 }] }, kind: "wholeTables" },
    { version: 2, partition: { id: 2n ** 64n - 1n, chunks: [chunk], rows }, kind: "rows" },
    { version: 3, partition: { id: 0n, chunks: [chunk, chunk], blocks }, kind: "blocks" },
  ];
for (const { version, partition, kind } of formats) {
  test(`format ${version} is read as written, and refused wherever it is cut off or changed`, () => {
    const bytes = writeSymdbIndex(version, [partition]);
    const read = parseSymdbIndex(bytes).get(partition.id);
    assert.deepEqual(read?.chunks, partition.chunks);
    assert.deepEqual(read?.symbols, { kind, ...partition.rows, ...partition.blocks });
    for (let length = 0; length < bytes.length; length++) {
      assertRefused(() => parseSymdbIndex(bytes.subarray(0, length)), `${length} bytes`);
    }
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 0x10;
      assertRefused(() => parseSymdbIndex(damaged), `byte ${at}`);
    }
  });
}

/** An index whose section is any bytes, with a checksum that is right. */
function indexWith(version: number, section: Uint8Array, length: number = section.length): Uint8Array {
  const index = new BigEndianWriter().uint32(0x73796d31).uint32(version).zeros(8).uint64(length).uint64(32);
  return new BigEndianWriter().checked(index.bytes(section).finish()).finish();
}

test("counts that the bytes cannot hold are refused before memory is taken", () => {
  const partitions = new BigEndianWriter().uint32(0xffffffff).finish();
  assertRefused(() => parseSymdbIndex(indexWith(2, partitions)), "partitions");
  const chunks = new BigEndianWriter().uint32(1).uint64(1).uint32(0xffffffff).zeros(16).finish();
  assertRefused(() => parseSymdbIndex(indexWith(2, chunks)), "chunks");
  const ranges = new BigEndianWriter().uint32(1).uint64(1).uint32(0).uint32(0xffffffff).zeros(12).finish();
  assertRefused(() => parseSymdbIndex(indexWith(2, ranges)), "row ranges");
  assertRefused(() => parseSymdbIndex(indexWith(3, new Uint8Array(4), 2 ** 40)), "a section beyond the end");
});

test("a partition named twice, an unknown format and blocks of another table are refused", () => {
  const twice = writeSymdbIndex(2, [
    { id: 1n, chunks: [], rows },
    { id: 1n, chunks: [], rows },
  ]);
  assert.throws(() => parseSymdbIndex(twice), { code: "block_corrupt", message: /partition 1 twice/ });
  assert.throws(() => parseSymdbIndex(indexWith(4, new Uint8Array(4))), { code: "block_version" });
  const wrong = new BigEndianWriter().uint32(1).uint64(1).uint32(0);
  for (let table = 0; table < 4; table++) wrong.zeros(16).uint32(1).uint32(1024).uint16(12).uint16(9).zeros(0);
  assertRefused(() => parseSymdbIndex(indexWith(3, wrong.zeros(16).finish())), "format 9");
});
