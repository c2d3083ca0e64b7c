import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { flush, Ledger, ServerUnderTest } from "@basalt/test-kit";

/** Fifty kills, as the promise says. */
const killCount = 50;
const killsPerCheck = 10;
const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);
/** More than is acknowledged before any kill. */
const pushesPerRound = 600;
/** Five windows: four of them over, and cut while pushes still come for them. */
const load = { ticks: 40, tickSeconds: 90, connections: 16 };

let server: ServerUnderTest;
before(async () => {
  // A small head seals every few dozen pushes, so that kills fall into seals, too.
  server = await ServerUnderTest.create(["-ingester.head-bytes-max=8MiB"]);
});
after(async () => {
  await server.stop();
  server.removeData();
});

test(`kill -9 at ${killCount} random points loses no acknowledged profile and shows none twice (seed ${seed})`, async (t) => {
  const random = mulberry(seed);
  const ledger = new Ledger(load);
  for (let kill = 1; kill <= killCount; kill++) {
    await server.start();
    // Blocks to begin with, so that what comes later meets windows that were cut.
    if (kill % 10 === 1) await flush(server.url);
    const flushing = kill % 3 === 0;
    await killUnderLoad(ledger, { flushing, afterMs: 20 + random() * (flushing ? 900 : 350) });
    if (kill % 5 === 0) await killWhileStarting(100 + random() * 500);
    if (kill % killsPerCheck !== 0) continue;
    await server.start();
    await ledger.settle(server.url);
    await ledger.check(server.url, `after ${kill} kills, seed ${seed}`);
    if (kill === killCount) {
      const blockCount = readdirSync(join(server.dataPath, "bucket/anonymous/blocks")).length;
      t.diagnostic(`${ledger.acknowledged.length} profiles acknowledged, ${blockCount} blocks`);
      assert.ok(ledger.acknowledged.length > 4 * killCount && blockCount > 2, "kills came while there was work");
      await flush(server.url);
      await ledger.check(server.url, `after everything was cut, seed ${seed}`);
    }
    await server.kill();
  }
});

/** Kills it while pushes are on their way, and in some rounds blocks. */
async function killUnderLoad(
  ledger: Ledger,
  how: { readonly flushing: boolean; readonly afterMs: number },
): Promise<void> {
  const dies = server.killAfter(how.afterMs);
  const flushed = how.flushing ? flush(server.url).catch(() => undefined) : undefined;
  const { firstError } = await ledger.push(server.url, pushesPerRound);
  // A server that is gone gives no answer; one whose head is full refuses.
  if (firstError !== undefined) assert.match(firstError, /^0 |head_full/);
  await Promise.all([dies, flushed]);
}

/** Kills it while it replays its log. */
async function killWhileStarting(afterMs: number): Promise<void> {
  server.launch();
  await server.killAfter(afterMs);
}

function mulberry(start: number): () => number {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
