import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBucket } from "@basalt/bucket";
import { BasaltError, type BlockId, type ProducerId, parseTenantId } from "@basalt/model";
import { allTime } from "../testing/read-rows.ts";
import { WorldClock } from "../testing/store-world.ts";
import { BlockIndex } from "./block-index.ts";
import { type BlockMeta, decodeMeta, encodeMeta, metaMemoryBytes, metaToJson } from "./block-meta.ts";

const ann = parseTenantId("ann");
const id = (n: number): BlockId => `01M7WD7TG0000000000000000${n}` as BlockId;

function meta(n: number, start: bigint): BlockMeta {
  return {
    id: id(n),
    tenant: ann,
    producer: "p" as ProducerId,
    window: { start, end: start + 900n },
    range: { start: start + 1n, end: start + 2n },
    sources: [
      { id: id(8), windowStart: -5n },
      { id: id(9), windowStart: start },
    ],
    sampleIds: { spans: true, traces: false },
    partitions: [
      { service: "api", series: 1, rows: 2, samples: 3, functions: 4, mappings: 0, locations: 6, stacktraces: 7 },
    ],
    files: [{ name: "series.parquet", bytes: 5, crc32: 6 }],
  };
}

const text = (content: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(content));

test("meta.json is read back as it was written", () => {
  const one = meta(1, -(2n ** 62n));
  assert.deepEqual(decodeMeta(encodeMeta(one)), one);
});

test("a meta.json that is none is block_corrupt, and one of a newer format block_version", () => {
  const good = metaToJson(meta(1, 0n));
  const bad: readonly unknown[] = [
    null,
    [],
    {},
    { ...good, id: "../x" },
    { ...good, window: { start: 5, end: "6" } },
    { ...good, range: { start: "1e9", end: "2" } },
    { ...good, partitions: { ...(good["partitions"] as object), rows: [] } },
    { ...good, partitions: { ...(good["partitions"] as object), rows: [-1] } },
    { ...good, files: [{ name: "x", bytes: 1.5, crc32: 0 }] },
    { ...good, sources: "all" },
  ];
  for (const json of bad) assert.throws(() => decodeMeta(text(json)), { code: "block_corrupt" }, JSON.stringify(json));
  assert.throws(() => decodeMeta(new TextEncoder().encode("{")), { code: "block_corrupt" });
  assert.throws(() => decodeMeta(text({ ...good, minReaderVersion: 2 })), { code: "block_version" });
  assert.equal(decodeMeta(text({ ...good, formatVersion: 7, added: "later" })).id, id(1));
});

test("a block is listed once its meta.json is there; a listing is remembered for a while", async () => {
  const bucket = new MemoryBucket();
  const clock = new WorldClock(0);
  const index = new BlockIndex({ bucket, clock });
  const ids = async (isFresh = false): Promise<readonly string[]> =>
    (await index.list(ann, allTime, isFresh)).blocks.map((block) => block.id);
  await bucket.put(`ann/blocks/${id(1)}/series.parquet`, text("x"));
  assert.deepEqual(await ids(), []);
  await bucket.put(`ann/blocks/${id(1)}/meta.json`, encodeMeta(meta(1, 0n)));
  assert.deepEqual(await ids(), []);
  assert.equal(((await index.get(ann, id(1))) as BlockMeta).id, id(1));
  assert.equal(await index.get(ann, id(2)), undefined);
  await bucket.put(`ann/blocks/${id(2)}/meta.json`, encodeMeta(meta(2, 900n)));
  assert.deepEqual(await ids(true), [id(1), id(2)]);
  assert.deepEqual((await index.list(ann, { start: 0n, end: 900n })).blocks.length, 1);
  await bucket.delete(`ann/blocks/${id(1)}/meta.json`);
  await bucket.delete(`ann/blocks/${id(1)}/series.parquet`);
  assert.deepEqual(await ids(), [id(1), id(2)]);
  clock.ms += 6000;
  assert.deepEqual(await ids(), [id(2)]);
});

test("a block in quarantine is a problem of the ranges that it overlaps, and is tried again later", async () => {
  const bucket = new MemoryBucket();
  const clock = new WorldClock(0);
  const index = new BlockIndex({ bucket, clock });
  await bucket.put(`ann/blocks/${id(1)}/meta.json`, encodeMeta(meta(1, 0n)));
  await bucket.put(`ann/blocks/${id(2)}/meta.json`, encodeMeta(meta(2, 9000n)));
  const found = async (end: bigint): Promise<readonly number[]> => {
    const { blocks, problems } = await index.list(ann, { start: end - 1n, end });
    return [blocks.length, problems.length];
  };
  const damage = new BasaltError("block_corrupt", "checksum");
  assert.deepEqual(
    [await found(1n), await found(9001n)],
    [
      [1, 0],
      [1, 0],
    ],
  );
  index.setProblem(ann, id(1), damage);
  assert.deepEqual(
    [await found(1n), await found(9001n)],
    [
      [0, 1],
      [1, 0],
    ],
  );
  assert.equal(await index.get(ann, id(1)), damage);
  assert.equal(await index.get(ann, id(1), { start: 9000n, end: 9001n }), undefined);
  clock.ms += 300_000;
  assert.deepEqual(await found(1n), [1, 0]);
});

test("listings beyond their memory go, that of the tenant last asked for longest first, and one in use never", async () => {
  const bucket = new MemoryBucket();
  const tenants = ["ann", "bob", "cleo"].map(parseTenantId);
  for (const tenant of tenants) {
    for (let n = 1; n <= 5; n++)
      await bucket.put(`${tenant}/blocks/${id(n)}/meta.json`, encodeMeta({ ...meta(n, 0n), tenant }));
  }
  const read: string[] = [];
  const counting = Object.assign(Object.create(bucket) as MemoryBucket, {
    get: (key: string) => {
      read.push(key.slice(0, key.indexOf("/")));
      return bucket.get(key);
    },
  });
  const bytes = metaMemoryBytes(meta(1, 0n));
  const readsOf = async (index: BlockIndex, asked: readonly number[]): Promise<readonly string[]> => {
    read.length = 0;
    for (const tenant of asked) {
      const { blocks } = await index.list(tenants[tenant] ?? ann, allTime);
      assert.equal(blocks.length, 5);
    }
    return [...new Set(read)];
  };
  const two = new BlockIndex({ bucket: counting, clock: new WorldClock(0), metaBytesMax: 10 * bytes });
  assert.deepEqual(await readsOf(two, [0, 1, 0]), ["ann", "bob"]);
  assert.deepEqual(await readsOf(two, [2, 0]), ["cleo"]);
  assert.deepEqual(await readsOf(two, [1]), ["bob"]);
  assert.deepEqual([await readsOf(two, [0]), await readsOf(two, [2])], [[], ["cleo"]]);
  const none = new BlockIndex({ bucket: counting, clock: new WorldClock(0), metaBytesMax: bytes });
  assert.deepEqual([await readsOf(none, [0]), await readsOf(none, [0])], [["ann"], []]);
  assert.equal(((await none.get(ann, id(3))) as BlockMeta).id, id(3));
});

test("a block that cannot be read is a problem with its name, not an end", async () => {
  const bucket = new MemoryBucket();
  const index = new BlockIndex({ bucket, clock: new WorldClock(0) });
  await bucket.put(`ann/blocks/${id(1)}/meta.json`, text({}));
  await bucket.put(`ann/blocks/${id(2)}/meta.json`, encodeMeta(meta(2, 0n)));
  await bucket.put("ann/blocks/not-a-block/meta.json", text({}));
  const { blocks, problems } = await index.list(ann, allTime);
  assert.deepEqual(
    blocks.map((block) => block.id),
    [id(2)],
  );
  assert.deepEqual(
    problems.map(({ code, details }) => [code, details["block"]]),
    [["block_corrupt", id(1)]],
  );
});
