import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@basalt/runtime";
import { AroundBucket, type BucketCall } from "./around-bucket.ts";
import { type HedgeResult, hedgedBucket } from "./hedged-bucket.ts";
import { MemoryBucket } from "./memory-bucket.ts";
import { storageUnavailable } from "./storage-error.ts";
import { bucketConformance } from "./testing/bucket-conformance.ts";

const delayMs = 100;
const down = storageUnavailable("down", { reason: "connection" });
const range = { offset: 1, length: 2 };
const content = new TextEncoder().encode("0123");

bucketConformance("hedged", () => hedgedBucket(new MemoryBucket(), { clock: new ManualClock(), delayMs }));

/** A bucket whose reads end when the test says so, or when they are given up. */
class HeldBucket extends AroundBucket {
  readonly reads: { readonly signal: AbortSignal | undefined; readonly gate: PromiseWithResolvers<void> }[] = [];

  protected override async around<T>({ operation, signal }: BucketCall, run: () => Promise<T>): Promise<T> {
    if (operation !== "getRange") return run();
    const gate = Promise.withResolvers<void>();
    this.reads.push({ signal, gate });
    signal?.addEventListener("abort", () => gate.reject(new Error("given up")));
    await gate.promise;
    return run();
  }
}

async function world(): Promise<{
  readonly clock: ManualClock;
  readonly held: HeldBucket;
  readonly results: HedgeResult[];
  read(signal?: AbortSignal): Promise<string>;
}> {
  const memory = new MemoryBucket();
  await memory.put("k", content);
  const [clock, held, results] = [new ManualClock(), new HeldBucket(memory), [] as HedgeResult[]];
  const bucket = hedgedBucket(held, { clock, delayMs, onHedge: (result) => results.push(result) });
  const read = async (signal?: AbortSignal): Promise<string> =>
    new TextDecoder().decode(await bucket.getRange("k", range, signal));
  return { clock, held, results, read };
}

test("a read that is in time is made once, and leaves no timer", async () => {
  const { clock, held, results, read } = await world();
  const answer = read();
  await clock.advance(delayMs - 1);
  held.reads[0]?.gate.resolve();
  assert.equal(await answer, "12");
  await clock.advance(delayMs * 2);
  assert.equal(held.reads.length, 1);
  assert.equal(clock.timerCount, 0);
  assert.deepEqual(results, []);
});

for (const [winner, loser, result] of [
  [0, 1, "lost"],
  [1, 0, "won"],
] as const) {
  test(`of two reads the first answer counts and the other is given up: the hedge ${result}`, async () => {
    const { clock, held, results, read } = await world();
    const answer = read();
    await clock.advance(delayMs + 1);
    assert.equal(held.reads.length, 2);
    held.reads[winner]?.gate.resolve();
    assert.equal(await answer, "12");
    assert.equal(held.reads[loser]?.signal?.aborted, true);
    assert.deepEqual(results, [result]);
  });
}

test("a read that fails while the other is on its way waits for it; both failed is the first one's error", async () => {
  const { clock, held, read } = await world();
  const rescued = read();
  await clock.advance(delayMs + 1);
  held.reads[0]?.gate.reject(down);
  held.reads[1]?.gate.resolve();
  assert.equal(await rescued, "12");
  const lost = read();
  await clock.advance(delayMs + 1);
  held.reads[3]?.gate.reject(new Error("second"));
  held.reads[2]?.gate.reject(down);
  await assert.rejects(lost, down);
});

test("a read that fails early is not asked for again: that is for retries", async () => {
  const { clock, held, read } = await world();
  const failed = read();
  held.reads[0]?.gate.reject(down);
  await assert.rejects(failed, down);
  await clock.advance(delayMs + 1);
  assert.equal(held.reads.length, 1);
});

test("a caller that gives up gives up both", async () => {
  const { clock, held, read } = await world();
  const controller = new AbortController();
  const answer = read(controller.signal);
  await clock.advance(delayMs + 1);
  controller.abort();
  await assert.rejects(answer);
  assert.deepEqual(
    held.reads.map(({ signal }) => signal?.aborted),
    [true, true],
  );
});

test("when all reads are late, one in twenty is asked for twice", async () => {
  const { clock, held, results, read } = await world();
  const count = 200;
  for (let i = 0; i < count; i++) {
    const answer = read();
    await clock.advance(delayMs + 1);
    for (const { gate } of held.reads) gate.resolve();
    await answer;
  }
  const hedged = results.filter((result) => result !== "denied").length;
  assert.equal(results.length, count);
  assert.ok(hedged >= 10 + count / 20 - 1 && hedged <= 10 + count / 20, `${hedged}`);
});
