import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryDisk, seededRandom } from "@basalt/runtime";
import { AroundBucket, type BucketCall } from "../around-bucket.ts";
import type { Bucket, ByteRange } from "../bucket.ts";
import { MemoryBucket } from "../memory-bucket.ts";
import { storageUnavailable } from "../storage-error.ts";
import { bucketConformance } from "../testing/bucket-conformance.ts";
import { CachingBucket } from "./caching-bucket.ts";
import { DiskTier } from "./disk-tier.ts";
import { joinRanges } from "./range-batch.ts";

const objectBytes = 4_000_000;
const content = new Uint8Array(objectBytes).map((_, i) => (i * 31) % 251);

bucketConformance("cache of what may change", () => cachedOver(new MemoryBucket()));

function cachedOver(bucket: Bucket, memoryBytesMax = 1 << 20, disk?: DiskTier): CachingBucket {
  return new CachingBucket(bucket, { isImmutable: (key) => key.endsWith(".parquet"), memoryBytesMax, disk });
}

/** Notes which ranges are read, and fails or holds them when told to. */
class ObservedBucket extends AroundBucket {
  readonly ranges: ByteRange[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  error: Error | undefined;
  gate: Promise<void> | undefined;

  override async getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    this.ranges.push(range);
    this.signals.push(signal);
    await this.gate;
    if (this.error !== undefined) throw this.error;
    return super.getRange(key, range, signal);
  }

  protected override around<T>(_call: BucketCall, run: () => Promise<T>): Promise<T> {
    return run();
  }
}

async function world(
  memoryBytesMax?: number,
  disk?: DiskTier,
): Promise<{ seen: ObservedBucket; bucket: CachingBucket }> {
  const memory = new MemoryBucket();
  for (const key of ["a.parquet", "b.parquet", "mutable"]) await memory.put(key, content);
  const seen = new ObservedBucket(memory);
  return { seen, bucket: cachedOver(seen, memoryBytesMax, disk) };
}

async function check(bucket: Bucket, offset: number, length: number, key = "a.parquet"): Promise<void> {
  const found = await bucket.getRange(key, { offset, length });
  assert.equal(Buffer.compare(found, content.subarray(offset, offset + length)), 0, `${offset}+${length}`);
}

describe("a cache of ranges", () => {
  test("reads a range once, and what lies inside it not at all", async () => {
    const { seen, bucket } = await world();
    await check(bucket, 1000, 500);
    await check(bucket, 1000, 500);
    await check(bucket, 1100, 10);
    assert.deepEqual(seen.ranges, [{ offset: 1000, length: 500 }]);
    await check(bucket, 900, 500);
    assert.equal(seen.ranges.length, 2);
    await check(bucket, 10, 5, "mutable");
    await check(bucket, 10, 5, "mutable");
    assert.equal(seen.ranges.length, 4, "what may change is asked for each time");
  });

  test("gives bytes that are the caller's", async () => {
    const { bucket } = await world();
    const first = await bucket.getRange("a.parquet", { offset: 0, length: 10 });
    first.fill(0);
    await check(bucket, 0, 10);
    const [one, other] = await Promise.all([0, 0].map(() => bucket.getRange("a.parquet", { offset: 50, length: 10 })));
    one?.fill(0);
    assert.deepEqual(other, content.slice(50, 60));
  });

  test("joins ranges of one turn that lie near each other into one request", async () => {
    const { seen, bucket } = await world();
    await Promise.all([
      check(bucket, 3000, 10),
      check(bucket, 1000, 10),
      check(bucket, 1005, 200),
      check(bucket, 2_000_000, 10),
      check(bucket, 7, 1, "b.parquet"),
    ]);
    assert.deepEqual(seen.ranges, [
      { offset: 1000, length: 2010 },
      { offset: 2_000_000, length: 10 },
      { offset: 7, length: 1 },
    ]);
  });

  test("shares what is being read with those who come meanwhile", async () => {
    const { seen, bucket } = await world();
    const gate = Promise.withResolvers<void>();
    seen.gate = gate.promise;
    const first = check(bucket, 0, 100);
    await new Promise((resolve) => setImmediate(resolve));
    const second = check(bucket, 20, 30);
    gate.resolve();
    await Promise.all([first, second]);
    assert.equal(seen.ranges.length, 1);
  });

  test("gives a shared read up when the last caller does, and none before", async () => {
    const { seen, bucket } = await world();
    const gate = Promise.withResolvers<void>();
    seen.gate = gate.promise;
    const [one, other] = [new AbortController(), new AbortController()];
    const range = { offset: 0, length: 100 };
    const asked = [one, other].map(({ signal }) => bucket.getRange("a.parquet", range, signal));
    const settled = Promise.allSettled(asked);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    one.abort();
    await assert.rejects(asked[0] as Promise<unknown>, { code: "canceled" });
    assert.equal(seen.signals[0]?.aborted, false);
    other.abort();
    await settled;
    assert.equal(seen.signals[0]?.aborted, true);
    seen.gate = undefined;
    await check(bucket, 0, 100);
    assert.equal(seen.ranges.length, 2, "who comes after begins anew");
    gate.resolve();
  });

  test("keeps no failure, and lets nobody fail for another's range", async () => {
    const { seen, bucket } = await world();
    seen.error = storageUnavailable("down", { reason: "connection" });
    await assert.rejects(bucket.getRange("a.parquet", { offset: 0, length: 5 }), seen.error);
    seen.error = undefined;
    await check(bucket, 0, 5);
    const beyond = bucket.getRange("a.parquet", { offset: objectBytes - 5, length: 10 });
    const inside = check(bucket, objectBytes - 100, 50);
    await assert.rejects(beyond, { code: "range_beyond_object" });
    await inside;
  });

  test("holds no more bytes than it may, and lets go of what was not used for longest", async () => {
    const { seen, bucket } = await world(100_000);
    for (let i = 0; i < 10; i++) await check(bucket, i * 200_000, 20_000);
    const [memory] = bucket.caches.map((cache) => cache.counts());
    assert.ok((memory?.bytes ?? 0) <= 100_000 && (memory?.bytes ?? 0) > 60_000, `${memory?.bytes}`);
    assert.equal(memory?.evictions, 6);
    const before = seen.ranges.length;
    await check(bucket, 9 * 200_000, 20_000);
    assert.equal(seen.ranges.length, before);
    await check(bucket, 0, 20_000);
    assert.equal(seen.ranges.length, before + 1);
    await check(bucket, 0, 1_000_000);
    assert.ok((bucket.caches[0]?.counts().bytes ?? 0) <= 100_000, "what is larger than all of it is not kept");
  });

  test("forgets an object that is deleted", async () => {
    const { bucket } = await world();
    await check(bucket, 0, 10);
    await bucket.delete("a.parquet");
    await assert.rejects(bucket.getRange("a.parquet", { offset: 0, length: 10 }), { code: "object_not_found" });
  });
});

describe("the disk below a cache", () => {
  const open = (disk: MemoryDisk, bytesMax: number): DiskTier =>
    new DiskTier({ fileSystem: disk.mount(), folder: "cache", bytesMax });

  test("takes what memory has no room for, within its bytes, and begins empty", async () => {
    const disk = new MemoryDisk(seededRandom(1));
    const tier = open(disk, 100_000);
    const { seen, bucket } = await world(50_000, tier);
    for (let i = 0; i < 10; i++) await check(bucket, i * 200_000, 20_000);
    await tier.settled();
    assert.ok(disk.usedBytes() <= 100_000 && disk.usedBytes() > 60_000, `${disk.usedBytes()}`);
    assert.equal(tier.counts().bytes, disk.usedBytes());
    const before = seen.ranges.length;
    await check(bucket, 7 * 200_000, 20_000);
    await check(bucket, 6 * 200_000 + 50, 100);
    assert.equal(seen.ranges.length, before, "read from the disk");
    await check(bucket, 0, 20_000);
    assert.equal(seen.ranges.length, before + 1, "no more on the disk");
    await bucket.delete("a.parquet");
    await tier.settled();
    assert.equal(tier.counts().bytes, 0);
    assert.equal(disk.usedBytes(), 0);
    const again = open(disk, 100_000);
    again.add({ key: "k", offset: 0, bytes: new Uint8Array(10) });
    await again.settled();
    assert.equal(disk.usedBytes(), 10);
  });

  test("forgets what is damaged, cannot be read or cannot be written", async () => {
    const disk = new MemoryDisk(seededRandom(1));
    const tier = open(disk, 1_000_000);
    const range = { offset: 0, length: 100 };
    tier.add({ key: "damaged", offset: 0, bytes: content.slice(0, 100) });
    tier.add({ key: "short", offset: 0, bytes: content.slice(0, 100) });
    await tier.settled();
    const files = disk.mount();
    const after = new DiskTier({ fileSystem: files, folder: "other", bytesMax: 1000 });
    after.add({ key: "fine", offset: 0, bytes: content.slice(0, 100) });
    await after.settled();
    const path = `other/${(await files.list("other"))[0]}`;
    await files.writeFileAtomic(path, content.slice(1, 101));
    assert.equal(await after.find("fine", range), undefined);
    assert.equal(after.counts().bytes, 0);
    assert.equal(await tier.find("short", range), undefined, "its disk is gone");
    disk.quotaBytes = disk.usedBytes() + 50;
    after.add({ key: "too much", offset: 0, bytes: content.slice(0, 100) });
    await after.settled();
    assert.equal(await after.find("too much", range), undefined);
    assert.equal(disk.usedBytes() <= disk.quotaBytes - 50, true, "nothing is left of it");
  });
});

test("ranges are joined so that each is inside one of them", () => {
  const random = seededRandom(3);
  for (let round = 0; round < 300; round++) {
    const ranges = Array.from({ length: 12 }, () => ({
      offset: Math.floor(random.next() * 3_000_000),
      length: 1 + Math.floor(random.next() * 400_000),
    }));
    const joined = joinRanges(ranges);
    for (const range of ranges) {
      const outer = joined.filter(
        (one) => one.offset <= range.offset && range.offset + range.length <= one.offset + one.length,
      );
      assert.equal(outer.length, 1, `round ${round}: ${JSON.stringify(range)}`);
    }
    assert.ok(joined.every((range, i) => i === 0 || range.offset > (joined[i - 1]?.offset ?? 0)));
    assert.ok(joined.every(({ length }) => length <= 8 * 2 ** 20));
  }
});
