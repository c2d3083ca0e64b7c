import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import type { StoreGames } from "./testing/store-games.ts";

/** Plays in a thread of its own: the test runner follows every promise of its own thread, which takes twice the time. */
function play(games: StoreGames): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./testing/store-games.ts", import.meta.url), { workerData: games });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`exit ${code}`)));
  });
}

const onlySeed = Number(process.env["STORE_SEED"] ?? 0);
const seedCount = Number(process.env["STORE_SEEDS"] ?? 8);

test("a store holds what a plain map holds, whatever happens in whatever order (STORE_SEED=n plays one, STORE_SEEDS=n more)", async () => {
  if (onlySeed > 0) {
    await play({ kind: "seeds", from: onlySeed, to: onlySeed, steps: 24 });
    return;
  }
  const half = Math.ceil(seedCount / 2);
  const games = [
    { kind: "seeds", from: 1, to: half, steps: 24 },
    { kind: "seeds", from: half + 1, to: seedCount, steps: 24 },
  ] as const;
  const [first = 0, second = 0] = await Promise.all(games.map(play));
  assert.equal(first + second, seedCount);
});

/** With many seeds every operation fails, else each thirteenth. */
const stride = seedCount > 100 ? 2 : 26;

test("a store loses and doubles nothing when any one operation of the disk fails or is the last", async () => {
  const played = await Promise.all([
    play({ kind: "faults", from: 1, stride }),
    play({ kind: "faults", from: 1 + stride / 2, stride }),
  ]);
  assert.ok(played[0] + played[1] > 20, `${played}`);
});
