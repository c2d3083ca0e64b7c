import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync, crc32 as zlibCrc32 } from "node:zlib";
import { BasaltError } from "@basalt/model";
import { corpusManifest, fixturePath } from "../testing/fixtures.ts";
import { nodeInflate } from "../testing/inflate.ts";
import { TestRandom } from "../testing/random.ts";
import { crc32 } from "./crc32.ts";
import { decompress, type Inflate } from "./gunzip.ts";

const text = new TextEncoder().encode("basalt ".repeat(100));
const zipped = gzipSync(text);

function refusal(bytes: Uint8Array, bytesMax: number): BasaltError {
  try {
    decompress(bytes, bytesMax, nodeInflate);
  } catch (error) {
    assert.ok(error instanceof BasaltError, String(error));
    return error;
  }
  throw new Error("not refused");
}

test("gzip is inflated, anything else is given back as it is", () => {
  assert.deepEqual(Buffer.from(decompress(zipped, 700, nodeInflate)), Buffer.from(text));
  assert.equal(decompress(text, 700, nodeInflate), text);
  assert.equal(decompress(new Uint8Array(0), 700, nodeInflate).length, 0);
  assert.deepEqual(Buffer.from(decompress(zipped, 0, nodeInflate)), Buffer.from(text), "0 is no bound");
});

test("members in a row are one profile", () => {
  const empty = gzipSync(new Uint8Array(0));
  for (const members of [
    [zipped, zipped],
    [empty, zipped],
    [zipped, empty],
    [zipped, gzipSync("x"), zipped],
  ]) {
    const inflated = decompress(Buffer.concat(members), 5000, nodeInflate);
    assert.equal(
      inflated.length,
      members.reduce((sum, member) => sum + member.readUInt32LE(member.length - 4), 0),
    );
  }
});

test("over the limit is refused with the flag, without inflating it all", () => {
  const bomb = gzipSync(new Uint8Array(50_000_000));
  for (const bytes of [zipped, text, Buffer.concat([zipped, zipped]), bomb]) {
    const error = refusal(bytes, 699);
    assert.equal(error.code, "profile_too_large");
    assert.match(error.message, /699 bytes.*-validation\.max-profile-size-bytes/);
  }
});

test("what is cut off, changed or followed by other bytes is malformed", () => {
  const changed = Uint8Array.from(zipped);
  changed[changed.length - 8] = (changed[changed.length - 8] ?? 0) ^ 1;
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["cut in the header", zipped.subarray(0, 5)],
    ["cut in the body", zipped.subarray(0, zipped.length - 12)],
    ["cut in the trailer", zipped.subarray(0, zipped.length - 1)],
    ["wrong checksum", changed],
    ["only the magic", Uint8Array.of(0x1f, 0x8b)],
    ["not deflate", Uint8Array.from([0x1f, 0x8b, 8, ...new Array<number>(40).fill(7)])],
    ["followed by text", Buffer.concat([zipped, Buffer.from("garbage that is longer than a trailer")])],
    ["followed by one byte", Buffer.concat([zipped, Uint8Array.of(1)])],
    ["followed by zeros", Buffer.concat([zipped, new Uint8Array(5)])],
    ["two members and garbage", Buffer.concat([zipped, zipped, Buffer.from("garbage")])],
    ["followed by half a member", Buffer.concat([zipped, zipped.subarray(0, 20)])],
  ];
  for (const [name, bytes] of cases) assert.equal(refusal(bytes, 10_000).code, "profile_malformed", name);
});

test("the size hint follows the trailer, but neither passes the limit nor what deflate can do", () => {
  const hints: number[] = [];
  const spy: Inflate = (bytes, outputBytesMax, sizeHint) => {
    hints.push(sizeHint);
    return nodeInflate(bytes, outputBytesMax, sizeHint);
  };
  decompress(zipped, 10_000, spy);
  const lying = Buffer.from(zipped);
  lying.writeUInt32LE(0xfffffff0, lying.length - 4);
  for (const limit of [10_000, 1_000_000_000]) assert.throws(() => decompress(lying, limit, spy));
  assert.deepEqual(hints, [764, 10_064, zipped.length * 1032 + 64]);
});

test("random damage gives an error of ours or bytes", () => {
  const random = new TestRandom(7);
  for (let i = 0; i < 500; i++) {
    const bytes = Uint8Array.from(zipped);
    for (let edits = 0; edits < 3; edits++) bytes[2 + random.below(bytes.length - 2)] = random.below(256);
    try {
      decompress(bytes, 10_000, nodeInflate);
    } catch (error) {
      assert.ok(error instanceof BasaltError, String(error));
    }
  }
});

test("the corpus inflates to the sizes of its manifest", () => {
  for (const { File, RawBytes } of corpusManifest()) {
    const bytes = readFileSync(fixturePath("corpus/", File));
    assert.equal(decompress(bytes, 1 << 20, nodeInflate).length, RawBytes);
  }
});

test("crc32 is gzip's", () => {
  assert.equal(crc32(text), zlibCrc32(text));
  assert.equal(crc32(new Uint8Array(0)), 0);
});
