import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type Acknowledged,
  driveLoad,
  flush,
  loadSeries,
  pushedTotals,
  readCorpus,
  repositoryRoot,
  type ScheduledPush,
  ServerUnderTest,
  schedule,
  storedTotals,
} from "@basalt/test-kit";

/** Fifty kills, as the promise says. */
const killCount = 50;
const killsPerCheck = 10;
const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);
/** More than is acknowledged before any kill. */
const pushesPerRound = 600;
const connections = 16;

let server: ServerUnderTest;
before(async () => {
  // A small head seals every few dozen pushes, so that kills fall into seals, too.
  server = await ServerUnderTest.create(["-ingester.head-bytes-max=8MiB"]);
});
after(async () => {
  await server.stop();
  server.removeData();
});

/** What was pushed, and what is still to be. */
class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  /** Those that got no answer stand first: they are sent again, and must count once whether they were stored or not. */
  pending: readonly ScheduledPush[];
  readonly startMs: number;

  constructor(endMs: number) {
    const corpus = readCorpus(join(repositoryRoot, "test/fixtures/corpus"));
    const ticks = 40;
    // Five windows: four of them over, and cut while pushes still come for them.
    const tickSeconds = 90;
    this.startMs = endMs - ticks * tickSeconds * 1000;
    this.pending = [...schedule(loadSeries(corpus), { ticks, tickSeconds, endNanos: BigInt(endMs) * 1_000_000n })];
  }

  /** Pushes until the server is gone, or `count` pushes are answered. */
  async push(count: number): Promise<void> {
    const load = { url: server.url, connections, resample: false, overSeconds: 0, untilLost: true };
    const { acknowledged, firstError } = await driveLoad(this.pending.slice(0, count), load);
    // A head that is full refuses, and so does a server that is gone.
    if (firstError !== undefined && !/^0 |head_full/.test(firstError)) throw new Error(`a push got ${firstError}`);
    this.acknowledged.push(...acknowledged);
    const done = new Set(acknowledged.map(({ push }) => push.seed));
    this.pending = this.pending.filter((push) => !done.has(push.seed));
  }

  /** Settles what got no answer, then compares every sum. */
  async check(when: string): Promise<void> {
    const settled = this.acknowledged.length + connections;
    for (let attempts = 0; this.acknowledged.length < settled; attempts++) {
      assert.ok(attempts < 100, "a server that stays up takes pushes in");
      await this.push(settled - this.acknowledged.length);
    }
    const range = { start: this.startMs, end: Date.now() };
    assert.deepEqual(await storedTotals(server.url, range), pushedTotals(this.acknowledged), `${when}, seed ${seed}`);
  }
}

test(`kill -9 at ${killCount} random points loses no acknowledged profile and shows none twice (seed ${seed})`, async () => {
  const random = mulberry(seed);
  const ledger = new Ledger(Date.now());
  for (let kill = 1; kill <= killCount; kill++) {
    const flushing = kill % 3 === 0;
    await killUnderLoad(ledger, { flushing, afterMs: 20 + random() * (flushing ? 900 : 350) });
    if (kill % 5 === 0) await killWhileStarting(100 + random() * 500);
    if (kill % killsPerCheck !== 0) continue;
    await server.start();
    await ledger.check(`after ${kill} kills`);
    if (kill === killCount) {
      await flush(server.url);
      await ledger.check("after everything was cut");
    }
    await server.kill();
  }
});

/** Kills it while pushes are on their way, and in some rounds blocks. */
async function killUnderLoad(
  ledger: Ledger,
  how: { readonly flushing: boolean; readonly afterMs: number },
): Promise<void> {
  await server.start();
  const dies = server.killAfter(how.afterMs);
  // A flush has as good a chance to end as to be cut off.
  const flushed = how.flushing ? flush(server.url).catch(() => undefined) : undefined;
  await ledger.push(pushesPerRound);
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
