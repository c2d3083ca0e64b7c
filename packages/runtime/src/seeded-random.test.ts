import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "./seeded-random.ts";

describe("seeded randomness", () => {
  it("repeats under one seed and differs under another", () => {
    const draw = (seed: number): number[] => Array.from({ length: 4 }, seededRandom(seed).next);
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
    assert.deepEqual(seededRandom(3).bytes(8), seededRandom(3).bytes(8));
  });

  it("is uniform enough: each tenth of the range gets a tenth, and so does each byte", () => {
    const random = seededRandom(7);
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const tenth = Math.floor(random.next() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) assert.ok(Math.abs(count - 1000) < 150, `a tenth got ${count} of 10000`);
    const mean = random.bytes(10_000).reduce((sum, byte) => sum + byte, 0) / 10_000;
    assert.ok(Math.abs(mean - 127.5) < 3, `mean byte ${mean}`);
  });
});
