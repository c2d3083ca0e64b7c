import assert from "node:assert/strict";
import { test } from "node:test";
import { BytePool } from "./byte-pool.ts";

test("memory given back is taken again, in the length asked for", () => {
  const pool = new BytePool();
  const first = pool.take(5000);
  assert.equal(first.length, 5000);
  pool.give(first);
  const second = pool.take(8192);
  assert.equal(second.buffer, first.buffer);
  assert.equal(second.length, 8192);
  assert.notEqual(pool.take(8192).buffer, first.buffer);
});

test("sizes do not mix, and nothing beyond the bound is kept", () => {
  const pool = new BytePool();
  const large = pool.take(8193);
  pool.give(large);
  assert.notEqual(pool.take(100).buffer, large.buffer);
  const huge = pool.take(9 << 20);
  pool.give(huge);
  assert.notEqual(pool.take(9 << 20).buffer, huge.buffer);
});
