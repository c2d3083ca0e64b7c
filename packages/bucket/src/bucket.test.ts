import assert from "node:assert/strict";
import { test } from "node:test";
import { fileError, ManualClock, MemoryDisk, seededRandom } from "@basalt/runtime";
import { type Bucket, type ListPage, listAll } from "./bucket.ts";
import { FaultyBucket } from "./faulty-bucket.ts";
import { FilesystemBucket } from "./filesystem-bucket.ts";
import { MemoryBucket } from "./memory-bucket.ts";
import { type BucketObservation, meteredBucket } from "./metered-bucket.ts";

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

/** Every bucket must pass the same cases. */
const kinds: readonly [string, () => Bucket][] = [
  ["memory", () => new MemoryBucket()],
  ["file system", () => new FilesystemBucket(new MemoryDisk(seededRandom(1)).mount(), "data/bucket")],
  ["metered", () => meteredBucket(new MemoryBucket(), new ManualClock(), () => undefined)],
  ["faulty without faults", () => new FaultyBucket(new MemoryBucket())],
];

const cases: readonly [string, (bucket: Bucket) => Promise<void>][] = [
  [
    "put, replace, get, attributes",
    async (bucket) => {
      await bucket.put("a/b/c", bytes("one"));
      assert.equal(text(await bucket.get("a/b/c")), "one");
      await bucket.put("a/b/c", bytes("second"));
      assert.equal(text(await bucket.get("a/b/c")), "second");
      assert.deepEqual(await bucket.attributes("a/b/c"), { bytes: 6 });
      assert.equal(await bucket.attributes("a/b"), undefined);
      await bucket.put("empty", new Uint8Array());
      assert.equal((await bucket.get("empty")).length, 0);
    },
  ],
  [
    "ranges are exact",
    async (bucket) => {
      await bucket.put("k", bytes("0123456789"));
      assert.equal(text(await bucket.getRange("k", { offset: 3, length: 4 })), "3456");
      assert.equal(text(await bucket.getRange("k", { offset: 10, length: 0 })), "");
      await assert.rejects(bucket.getRange("k", { offset: 8, length: 4 }), { code: "range_beyond_object" });
    },
  ],
  [
    "what is not there",
    async (bucket) => {
      await bucket.put("folder/k", bytes("x"));
      for (const key of ["none", "folder", "folder/k2", "none/k"]) {
        await assert.rejects(bucket.get(key), { code: "object_not_found" }, key);
        await assert.rejects(bucket.getRange(key, { offset: 0, length: 1 }), { code: "object_not_found" }, key);
        assert.equal(await bucket.attributes(key), undefined);
      }
      await bucket.delete("none");
    },
  ],
  [
    "of many racing writers one wins",
    async (bucket) => {
      for (let round = 0; round < 5; round++) {
        const tries = [...Array(16).keys()].map((i) => bucket.putIfAbsent(`race/${round}`, bytes(`${i}`)));
        const winners = (await Promise.all(tries)).flatMap((won, i) => (won ? [i] : []));
        assert.equal(winners.length, 1);
        assert.equal(text(await bucket.get(`race/${round}`)), `${winners[0]}`);
      }
      assert.equal(await bucket.putIfAbsent("race/0", bytes("late")), false);
      assert.deepEqual((await bucket.list({ prefix: "race/", mode: "keys" })).names.length, 5);
    },
  ],
  [
    "a streamed object appears at its end",
    async (bucket) => {
      const writer = await bucket.create("s/big");
      await writer.append(bytes("one "));
      await writer.append(bytes("two"));
      assert.equal(await bucket.attributes("s/big"), undefined);
      assert.deepEqual((await bucket.list({ prefix: "", mode: "keys" })).names, []);
      await writer.finish();
      await writer.abort();
      assert.equal(text(await bucket.get("s/big")), "one two");
      const given = await bucket.create("s/given-up");
      await given.append(bytes("x"));
      await given.abort();
      assert.deepEqual((await bucket.list({ prefix: "s/", mode: "keys" })).names, ["s/big"]);
    },
  ],
  [
    "listings are sorted as whole keys, by prefix, folded and paged",
    async (bucket) => {
      const keys = ["a-b/x", "a/b", "a/b-c", "a/b/c", "a/b0", "ab", "b/c/d/e", "b/c/f"];
      for (const key of keys) await bucket.put(key, bytes(key)).catch(() => undefined);
      const stored = keys.filter((key) => key !== "a/b");
      await bucket.delete("a/b");
      for (const key of stored) await bucket.put(key, bytes(key));
      const list = async (prefix: string, mode: "keys" | "folders", limit = 1000): Promise<string[]> => {
        const names: string[] = [];
        let after: string | undefined = "";
        while (after !== undefined) {
          const page: ListPage = await bucket.list({ prefix, mode, after, limit });
          names.push(...page.names);
          after = page.next;
        }
        return names;
      };
      assert.deepEqual(await list("", "keys"), stored);
      assert.deepEqual(await list("", "keys", 2), stored);
      assert.deepEqual(await list("a", "keys", 1), stored.slice(0, 5));
      assert.deepEqual(await list("a/", "folders"), ["a/b-c", "a/b/", "a/b0"]);
      assert.deepEqual(await list("a/", "folders", 1), ["a/b-c", "a/b/", "a/b0"]);
      assert.deepEqual(await list("", "folders"), ["a-b/", "a/", "ab", "b/"]);
      assert.deepEqual(await list("b/c/", "folders"), ["b/c/d/", "b/c/f"]);
      assert.deepEqual(await list("none/", "keys"), []);
      const all: string[] = [];
      for await (const name of listAll(bucket, { prefix: "b", mode: "keys" })) all.push(name);
      assert.deepEqual(all, ["b/c/d/e", "b/c/f"]);
    },
  ],
  [
    "a folder goes with its last object",
    async (bucket) => {
      await bucket.put("t/blocks/1/meta", bytes("x"));
      await bucket.put("t/blocks/2/meta", bytes("x"));
      await bucket.delete("t/blocks/1/meta");
      assert.deepEqual((await bucket.list({ prefix: "t/blocks/", mode: "folders" })).names, ["t/blocks/2/"]);
      await bucket.delete("t/blocks/2/meta");
      assert.deepEqual((await bucket.list({ prefix: "", mode: "folders" })).names, []);
      await bucket.put("t/blocks/1/meta", bytes("y"));
    },
  ],
  [
    "keys that leave the bucket are refused",
    async (bucket) => {
      for (const key of ["", "/a", "a//b", "../a", "a/..", "a/./b", "a\\b", "a\0", "a~", "x".repeat(1025)]) {
        await assert.rejects(bucket.put(key, bytes("x")), { code: "object_key_invalid" }, JSON.stringify(key));
      }
    },
  ],
];

for (const [kind, make] of kinds) {
  for (const [name, run] of cases) test(`bucket (${kind}): ${name}`, () => run(make()));
}

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
