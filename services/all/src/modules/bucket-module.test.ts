import assert from "node:assert/strict";
import { test } from "node:test";
import { type BucketFault, FaultyBucket, MemoryBucket, storageUnavailable } from "@basalt/bucket";
import type { BasaltError } from "@basalt/model";
import { createLogger, ManualClock, seededRandom } from "@basalt/runtime";
import { StartProbe } from "./bucket-module.ts";

const away: BucketFault = { when: "before", error: storageUnavailable("away", { reason: "connection" }) };

/** Creates whatever is there. */
class IgnoringBucket extends MemoryBucket {
  override async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    await this.put(key, bytes);
    return true;
  }
}

function world(stored: MemoryBucket): {
  readonly bucket: FaultyBucket;
  readonly probe: StartProbe;
  readonly clock: ManualClock;
  readonly failures: BasaltError[];
} {
  const [bucket, clock, failures] = [new FaultyBucket(stored), new ManualClock(), [] as BasaltError[]];
  const logger = createLogger({ level: "error", format: "logfmt", clock, write: () => undefined });
  const surroundings = { clock, random: seededRandom(1), logger };
  const probe = new StartProbe(bucket, surroundings, { fail: (error) => void failures.push(error) });
  return { bucket, probe, clock, failures };
}

test("a storage that ignores conditions stops the start", async () => {
  const { probe } = world(new IgnoringBucket());
  await assert.rejects(probe.start(), { code: "storage_unconditional" });
});

test("a storage that is away lets the start go on, and ends the process when it comes back and ignores conditions", async () => {
  for (const [stored, expected] of [
    [new MemoryBucket(), []],
    [new IgnoringBucket(), ["storage_unconditional"]],
  ] as const) {
    const { bucket, probe, clock, failures } = world(stored);
    bucket.fault = () => away;
    await probe.start();
    await clock.advance(60_000);
    assert.deepEqual(failures, []);
    bucket.fault = undefined;
    await clock.advance(30_000);
    assert.deepEqual(
      failures.map(({ code }) => code),
      expected,
    );
    const { callCount } = bucket;
    await clock.advance(300_000);
    assert.equal(bucket.callCount, callCount, "once the answer is known nobody asks again");
    await probe.stop();
  }
});

test("a storage that says nothing holds the start up for ten seconds", async () => {
  const { bucket, probe, clock } = world(new MemoryBucket());
  const { promise, reject } = Promise.withResolvers<never>();
  bucket.putIfAbsent = () => promise;
  let isStarted = false;
  const started = probe.start().then(() => {
    isStarted = true;
  });
  await clock.advance(9_000);
  assert.equal(isStarted, false);
  await clock.advance(1_001);
  await started;
  const stopped = probe.stop();
  reject(away.error);
  await stopped;
  assert.equal(clock.timerCount, 0);
});
