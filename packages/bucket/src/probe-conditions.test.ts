import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@basalt/runtime";
import type { Bucket } from "./bucket.ts";
import { FaultyBucket } from "./faulty-bucket.ts";
import { MemoryBucket } from "./memory-bucket.ts";
import { probeConditions } from "./probe-conditions.ts";
import { storageUnavailable } from "./storage-error.ts";

const random = seededRandom(1);

/** Writes whatever the condition. */
class IgnoringBucket extends MemoryBucket {
  override async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    await this.put(key, bytes);
    return true;
  }
}

/** Looks first and writes then: right for whoever comes late, wrong for those who come together. */
class CheckingBucket extends MemoryBucket {
  override async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    if ((await this.attributes(key)) !== undefined) return false;
    await this.put(key, bytes);
    return true;
  }
}

/** Creates as it should, and looks first when it replaces. */
class CheckingVersionsBucket extends MemoryBucket {
  override async putIfVersion(key: string, bytes: Uint8Array, version: string): Promise<boolean> {
    if ((await this.attributes(key))?.version !== version) return false;
    await this.put(key, bytes);
    return true;
  }
}

/** Takes nobody for the first. */
class RefusingBucket extends MemoryBucket {
  override async putIfAbsent(): Promise<boolean> {
    return false;
  }
}

test("a storage that keeps conditions passes, and nothing stays in it", async () => {
  const bucket = new MemoryBucket();
  await probeConditions(bucket, { random });
  assert.deepEqual((await bucket.list({ prefix: "", mode: "keys" })).names, []);
});

for (const [name, bucket] of [
  ["ignores conditions", new IgnoringBucket()],
  ["checks before it creates", new CheckingBucket()],
  ["checks before it replaces", new CheckingVersionsBucket()],
  ["refuses everybody", new RefusingBucket()],
] as readonly [string, Bucket][]) {
  test(`a storage that ${name} is refused, and nothing stays in it`, async () => {
    await assert.rejects(probeConditions(bucket, { random }), { code: "storage_unconditional" });
    assert.deepEqual((await bucket.list({ prefix: "", mode: "keys" })).names, []);
  });
}

test("a storage that looks first fools whoever asks one after the other", async () => {
  const bucket = new CheckingBucket();
  await probeConditions(bucket, { random, racers: 1 });
});

test("a storage that is unavailable is not taken for one that ignores conditions", async () => {
  const faulty = new FaultyBucket(new MemoryBucket());
  const error = storageUnavailable("down", { reason: "connection" });
  const options = { random, rounds: 1, racers: 8 };
  await probeConditions(faulty, options);
  const { callCount } = faulty;
  for (let failing = 1; failing <= callCount; failing++) {
    const first = faulty.callCount;
    faulty.fault = ({ index }) => (index === first + failing ? { when: "before", error } : undefined);
    await assert.rejects(probeConditions(faulty, options), error, `call ${failing} of ${callCount}`);
  }
});
