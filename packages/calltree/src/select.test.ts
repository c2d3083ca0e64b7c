import assert from "node:assert/strict";
import { test } from "node:test";
import { kthLargest } from "./select.ts";
import { seededRandom } from "./testing/random-tree.ts";

const shapes: Readonly<Record<string, (i: number, length: number, random: () => number) => number>> = {
  random: (_i, _length, random) => Math.floor(random() * 1e9),
  "many equal": (_i, _length, random) => Math.floor(random() * 3),
  ascending: (i) => i,
  descending: (i, length) => length - i,
  "all equal": () => 5,
  "organ pipe": (i, length) => Math.min(i, length - i),
  "bad for a median of three": (i, length) => (i % 2 === 0 ? i : length + i),
};
for (const [name, valueAt] of Object.entries(shapes)) {
  test(`the k-th largest is what a full sort says: ${name}`, () => {
    const random = seededRandom(3);
    for (const length of [1, 2, 3, 10, 257, 5000]) {
      const values = BigInt64Array.from({ length }, (_, i) => BigInt(valueAt(i, length, random)));
      const sorted = values.toSorted();
      for (const k of [1, 2, Math.ceil(length / 2), length]) {
        if (k <= length) assert.equal(kthLargest(values.slice(), k), sorted[length - k], `${k} of ${length}`);
      }
    }
  });
}
