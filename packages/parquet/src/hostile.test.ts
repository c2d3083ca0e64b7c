import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { ByteCursor } from "./bytes/byte-cursor.ts";
import { snappyDecompress } from "./decode/snappy.ts";
import { ThriftReader } from "./format/thrift-reader.ts";
import { ParquetReader, ParquetWriter, rangesOf, readMetadata } from "./index.ts";
import { nodeCodec } from "./testing/node-codec.ts";
import { Random } from "./testing/random.ts";
import { joined, randomTable } from "./testing/random-table.ts";
import { readCells } from "./testing/read-cells.ts";

const seed = Number(process.env["SEED"] ?? 20261122);

/** The codec without checksums, so that damage gets as far as the decoders. */
const trustingCodec = { compress: nodeCodec.compress, decompress: nodeCodec.decompress };

async function readAll(file: Uint8Array, codec = nodeCodec): Promise<void> {
  const reader = await ParquetReader.open({ source: rangesOf(file), codec });
  for (const [index, { rowCount }] of reader.metadata.rowGroups.entries()) {
    await readCells(reader, index);
    await readCells(reader, index, { rows: { start: rowCount >> 2, end: rowCount >> 1 } });
  }
}

async function errorOf(file: Uint8Array, codec = nodeCodec): Promise<BasaltError | undefined> {
  try {
    await readAll(file, codec);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof BasaltError, String((error as Error).stack));
    assert.equal(error.code, "block_corrupt");
    return error;
  }
}

/** A table without compression, so that flipped bytes hit levels, widths and counts. */
function bareTable(random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  const codec = {
    ...trustingCodec,
    compress: (bytes: Uint8Array) => (random.chance(0.5) ? nodeCodec.compress(bytes) : bytes),
  };
  const writer = new ParquetWriter({
    schema: [
      { kind: "scalar", name: "n", type: "int64", optional: true },
      { kind: "scalar", name: "text", type: "string" },
      {
        kind: "structs",
        name: "samples",
        fields: [
          { name: "id", type: "uint32" },
          { name: "value", type: "int64" },
        ],
      },
    ],
    codec,
    sink: (bytes) => parts.push(bytes),
    pageBytes: 256,
  });
  const rowCount = 60;
  const lists = Uint32Array.from({ length: rowCount + 1 }, (_, row) => row * 3);
  const starts = Uint32Array.from({ length: rowCount + 1 }, (_, row) => row * 2);
  writer.writeRowGroup({
    rowCount,
    lists: { samples: lists },
    leaves: {
      n: {
        present: Uint8Array.from({ length: rowCount }, () => random.below(2)),
        values: BigInt64Array.from({ length: rowCount }, () => random.int64()),
      },
      text: { bytes: random.bytes(rowCount * 2), starts },
      "samples.id": Uint32Array.from({ length: 180 }, () => random.below(9)),
      "samples.value": Float64Array.from({ length: 180 }, () => random.below(1e9)),
    },
  });
  writer.finish();
  return joined(parts);
}

test(`damaged bytes are an error or other values, never a crash (SEED=${seed})`, async () => {
  let refused = 0;
  for (let round = 0; round < 120; round++) {
    const random = new Random(seed + round);
    const file = (round % 2 === 0 ? bareTable(random) : randomTable(random).file).slice();
    for (let flips = 1 + random.below(4); flips > 0; flips--)
      file[random.below(file.length)] = random.pick([0, 1, 127, 128, 255, random.below(256)]);
    if ((await errorOf(file, trustingCodec)) !== undefined) refused++;
  }
  assert.ok(refused > 25, `${refused} of 120 refused`);
});

test(`damaged pages never pass their checksum (SEED=${seed})`, async () => {
  for (let round = 0; round < 50; round++) {
    const random = new Random(seed + round);
    const { file, rowGroupRows } = randomTable(random);
    if (rowGroupRows.length === 0) continue;
    const { rowGroups } = await readMetadata(rangesOf(file));
    const chunks = rowGroups.flatMap((group) => [...group.chunks.values()]);
    const { offset, length } = random.pick(chunks).range;
    const damaged = file.slice();
    const at = offset + length - 1; // the payload of the last page: no page is without one
    damaged[at] = (damaged[at] as number) ^ (1 << random.below(8));
    assert.ok((await errorOf(damaged)) !== undefined, `SEED=${seed} round ${round}`);
  }
});

test("a file cut anywhere is an error", async () => {
  const { file } = randomTable(new Random(seed + 3));
  for (let length = 0; length < file.length; length += 1 + (length >> 5)) {
    assert.ok((await errorOf(file.subarray(0, length))) !== undefined, `${length} of ${file.length} bytes`);
  }
});

const tails: readonly { readonly name: string; readonly tail: readonly number[] }[] = [
  { name: "an empty footer", tail: [0, 0, 0, 0] },
  { name: "a footer longer than the file", tail: [255, 255, 255, 255] },
  { name: "structs that nest without end", tail: [...new Array<number>(1000).fill(0x1c), 0xe8, 3, 0, 0] },
  { name: "a list of 2^40 schema elements", tail: [0x29, 0xfc, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0, 9, 0, 0, 0] },
  { name: "a varint without end", tail: [0x16, ...new Array<number>(30).fill(0xff), 31, 0, 0, 0] },
];

for (const { name, tail } of tails) {
  test(`refuses ${name}`, async () => {
    const file = Uint8Array.from([0x50, 0x41, 0x52, 0x31, ...tail, 0x50, 0x41, 0x52, 0x31]);
    await assert.rejects(readMetadata(rangesOf(file)), { code: "block_corrupt" });
  });
}

test("thrift skips every type and stops at the bytes' end", () => {
  const bytes = Uint8Array.from([
    0x19, 0x15, 2, 0x1b, 1, 0x58, 4, 1, 65, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x12, 0x13, 9, 0,
  ]);
  const cursor = new ByteCursor(bytes, 0);
  const seen: number[] = [];
  new ThriftReader(cursor).struct((field) => {
    seen.push(field);
    return false;
  });
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6]);
  assert.equal(cursor.remaining, 0);
});

const snappyCases: readonly {
  readonly name: string;
  readonly bytes: readonly number[];
  readonly length: number;
  readonly text?: string;
}[] = [
  { name: "a literal", bytes: [3, 0x08, 97, 98, 99], length: 3, text: "abc" },
  { name: "a copy that overlaps itself", bytes: [8, 0x04, 97, 98, 0x09, 2], length: 8, text: "abababab" },
  { name: "a copy with a 2-byte distance", bytes: [6, 0x08, 97, 98, 99, 0x0a, 3, 0], length: 6, text: "abcabc" },
  { name: "another length than the page's", bytes: [3, 0x08, 97, 98, 99], length: 4 },
  { name: "a copy from before the start", bytes: [8, 0x04, 97, 98, 0x09, 3], length: 8 },
  { name: "a copy from nowhere", bytes: [8, 0x04, 97, 98, 0x09, 0], length: 8 },
  { name: "a literal past the end", bytes: [3, 0xf0, 200, 97], length: 3 },
  { name: "too few bytes", bytes: [9, 0x08, 97, 98, 99], length: 9 },
  { name: "a length that no block of its size can have", bytes: [0x80, 0x80, 0x80, 0x80, 8, 0], length: 2 ** 31 },
];

for (const { name, bytes, length, text } of snappyCases) {
  test(`snappy: ${name}`, () => {
    const run = (): string => new TextDecoder().decode(snappyDecompress(Uint8Array.from(bytes), length, 100));
    if (text === undefined) assert.throws(run, { code: "block_corrupt" });
    else assert.equal(run(), text);
  });
}
