import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { seededRandom } from "../seeded-random.ts";
import { ZstdDecompressor } from "./zstd-decompressor.ts";

const text = Buffer.from("basalt ".repeat(5000));
const frame = zstdCompressSync(text);

test("frames of all sizes, one after the other", () => {
  const decompressor = new ZstdDecompressor();
  const random = seededRandom(1);
  for (const length of [0, 1, 100, 70_000, 2 ** 20, 2 ** 20 + 1024, 3_000_000, 5]) {
    const bytes = random.bytes(length);
    assert.deepEqual(Buffer.from(decompressor.decompress(zstdCompressSync(bytes), length)), Buffer.from(bytes));
  }
});

test("what does not hold what was announced shows it, and leaves nothing behind", () => {
  const flipped = Uint8Array.from(frame, (byte, i) => (i === 10 ? byte ^ 0xff : byte));
  const cases: readonly { readonly name: string; readonly bytes: Uint8Array; readonly length: number }[] = [
    { name: "more than announced", bytes: frame, length: text.length - 1 },
    { name: "an end too early", bytes: frame.subarray(0, -3), length: text.length },
    { name: "no zstd", bytes: Buffer.from("no zstd at all"), length: text.length },
    { name: "a flipped byte", bytes: flipped, length: text.length },
  ];
  const decompressor = new ZstdDecompressor();
  for (const { name, bytes, length } of cases) {
    assert.throws(() => decompressor.decompress(bytes, length), Error, name);
    assert.deepEqual(Buffer.from(decompressor.decompress(frame, text.length)), text, `after ${name}`);
  }
  assert.equal(decompressor.decompress(frame, text.length + 10).length, text.length, "less than announced");
  assert.equal(decompressor.decompress(new Uint8Array(0), text.length).length, 0, "no input");
  const trailing = Buffer.concat([frame, Buffer.from("rest")]);
  assert.equal(decompressor.decompress(trailing, text.length).length, text.length);
  assert.deepEqual(Buffer.from(decompressor.decompress(frame, text.length)), text, "after bytes behind a frame");
});
