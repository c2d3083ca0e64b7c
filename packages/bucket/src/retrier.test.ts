import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { ManualClock, seededRandom } from "@basalt/runtime";
import { FaultyBucket } from "./faulty-bucket.ts";
import { MemoryBucket } from "./memory-bucket.ts";
import { Retrier } from "./retrier.ts";
import { retryBucket } from "./retry-bucket.ts";
import { storageUnavailable } from "./storage-error.ts";
import { bucketConformance } from "./testing/bucket-conformance.ts";

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const down = storageUnavailable("down", { reason: "connection" });
const slow = storageUnavailable("slow", { reason: "slow_down" });
/** Every delay is as long as it may be. */
const longest = { next: () => 1 };

bucketConformance("retry", () =>
  retryBucket(new MemoryBucket(), new Retrier({ clock: new ManualClock(), random: seededRandom(1) }).run),
);

/** Delays that a retrier asks for, without waiting. */
function recorder(): { readonly clock: { sleep(ms: number): Promise<void> }; readonly delays: number[] } {
  const delays: number[] = [];
  return { delays, clock: { sleep: async (ms) => void delays.push(ms) } };
}

test("delays double up to a bound, and are ten times as long for a storage that asks for less", async () => {
  for (const [error, expected] of [
    [down, [100, 200, 400, 800]],
    [slow, [1000, 2000, 4000, 8000]],
  ] as const) {
    const { clock, delays } = recorder();
    let attempts = 0;
    const { run } = new Retrier({ clock, random: longest });
    await assert.rejects(
      run(async () => {
        attempts++;
        throw error;
      }),
      error,
    );
    assert.equal(attempts, 5);
    assert.deepEqual(delays, expected);
  }
  const { clock, delays } = recorder();
  const { run } = new Retrier({ clock, random: longest, attemptsMax: 10 });
  await assert.rejects(run(() => Promise.reject(slow)));
  assert.equal(Math.max(...delays), 10_000);
});

test("a storage that says when to come back is asked no sooner, unless that is too long to wait for", async () => {
  for (const [retryAfterSeconds, expected] of [
    [3, 3000 + 1000],
    [60, 10_000],
  ] as const) {
    const { clock, delays } = recorder();
    const { run } = new Retrier({ clock, random: longest, attemptsMax: 2 });
    await assert.rejects(
      run(() => Promise.reject(storageUnavailable("slow", { reason: "slow_down", retryAfterSeconds }))),
    );
    assert.deepEqual(delays, [expected]);
  }
});

test("delays lie anywhere below their bound", async () => {
  const { clock, delays } = recorder();
  const retrier = new Retrier({ clock, random: seededRandom(7), attemptsMax: 2 });
  for (let i = 0; i < 40; i++) await assert.rejects(retrier.run(() => Promise.reject(down)));
  assert.ok(delays.every((delay) => delay >= 0 && delay < 100));
  assert.ok(delays.some((delay) => delay < 20) && delays.some((delay) => delay > 80), `${delays}`);
});

test("only what may pass is tried again", async () => {
  const { clock, delays } = recorder();
  const { run } = new Retrier({ clock, random: longest });
  for (const error of [
    new BasaltError("storage_denied", "no"),
    new BasaltError("object_not_found", "no"),
    new Error("?"),
  ])
    await assert.rejects(
      run(() => Promise.reject(error)),
      error,
    );
  assert.deepEqual(delays, []);
});

test("retries of all calls share a budget, which successes fill again", async () => {
  const { clock, delays } = recorder();
  const retrier = new Retrier({ clock, random: longest });
  await Promise.allSettled(Array.from({ length: 100 }, () => retrier.run(() => Promise.reject(down))));
  assert.equal(delays.length, 50);
  await assert.rejects(
    retrier.run(() => Promise.reject(down)),
    down,
  );
  assert.equal(delays.length, 50, "no retry is left");
  for (let i = 0; i < 11; i++) await retrier.run(async () => undefined);
  await assert.rejects(
    retrier.run(() => Promise.reject(down)),
    down,
  );
  assert.equal(delays.length, 51, "ten successes pay for one");
});

test("a caller that gives up does not wait for the next attempt", async () => {
  const clock = new ManualClock();
  const { run } = new Retrier({ clock, random: longest });
  const controller = new AbortController();
  const asked = run(() => Promise.reject(down), controller.signal);
  await clock.advance(50);
  controller.abort();
  await assert.rejects(asked, { code: "canceled" });
});

for (const when of ["before", "after"] as const) {
  test(`every call of a bucket that fails once ${when} its work succeeds, and exactly one writer wins`, async () => {
    const faulty = new FaultyBucket(new MemoryBucket());
    const { clock } = recorder();
    const bucket = retryBucket(faulty, new Retrier({ clock, random: longest }).run);
    let isArmed = false;
    faulty.fault = () => {
      if (!isArmed) return undefined;
      isArmed = false;
      return { when, error: down };
    };
    const once = <T>(act: () => Promise<T>): Promise<T> => {
      isArmed = true;
      return act();
    };
    assert.equal(await once(() => bucket.putIfAbsent("k", bytes("mine"))), true);
    assert.equal(await once(() => bucket.putIfAbsent("k", bytes("late"))), false);
    const version = (await once(() => bucket.attributes("k")))?.version ?? "";
    assert.equal(await once(() => bucket.putIfVersion("k", bytes("next"), version)), true);
    assert.equal(await once(() => bucket.putIfVersion("k", bytes("late"), version)), false);
    assert.deepEqual(await once(() => bucket.get("k")), bytes("next"));
    assert.deepEqual(await once(() => bucket.getRange("k", { offset: 1, length: 2 })), bytes("ex"));
    await once(() => bucket.put("l", bytes("other")));
    const page = await once(() => bucket.list({ prefix: "", mode: "keys" }));
    assert.deepEqual(page.names, ["k", "l"]);
    await once(() => bucket.delete("k"));
    assert.equal(await bucket.attributes("k"), undefined);
  });
}
