import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@basalt/runtime";
import { KeySet, type RowKey, rowKey } from "./key-set.ts";

test("a key set holds what a plain set holds, with keys that meet in a slot, come and go", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const keys = new KeySet();
    const model = new Set<string>();
    // Few first lanes, so that chains are long and wrap around.
    const draw = (): RowKey => ({
      a: Math.floor(random.next() * 12) + (random.next() < 0.5 ? 0 : 4294967280),
      b: 0,
      c: 7,
      d: Math.floor(random.next() * 30),
    });
    for (let step = 0; step < 3000; step++) {
      const key = draw();
      const name = Object.values(key).join();
      if (random.next() < 0.4) {
        keys.delete(key);
        model.delete(name);
      } else {
        assert.equal(keys.add(key), !model.has(name), `seed ${seed}`);
        model.add(name);
      }
      const other = draw();
      assert.equal(keys.has(other), model.has(Object.values(other).join()), `seed ${seed}`);
      assert.equal(keys.size, model.size, `seed ${seed}`);
    }
  }
});

test("a key takes 20 to 25 bytes, and 22 in a large set, of which little moves at a time", () => {
  const keys = new KeySet();
  const random = seededRandom(1);
  let before = 0;
  for (let count = 1; count <= 100_000; count++) {
    keys.add(rowKey(random.bytes(16), 0, { low: count, high: 0 }));
    const perKey = keys.byteLength / count;
    if (count > 100) assert.ok(perKey >= 19.9 && perKey <= 25.5, `${keys.byteLength} for ${count}`);
    if (count > 17_000) {
      assert.ok(perKey < 23.5, `${keys.byteLength} for ${count}`);
      assert.ok(keys.byteLength - before < 4096, `${keys.byteLength - before} more at once for ${count}`);
    }
    before = keys.byteLength;
  }
});

test("a set that was divided holds what it held", () => {
  const keys = new KeySet();
  const drawn = (seed: number): RowKey[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 20_000 }, () => rowKey(random.bytes(16), 0, { low: 0, high: 0 }));
  };
  const [held, others] = [drawn(1), drawn(2)];
  for (const key of held) assert.ok(keys.add(key));
  assert.equal(keys.size, held.length);
  assert.ok(held.every((key) => keys.has(key) && !keys.add(key)));
  assert.ok(!others.some((key) => keys.has(key)));
  for (const key of held.slice(5000)) keys.delete(key);
  assert.equal(keys.size, 5000);
  assert.deepEqual(held.map((key) => keys.has(key)).lastIndexOf(true), 4999);
});

test("rows of one profile in two series have two keys, and no key is zero", () => {
  const id = new Uint8Array(16);
  const zero = rowKey(id, 0, { low: 0, high: 0 });
  assert.notDeepEqual(zero, { a: 0, b: 0, c: 0, d: 0 });
  assert.notDeepEqual(rowKey(id, 0, { low: 1, high: 2 }), rowKey(id, 0, { low: 2, high: 1 }));
});
