import assert from "node:assert/strict";
import { test } from "node:test";
import { murmur3, serviceToken } from "./hash.ts";

const utf8 = new TextEncoder();

test("murmur3 meets the published vectors", () => {
  const cases: readonly [text: string, seed: number, hash: number][] = [
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["aaaa", 0x9747b28c, 0x5a97808a],
    ["aaa", 0x9747b28c, 0x283e0130],
    ["aa", 0x9747b28c, 0x5d211726],
    ["a", 0x9747b28c, 0x7fa09ea6],
    ["Hello, world!", 0x9747b28c, 0x24884cba],
    ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
  ];
  for (const [text, seed, hash] of cases) assert.equal(murmur3(utf8.encode(text), seed), hash, text);
});

test("a service's token depends on tenant and service and on where one ends", () => {
  assert.notEqual(serviceToken("ab", "c"), serviceToken("a", "bc"));
  assert.equal(serviceToken("a", "b"), serviceToken("a", "b"));
});
