import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { seededRandom } from "../seeded-random.ts";
import { crc32, gzip, sha256, zstdCodec } from "./codecs.ts";

const text = (length: number): Uint8Array => new TextEncoder().encode("basalt ".repeat(length).slice(0, length));

describe("gzip", () => {
  it("is read back by zlib", () => assert.deepEqual(gunzipSync(gzip(text(1000))), Buffer.from(text(1000))));
});

describe("zstd", () => {
  const { compress, decompress } = zstdCodec(1);
  const random = seededRandom(1);
  for (const length of [0, 1, 100, 70_000]) {
    it(`brings back ${length} bytes, repetitive or random`, () => {
      for (const bytes of [text(length), random.bytes(length)]) {
        assert.deepEqual(Buffer.from(decompress(compress(bytes), length)), Buffer.from(bytes));
      }
    });
  }

  it("does not grow past the promised length", () => {
    assert.throws(() => decompress(compress(text(1000)), 10));
  });
});

describe("checksums", () => {
  it("match the published vectors", () => {
    const ascii = new TextEncoder().encode("123456789");
    assert.equal(crc32(ascii), 0xcbf43926);
    assert.equal(crc32(ascii.subarray(4), crc32(ascii.subarray(0, 4))), 0xcbf43926);
    const abc = sha256([new TextEncoder().encode("a"), new TextEncoder().encode("bc")]);
    assert.equal(Buffer.from(abc).toString("hex"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
