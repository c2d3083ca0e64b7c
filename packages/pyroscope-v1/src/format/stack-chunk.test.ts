import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@basalt/runtime";
import { assertRefused } from "../testing/damage.ts";
import { realFile } from "../testing/fixture.ts";
import { writeStackChunk } from "../testing/write-symdb.ts";
import { crc32c } from "./crc32c.ts";
import { decodeStackChunk } from "./stack-chunk.ts";
import { parseSymdbIndex } from "./symdb-index.ts";

function decode(bytes: Uint8Array, nodeCount: number): ReturnType<typeof decodeStackChunk> {
  return decodeStackChunk(bytes, { nodeCount, crc: crc32c(bytes) });
}

test("the stacks of a real block name each of its locations and none besides", () => {
  const stacks = realFile("symbols/stacktraces.symdb");
  for (const { chunks, symbols } of parseSymdbIndex(realFile("symbols/index.symdb")).values()) {
    const [chunk] = chunks;
    assert.ok(chunk !== undefined && symbols.kind === "rows");
    const { parent, location } = decodeStackChunk(stacks.subarray(chunk.offset, chunk.offset + chunk.length), chunk);
    assert.ok(parent.every((above, node) => node === 0 || above < node));
    assert.equal(location.reduce((most, one) => Math.max(most, one)) + 1, symbols.locations[0]?.count);
  }
});

const seed = 20261122;
test(`any tree is read as written (seed ${seed})`, () => {
  const random = seededRandom(seed);
  for (let round = 0; round < 200; round++) {
    const nodeCount = 1 + Math.floor(random.next() * 300);
    // Numbers of one to four bytes, in every mixture.
    const below = 2 ** Math.ceil(random.next() * 32);
    const parent = Uint32Array.from({ length: nodeCount }, (_, node) => Math.floor(random.next() * node));
    const location = Uint32Array.from({ length: nodeCount }, () => Math.floor(random.next() * below));
    assert.deepEqual(decode(writeStackChunk({ parent, location }), nodeCount), { parent, location });
  }
});

test("no nodes are no tree", () => {
  assert.equal(decode(new Uint8Array(), 0).parent.length, 0);
});

test("a stack that would be its own caller, or have a later one, is refused", () => {
  for (const parent of [
    [0, 1],
    [0, 2, 1],
    [0, 0, 2],
  ]) {
    const bytes = writeStackChunk({ parent: Uint32Array.from(parent), location: new Uint32Array(parent.length) });
    assertRefused(() => decode(bytes, parent.length), String(parent));
  }
  // A second root: its difference leads before the first node.
  assertRefused(() => decode(Uint8Array.of(0, 1, 0, 0, 0), 2), "parent -1");
  assertRefused(() => decode(Uint8Array.of(0xff, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), 2), "parent -2");
});

test("what is cut off, or says that it holds more than it can, is refused", () => {
  const parent = Uint32Array.from({ length: 40 }, (_, node) => Math.max(0, node - 1));
  const bytes = writeStackChunk({ parent, location: parent.map((node) => node * 70_000) });
  for (let length = 0; length < bytes.length; length++) {
    assertRefused(() => decode(bytes.subarray(0, length), 40), `${length} bytes`);
  }
  assertRefused(() => decode(bytes, 0xffffffff), "too many nodes");
  assertRefused(() => decodeStackChunk(bytes, { nodeCount: 40, crc: crc32c(bytes) ^ 1 }), "checksum");
});
