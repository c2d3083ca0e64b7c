import assert from "node:assert/strict";
import type { BucketCase } from "./bucket-conformance.ts";

const racers = 32;
const rounds = 10;

/** Of swappers on one key: each adds so often. */
const swappers = 8;
const additions = 6;

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

/** What holds when many write at once. */
export const raceCases: readonly BucketCase[] = [
  [
    `of ${racers} that create one object one wins, ${rounds} times`,
    async (bucket) => {
      for (let round = 0; round < rounds; round++) {
        const key = `race/${round}`;
        const tries = Array.from({ length: racers }, (_, i) => bucket.putIfAbsent(key, bytes(`${i}`)));
        const winners = winnersOf(await Promise.all(tries));
        assert.equal(winners.length, 1, `round ${round}: ${winners}`);
        assert.equal(text(await bucket.get(key)), `${winners[0]}`);
      }
      assert.equal(await bucket.putIfAbsent("race/0", bytes("late")), false);
      assert.equal((await bucket.list({ prefix: "race/", mode: "keys" })).names.length, rounds);
    },
  ],
  [
    `of ${racers} that replace one version one wins, ${rounds} times`,
    async (bucket) => {
      await bucket.put("swap", bytes("first"));
      for (let round = 0; round < rounds; round++) {
        const version = (await bucket.attributes("swap"))?.version ?? "";
        const tries = Array.from({ length: racers }, (_, i) =>
          bucket.putIfVersion("swap", bytes(`${round} ${i}`), version),
        );
        const winners = winnersOf(await Promise.all(tries));
        assert.equal(winners.length, 1, `round ${round}: ${winners}`);
        assert.equal(text(await bucket.get("swap")), `${round} ${winners[0]}`);
        assert.equal(await bucket.putIfVersion("swap", bytes("late"), version), false);
      }
    },
  ],
  [
    "an object that is not there is of no version",
    async (bucket) => {
      await bucket.put("k", bytes("x"));
      const version = (await bucket.attributes("k"))?.version ?? "";
      assert.equal(await bucket.putIfVersion("none", bytes("y"), version), false);
      await bucket.delete("k");
      assert.equal(await bucket.putIfVersion("k", bytes("y"), version), false);
      assert.equal(await bucket.attributes("k"), undefined);
      assert.equal(await bucket.attributes("none"), undefined);
    },
  ],
  [
    "a counter that is compared and swapped loses no addition",
    async (bucket) => {
      await bucket.put("counter", bytes("0"));
      const add = async (): Promise<void> => {
        for (let added = 0; added < additions; ) {
          const found = await bucket.attributes("counter");
          const count = Number(text(await bucket.get("counter")));
          if (await bucket.putIfVersion("counter", bytes(`${count + 1}`), found?.version ?? "")) added++;
        }
      };
      await Promise.all(Array.from({ length: swappers }, add));
      assert.equal(text(await bucket.get("counter")), `${swappers * additions}`);
    },
  ],
  [
    "readers see the old object or the new one, whole",
    async (bucket) => {
      const length = 300_000;
      const content = (letter: number): Uint8Array => new Uint8Array(length + letter).fill(letter);
      await bucket.put("whole", content(0));
      let isOver = false;
      const read = async (): Promise<number> => {
        let count = 0;
        for (let last = 0; !isOver; count++) {
          const found = await bucket.get("whole");
          const letter = found[0] ?? -1;
          assert.ok(letter >= last, `${letter} after ${last}`);
          assert.equal(found.length, length + letter);
          assert.ok(found.every((byte) => byte === letter));
          const middle = await bucket.getRange("whole", { offset: 1000, length: 250_000 });
          assert.ok(middle.every((byte) => byte === middle[0]));
          last = letter;
        }
        return count;
      };
      const write = async (): Promise<number> => {
        for (let letter = 1; letter <= 12; letter++) await bucket.put("whole", content(letter));
        isOver = true;
        return 1;
      };
      const counts = await Promise.all([write(), read(), read(), read()]);
      assert.ok(counts.every((count) => count > 0));
    },
  ],
];

function winnersOf(results: readonly boolean[]): number[] {
  return results.flatMap((won, i) => (won ? [i] : []));
}
