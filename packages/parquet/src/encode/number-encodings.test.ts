import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteBuffer } from "../bytes/byte-buffer.ts";
import { ByteCursor } from "../bytes/byte-cursor.ts";
import { readDelta32, readDelta64, readDeltaNumbers } from "../decode/delta-binary.ts";
import { HybridReader } from "../decode/hybrid.ts";
import { Random } from "../testing/random.ts";
import { writeDelta } from "./delta-binary.ts";
import { HybridWriter, writeGroups, writeHybrid } from "./hybrid.ts";

const seed = 20261123;
const counts = [0, 1, 7, 8, 9, 31, 33, 128, 129, 1000];

function indexes(random: Random, width: number, count: number): Uint32Array {
  const mask = 2 ** width - 1;
  let value = 0;
  return Uint32Array.from({ length: count }, () =>
    random.chance(0.7) ? value : (value = (random.word() & mask) >>> 0),
  );
}

for (const [name, write] of Object.entries({ writeHybrid, writeGroups, runs: writeRuns })) {
  test(`${name}: every width and count comes back (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let width = 0; width <= 32; width++) {
      for (const count of counts.filter((n) => n > 0)) {
        const values = indexes(random, width, count);
        const out = new ByteBuffer();
        write(out, values, width);
        const cursor = new ByteCursor(out.view(), 0);
        const read = new Uint32Array(count);
        new HybridReader(cursor, width).fill(read);
        assert.deepEqual(read, values, `width ${width} count ${count}`);
        assert.equal(cursor.remaining, 0);
      }
    }
  });
}

function writeRuns(out: ByteBuffer, values: Uint32Array, width: number): void {
  const writer = new HybridWriter(out, width);
  for (const value of values) writer.run(value, 1);
  writer.end();
}

test("a long run of levels takes a few bytes", () => {
  const out = new ByteBuffer();
  const writer = new HybridWriter(out, 1);
  writer.run(0, 1);
  writer.run(1, 99_999);
  writer.end();
  assert.ok(out.length <= 6, `${out.length} bytes`);
});

const deltaCases: readonly { readonly name: string; readonly step: (random: Random, before: number) => number }[] = [
  { name: "constant", step: (_, before) => before },
  { name: "ascending", step: (random, before) => before + random.below(9) },
  { name: "32 bits apart", step: (random, before) => (random.chance(0.5) ? 0 : 2 ** 31 - 1) + before * 0 },
  { name: "40 bits apart", step: (random) => random.below(256) * 2 ** 32 + random.word() },
  { name: "51 bits apart", step: (random) => random.pick([-(2 ** 50), 2 ** 50 - 1, 0, 5]) },
];

for (const { name, step } of deltaCases) {
  test(`delta: ${name} (seed ${seed})`, () => {
    const random = new Random(seed);
    for (const count of counts) {
      let before = 3;
      const values = Float64Array.from({ length: count }, () => (before = step(random, before)));
      const out = new ByteBuffer();
      writeDelta(out, values, { start: 0, end: count }, BigInt(values[0] ?? 0));
      const numbers = new Float64Array(count);
      readDeltaNumbers(new ByteCursor(out.view(), 0), numbers);
      assert.deepEqual(numbers, values);
      const exact = new BigInt64Array(count);
      readDelta64(new ByteCursor(out.view(), 0), exact);
      assert.deepEqual(exact, BigInt64Array.from(values, BigInt));
      if (values.some((value) => Math.abs(value) >= 2 ** 31)) continue;
      const narrow = new Int32Array(count);
      readDelta32(new ByteCursor(out.view(), 0), narrow);
      assert.deepEqual(narrow, Int32Array.from(values));
    }
  });
}

test("delta offsets from another origin come back at the first value", () => {
  const out = new ByteBuffer();
  writeDelta(out, Float64Array.of(0, 5, 1e10), { start: 0, end: 3 }, 1763600000000000001n);
  const exact = new BigInt64Array(3);
  readDelta64(new ByteCursor(out.view(), 0), exact);
  assert.deepEqual([...exact], [1763600000000000001n, 1763600000000000006n, 1763600010000000001n]);
});

test("delta: 64-bit values of any size come back, though their differences wrap", () => {
  const out = new ByteBuffer();
  const least = -1n - 2n ** 32n;
  const deltas = [0n, 2n ** 32n - 1n, 2n ** 63n - 1n, 1n, 2n ** 63n, 2n ** 33n, 5n];
  const first = 2n ** 63n - 3n;
  writeWideBlock(out, { first, least, deltas });
  const expected = [first];
  for (const delta of deltas) expected.push(BigInt.asIntN(64, (expected.at(-1) ?? 0n) + least + delta));
  const values = new BigInt64Array(expected.length);
  readDelta64(new ByteCursor(out.view(), 0), values);
  assert.deepEqual([...values], expected);
});

/** One block of one miniblock of 64 bits a delta, as another writer may make it: ours never writes more than 52. */
function writeWideBlock(
  out: ByteBuffer,
  { first, least, deltas }: { readonly first: bigint; readonly least: bigint; readonly deltas: readonly bigint[] },
): void {
  for (const number of [128, 4, deltas.length + 1]) out.varint(number);
  out.zigzagBig(first);
  out.zigzagBig(least);
  out.append(Uint8Array.of(64, 0, 0, 0));
  const packed = new BigUint64Array(32);
  packed.set(deltas);
  out.append(new Uint8Array(packed.buffer));
}
