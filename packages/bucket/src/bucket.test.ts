import assert from "node:assert/strict";
import { test } from "node:test";
import { fileError, ManualClock, MemoryDisk, seededRandom } from "@basalt/runtime";
import { listAll } from "./bucket.ts";
import { FaultyBucket } from "./faulty-bucket.ts";
import { FilesystemBucket } from "./filesystem-bucket.ts";
import { MemoryBucket } from "./memory-bucket.ts";
import { type BucketObservation, meteredBucket } from "./metered-bucket.ts";
import { prefixBucket } from "./prefix-bucket.ts";
import { bucketConformance } from "./testing/bucket-conformance.ts";

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

bucketConformance("memory", () => new MemoryBucket());
bucketConformance(
  "a disk in memory",
  () => new FilesystemBucket(new MemoryDisk(seededRandom(1)).mount(), "data/bucket"),
);
bucketConformance("metered", () => meteredBucket(new MemoryBucket(), new ManualClock(), () => undefined));
bucketConformance("faulty without faults", () => new FaultyBucket(new MemoryBucket()));
bucketConformance("prefix", () => prefixBucket(new MemoryBucket(), "some/where"));

test("a bucket of files keeps what it promised when the power is cut at any operation", async () => {
  for (let crashAt = 1, isDone = false; !isDone; crashAt++) {
    const disk = new MemoryDisk(seededRandom(crashAt));
    const bucket = new FilesystemBucket(disk.mount(), "bucket");
    disk.fault = ({ index }) => (index === crashAt ? "powerCut" : undefined);
    const promised: string[] = [];
    const write = async (): Promise<void> => {
      await bucket.put("t/one", bytes("t/one"));
      promised.push("t/one");
      if (await bucket.putIfAbsent("t/two", bytes("t/two"))) promised.push("t/two");
      const writer = await bucket.create("u/three");
      await writer.append(bytes("u/three"));
      await writer.finish();
      promised.push("u/three");
    };
    isDone = await write().then(
      () => true,
      () => false,
    );
    disk.fault = undefined;
    disk.crash("powerCut");
    const after = new FilesystemBucket(disk.mount(), "bucket");
    for (const key of promised) assert.equal(text(await after.get(key)), key, `crash at ${crashAt}`);
    for await (const key of listAll(after, { prefix: "", mode: "keys" })) {
      assert.equal(text(await after.get(key)), key, `crash at ${crashAt}: a part of ${key} is visible`);
    }
  }
});

test("a full disk is disk_full and leaves nothing behind", async () => {
  const disk = new MemoryDisk(seededRandom(1));
  disk.quotaBytes = 4;
  const bucket = new FilesystemBucket(disk.mount(), "bucket");
  await assert.rejects(bucket.put("k", bytes("12345")), { code: "disk_full" });
  assert.equal(disk.usedBytes(), 0);
  await bucket.put("k", bytes("1234"));
});

test("a metered bucket tells of each operation, a faulty one fails it", async () => {
  const seen: BucketObservation[] = [];
  const faulty = new FaultyBucket(new MemoryBucket());
  const bucket = meteredBucket(faulty, new ManualClock(), (observation) => seen.push(observation));
  await bucket.put("k", bytes("123"));
  faulty.fault = ({ index }) => (index === 2 ? { when: "before", error: fileError("EIO", "k") } : undefined);
  await assert.rejects(bucket.get("k"), { code: "EIO" });
  faulty.fault = ({ operation }) => (operation === "put" ? { when: "after", error: fileError("EIO", "k") } : undefined);
  await assert.rejects(bucket.put("k", bytes("12345")), { code: "EIO" });
  assert.equal((await bucket.get("k")).length, 5);
  assert.deepEqual(
    seen.map(({ operation, bytes: count, hasFailed }) => `${operation} ${count} ${hasFailed}`),
    ["upload 3 false", "get 0 true", "upload 0 true", "get 5 false"],
  );
});
