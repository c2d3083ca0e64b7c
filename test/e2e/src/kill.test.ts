import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type Acknowledged,
  driveLoad,
  loadSeries,
  mergedTotal,
  readCorpus,
  repositoryRoot,
  type ScheduledPush,
  ServerUnderTest,
  schedule,
  sumOf,
} from "@basalt/test-kit";

/** Fifty kills, as the promise says; each at a random point of a load with two flushes and many seals in it. */
const killCount = 50;
const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);

/** Sums that must hold after each restart: profile type id and the sample type behind it. */
const checkedTypes: readonly [id: string, sampleType: string][] = [
  ["process_cpu:cpu:nanoseconds:cpu:nanoseconds", "cpu:nanoseconds"],
  ["memory:alloc_space:bytes:space:bytes", "alloc_space:bytes"],
  ["goroutines:goroutine:count:goroutine:count", "goroutine:count"],
];

let server: ServerUnderTest;
before(async () => {
  // A small head seals often, so that kills fall into seals and cuts too.
  server = await ServerUnderTest.create(["-ingester.head-bytes-max=16MiB"]);
});
after(async () => {
  await server.stop();
  server.removeData();
});

test(`kill -9 at ${killCount} random points loses no acknowledged profile and shows none twice (seed ${seed})`, async () => {
  const random = mulberry(seed);
  const corpus = readCorpus(join(repositoryRoot, "test/fixtures/corpus"));
  const endNanos = BigInt(Date.now()) * 1_000_000n;
  const pushes = [...schedule(loadSeries(corpus), { ticks: 8, tickSeconds: 400, endNanos })];
  const acknowledged: Acknowledged[] = [];
  /** Unacknowledged pushes are sent again: a profile that was stored without an answer must not count twice. */
  let pending: readonly ScheduledPush[] = pushes;
  for (let kill = 0; kill < killCount; kill++) {
    await server.start();
    const dies = server.killAfter(30 + random() * 400);
    const batch = pending.slice(0, 220);
    const load = await driveLoad(batch, { url: server.url, connections: 16, resample: false, overSeconds: 0 });
    await dies;
    acknowledged.push(...load.acknowledged);
    const done = new Set(load.acknowledged.map(({ push }) => push.seed));
    pending = pending.filter((push) => !done.has(push.seed));
    if (kill % 10 === 9) await checkSums(acknowledged, pending);
  }
  await checkSums(acknowledged, pending);
});

/** Sends the rest, so that the expected sums are exact, then compares them. */
async function checkSums(acknowledged: readonly Acknowledged[], pending: readonly ScheduledPush[]): Promise<void> {
  await server.start();
  // What was cut off may have been stored without an answer; pushing it again settles it either way.
  const retried = pending.slice(0, 220);
  const load = await driveLoad(retried, { url: server.url, connections: 8, resample: false, overSeconds: 0 });
  assert.equal(load.failed, 0, load.firstError);
  const all = [...acknowledged, ...load.acknowledged];
  const startMs = Date.now() - 8 * 400_000 - 600_000;
  for (const [profileTypeID, sampleType] of checkedTypes) {
    const question = { profileTypeID, labelSelector: "{}", start: startMs, end: Date.now() + 600_000 };
    assert.equal(
      await mergedTotal(server.url, question),
      sumOf(all, sampleType, () => true),
      profileTypeID,
    );
  }
  await server.kill();
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
