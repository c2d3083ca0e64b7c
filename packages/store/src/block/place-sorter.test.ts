import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@basalt/runtime";
import { PlaceSorter } from "./place-sorter.ts";

test("samples are sorted by new stack, rows of any length beside any number of stacks, stacks named twice too", () => {
  const sorter = new PlaceSorter();
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const below = (limit: number): number => Math.floor(random.next() * limit);
    const stackCount = 1 + below(seed % 3 === 0 ? 100_000 : 200);
    const remap = Uint32Array.from({ length: 64 }, () => below(stackCount));
    const start = below(5);
    const count = below(40);
    const stacks = Uint32Array.from({ length: start + count + 3 }, () => below(64));
    sorter.sort(stacks, { start, count }, remap, stackCount);
    const newId = (place: number): number => remap[stacks[start + place] ?? 0] ?? 0;
    const expected = Array.from({ length: count }, (_, place) => place).sort((a, b) => newId(a) - newId(b) || a - b);
    assert.deepEqual([...sorter.place.subarray(0, count)], expected, `seed ${seed}`);
    assert.deepEqual([...sorter.stackId.subarray(0, count)], expected.map(newId), `seed ${seed}`);
  }
});
