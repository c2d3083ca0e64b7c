import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError, nanosPerMilli, type TenantId } from "@basalt/model";
import { fileError } from "@basalt/runtime";
import { type DrawnBatch, drawBatch } from "../testing/draw-batch.ts";
import { allTime, readRows } from "../testing/read-rows.ts";
import { type StoreProcess, StoreWorld, worldStartMs } from "../testing/store-world.ts";
import { openSegmentPart } from "./own-sources.ts";

const ann = "ann" as TenantId;

function batch(id: number, changes: Partial<DrawnBatch> = {}): DrawnBatch {
  const timeNanos = BigInt(worldStartMs + 1000) * nanosPerMilli;
  return {
    tenant: ann,
    service: "api",
    timeNanos,
    id,
    rows: [{ labels: { pod: "p" }, samples: { "main;run": id } }],
    ...changes,
  };
}

const at = (minute: number): bigint => BigInt(worldStartMs + minute * 60_000) * nanosPerMilli;

async function worldWith(
  options: Partial<ConstructorParameters<typeof StoreWorld>[0]> = {},
): Promise<[StoreWorld, StoreProcess]> {
  const world = new StoreWorld({ seed: 1, shardCount: 1, ...options });
  return [world, await world.start()];
}

test("a push that comes again is acknowledged, counted, and stored once: at once, after a seal, a cut and a restart", async () => {
  const [world, first] = await worldWith();
  assert.deepEqual(await first.push(drawBatch(batch(1))), { rows: 1, duplicates: 0 });
  const again = async (process: StoreProcess): Promise<void> => {
    assert.deepEqual(await process.push(drawBatch(batch(1))), { rows: 0, duplicates: 1 });
  };
  await again(first);
  const both = await Promise.all([first.push(drawBatch(batch(2))), first.push(drawBatch(batch(2)))]);
  assert.equal(both[0].rows + both[1].rows, 1);
  await first.shards[0]?.seal();
  await again(first);
  await first.coordinator?.flush();
  await again(first);
  assert.equal((await first.query(ann)).size, 2);
  world.disk.crash("powerCut");
  const second = await world.start();
  await again(second);
  assert.equal((await second.query(ann)).size, 2);
  assert.equal(second.shards[0]?.statistics().duplicates.get("ann/api"), 1);
});

test("a batch of known and new rows stores the new ones", async () => {
  const [, process] = await worldWith();
  await process.push(drawBatch(batch(1)));
  const rows = [
    { labels: { pod: "p" }, samples: { main: 1 } },
    { labels: { pod: "q" }, samples: { main: 2 } },
  ];
  assert.deepEqual(await process.push(drawBatch(batch(1, { rows }))), { rows: 1, duplicates: 1 });
});

test("two rows of one series in a batch are refused, and nothing of it stays", async () => {
  const [, process] = await worldWith();
  const rows = [
    { labels: { pod: "p" }, samples: { main: 1 } },
    { labels: { pod: "p" }, samples: { main: 2 } },
  ];
  await assert.rejects(process.push(drawBatch(batch(1, { rows }))), { code: "batch_malformed" });
  assert.equal((await process.query(ann)).size, 0);
  assert.equal((await process.push(drawBatch(batch(1)))).rows, 1);
});

test("the series limit refuses a batch as a whole, and gives back what it took", async () => {
  const [, process] = await worldWith({ seriesMax: 2 });
  const rows = ["a", "b", "c"].map((pod) => ({ labels: { pod }, samples: { main: 1 } }));
  await assert.rejects(process.push(drawBatch(batch(1, { rows }))), { code: "series_limit_exceeded" });
  assert.equal((await process.push(drawBatch(batch(2, { rows: rows.slice(0, 2) })))).rows, 2);
  await assert.rejects(process.push(drawBatch(batch(3, { rows: rows.slice(1) }))), { code: "series_limit_exceeded" });
  assert.equal((await process.push(drawBatch(batch(4, { rows: rows.slice(0, 1) })))).rows, 1);
});

test("a full head refuses with a time to retry after, seals, and takes the push then", async () => {
  const [, process] = await worldWith({ headBytesMax: 160_000 });
  let refusals = 0;
  for (let id = 1; id <= 400; id++) {
    const samples = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`main;f${i}`, i + 1]));
    const big = drawBatch(batch(id, { rows: [{ labels: { pod: "p" }, samples }] }));
    const refused = await process.push(big).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refused === undefined) continue;
    assert.equal((refused as { code?: unknown }).code, "head_full");
    assert.equal((refused as { retryAfterSeconds?: unknown }).retryAfterSeconds, 1);
    refusals++;
    await process.shards[0]?.seal();
    assert.equal((await process.push(big)).rows, 1);
  }
  const statistics = process.shards[0]?.statistics();
  assert.ok((statistics?.seals ?? 0) > 1);
  assert.equal(statistics?.refusedHeadFull, refusals);
  assert.equal((await process.query(ann)).size, 400);
});

test("heads never pass their cap while nothing can be sealed", async () => {
  const [world, process] = await worldWith({ headBytesMax: 160_000 });
  world.disk.fault = ({ path }) => (path.endsWith(".seg.tmp") ? fileError("ENOSPC", path) : undefined);
  let refusals = 0;
  for (let id = 1; id <= 300; id++) {
    const samples = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`main;f${i}`, i + 1]));
    await process.push(drawBatch(batch(id, { rows: [{ labels: {}, samples }] }))).catch(() => refusals++);
    const { headBytes = 0, symbolBytes = 0 } = process.shards[0]?.statistics() ?? {};
    assert.ok(headBytes + symbolBytes <= 160_000, `${headBytes + symbolBytes}`);
  }
  assert.ok(refusals > 100);
  assert.equal((await process.query(ann)).size, 300 - refusals);
  // Nor do they keep a process from starting on such a disk.
  world.disk.crash("kill");
  const second = await world.start();
  assert.equal((await second.query(ann)).size, 300 - refusals);
  world.disk.fault = undefined;
  await second.coordinator?.flush();
  assert.equal((await second.query(ann)).size, 300 - refusals);
});

/** A batch of one sample, whose function has a name of 50 KB of its own. */
const named = (id: number): DrawnBatch =>
  batch(id, { rows: [{ labels: { pod: "p" }, samples: { [`f${id}${"y".repeat(50_000)}`]: 1 } }] });

test("symbols count in the head's cap from the push on that brings them, and start seals", async () => {
  const headBytesMax = 4 * 1024 * 1024;
  const [, process] = await worldWith({ headBytesMax });
  const [shard] = process.shards;
  for (let id = 1; id <= 200; id++) {
    await process.push(drawBatch(named(id))).catch(async () => {
      await shard?.seal();
      await process.push(drawBatch(named(id)));
    });
    const { headBytes = 0, symbolBytes = 0 } = shard?.statistics() ?? {};
    assert.ok(headBytes + symbolBytes <= headBytesMax, `${symbolBytes} bytes of symbols at push ${id}`);
  }
  const { seals = 0, symbolRestarts = 0 } = shard?.statistics() ?? {};
  assert.ok(seals >= 5, `${seals} seals for 10 MB of names`);
  assert.ok(symbolRestarts >= 3, `${symbolRestarts} restarts`);
  assert.equal((await process.query(ann)).size, 200);
});

test("names are refused before they pass the cap while nothing can be sealed, and replay seals them", async () => {
  const headBytesMax = 4 * 1024 * 1024;
  const [world, process] = await worldWith({ headBytesMax });
  world.disk.fault = ({ path }) => (path.endsWith(".seg.tmp") ? fileError("ENOSPC", path) : undefined);
  let taken = 0;
  for (let id = 1; id <= 200; id++) {
    const push = process.push(drawBatch(named(id)));
    taken += await push.then(
      () => 1,
      () => 0,
    );
  }
  assert.ok(taken >= 20 && taken * 50_000 < headBytesMax, `${taken} names of 50 KB in 4 MiB`);
  world.disk.crash("kill");
  world.disk.fault = undefined;
  const second = await world.start();
  assert.ok((second.shards[0]?.statistics().seals ?? 0) > 0);
  assert.equal((await second.query(ann)).size, taken);
});

/** So many rows of one window in one batch: pods in the order of their numbers. */
const manyRows = (id: number, count: number): DrawnBatch =>
  batch(id, { rows: Array.from({ length: count }, (_, pod) => ({ labels: { pod: `${pod}` }, samples: { main: 1 } })) });

test("one window takes 20 minutes of full load: keys do not crowd rows out", async () => {
  // A hundredth of 1,800 profiles/s with 3.5 rows each, under a hundredth of the default caps.
  const [world, process] = await worldWith({ headBytesMax: 1.28 * 2 ** 20, keyBytesMax: 1.92 * 2 ** 20 });
  const pushes = (20 * 60 * 1800 * 3.5) / 100 / 70;
  for (let id = 1; id <= pushes; id++) {
    world.clock.ms = worldStartMs + Math.floor((id * 900_000) / pushes) - 1;
    assert.equal((await process.push(drawBatch(manyRows(id, 70)))).rows, 70);
  }
  const { rows = 0, keyBytes = 0, headBytes = 0 } = process.shards[0]?.statistics() ?? {};
  assert.equal(rows, 75_600);
  assert.ok(keyBytes > headBytes && keyBytes < 1.8 * 2 ** 20, `${keyBytes}`);
  assert.deepEqual(await process.push(drawBatch(manyRows(1, 70))), { rows: 0, duplicates: 70 });
});

test("keys at their cap refuse until a window is over, and never grow past it by loading", async () => {
  const [world, process] = await worldWith({ keyBytesMax: 20_000 });
  const pushAll = async (first: number): Promise<number> => {
    let id = first;
    await assert.rejects(
      async () => {
        for (; id < first + 100; id++) await process.push(drawBatch(manyRows(id, 70)));
      },
      { code: "keys_full", retryAfterSeconds: 60 },
    );
    return id - first;
  };
  assert.ok((await pushAll(1)) >= 9);
  assert.equal(await pushAll(200), 0);
  await process.coordinator?.flush();
  assert.equal(await pushAll(200), 0);
  const { refusedKeysFull = 0, keyBytes = 0 } = process.shards[0]?.statistics() ?? {};
  assert.deepEqual([refusedKeysFull, keyBytes <= 20_000], [3, true]);
  world.clock.ms += 17 * 60_000;
  const later = manyRows(300, 70);
  assert.equal((await process.push(drawBatch({ ...later, timeNanos: at(16) }))).rows, 70);
  // The window that is over would bring its keys along.
  await assert.rejects(process.push(drawBatch(manyRows(400, 70))), { code: "keys_full" });
  assert.equal((await process.push(drawBatch({ ...later, id: 301, timeNanos: at(16) }))).rows, 70);
});

test("windows that were cut may be written again, so many at a time", async () => {
  const [world, process] = await worldWith({ lateWindowsMax: 2 });
  const push = (id: number, minute: number): Promise<unknown> =>
    process.push(drawBatch(batch(id, { timeNanos: at(minute) })));
  for (const [id, minute] of [0, 15, 30].entries()) await push(id + 1, minute);
  world.clock.ms += 50 * 60_000;
  await process.coordinator?.flush();
  await push(11, 0);
  await push(12, 15);
  await assert.rejects(push(13, 30), { code: "late_windows_limit" });
  await push(14, 45);
  await push(15, 15);
  const other = await process.push(drawBatch({ ...batch(16), tenant: "bob", timeNanos: at(0) }));
  assert.equal(other.rows, 1);
  await process.coordinator?.flush();
  await process.push(drawBatch({ ...batch(17), tenant: "bob", timeNanos: at(0) }));
  await push(13, 30);
  assert.equal((await process.query(ann)).size, 8);
});

test("a segment's file stays while a snapshot may read it: until its release, or the end of its lease", async () => {
  const [world, process] = await worldWith();
  const [shard] = process.shards;
  assert.ok(shard !== undefined);
  await process.push(drawBatch(batch(1)));
  await shard.seal();
  const snapshot = shard.snapshot(ann, allTime);
  const forgotten = shard.snapshot(ann, allTime);
  const path = snapshot.segments[0]?.path ?? "";
  await process.coordinator?.flush();
  assert.deepEqual(shard.snapshot(ann, allTime).segments, []);
  assert.ok((await process.fileSystem.stat(path)) !== undefined);
  assert.equal(shard.statistics().leases, 2);
  await shard.release(snapshot.lease);
  await shard.release(snapshot.lease);
  assert.ok((await process.fileSystem.stat(path)) !== undefined);
  for (const timer of [...world.clock.timers]) timer();
  for (let turns = 0; turns < 50; turns++) await Promise.resolve();
  assert.equal(await process.fileSystem.stat(path), undefined);
  await shard.release(forgotten.lease);
  assert.deepEqual([shard.statistics().leases, shard.snapshot(ann, allTime).lease], [0, undefined]);
});

test("a segment that goes while it is read says that it is not found: the reader looks again", async () => {
  const [, process] = await worldWith();
  const [shard] = process.shards;
  await process.push(drawBatch(batch(1)));
  await shard?.seal();
  const { segments = [], lease } = shard?.snapshot(ann, allTime) ?? {};
  const [reference] = segments;
  assert.ok(reference !== undefined);
  const source = await openSegmentPart(process.readers, reference);
  await shard?.release(lease);
  await process.coordinator?.flush();
  await assert.rejects(readRows(source), { name: "BasaltError", code: "object_not_found" });
  // The directory is remembered, so it opens; what it holds is gone.
  const again = openSegmentPart(process.readers, reference).then(readRows);
  await assert.rejects(again, { name: "BasaltError", code: "object_not_found" });
});

test("a damaged segment is put aside at its cut, and the others become the block", async () => {
  const [world, process] = await worldWith();
  const [shard] = process.shards;
  await process.push(drawBatch(batch(1)));
  await shard?.seal();
  await process.push(drawBatch(batch(2)));
  await shard?.seal();
  const [first] = shard?.uncutParts() ?? [];
  assert.ok(first !== undefined);
  const bytes = await process.fileSystem.readFile(first.path);
  bytes.fill(0xff, 10, 300);
  await process.fileSystem.writeFileAtomic(first.path, bytes);
  await process.coordinator?.flush();
  assert.equal((await process.query(ann)).size, 1);
  assert.ok(
    process.problems.some(({ code, details }) => code === "block_corrupt" && details["block"] === first.segment),
  );
  assert.ok((await process.fileSystem.stat(`${first.path}.damaged`)) !== undefined);
  world.disk.crash("kill");
  assert.equal((await (await world.start()).query(ann)).size, 1);
});

test("a damaged block fails by its own name; set aside, the others answer", async () => {
  const [, process] = await worldWith();
  await process.push(drawBatch(batch(1)));
  await process.coordinator?.flush();
  await process.push(drawBatch(batch(2)));
  const { bucket, blocks } = process.readers;
  const [block] = (await blocks.list(ann, allTime, true)).blocks;
  assert.ok(block !== undefined);
  const key = `ann/blocks/${block.id}/profiles.parquet`;
  const bytes = await bucket.get(key);
  bytes.fill(0xff, 10, 80);
  await bucket.put(key, bytes);
  const damage = await process.query(ann).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(damage instanceof BasaltError);
  assert.equal(damage.code, "block_corrupt");
  assert.deepEqual(damage.details, { block: block.id, tenant: ann, windowStart: String(at(0)) });
  blocks.setProblem(ann, block.id, damage);
  assert.deepEqual((await blocks.list(ann, allTime, true)).problems, [damage]);
  assert.equal((await process.query(ann)).size, 1);
});
