import assert from "node:assert/strict";
import { test } from "node:test";
import { nanosPerMilli, type TenantId } from "@basalt/model";
import { fileError } from "@basalt/runtime";
import { drawBatch } from "../testing/draw-batch.ts";
import { type StoreProcess, StoreWorld, type WorldOptions, worldStartMs } from "../testing/store-world.ts";

const [ann, bob] = ["ann", "bob"] as readonly string[] as [TenantId, TenantId];
const minuteMs = 60_000;
let nextId = 1;

async function pushAt(process: StoreProcess, minute: number, tenant: string, stacks: number = 1): Promise<void> {
  const samples = Object.fromEntries(Array.from({ length: stacks }, (_, i) => [`main;work${i}`, i + 1]));
  const timeNanos = BigInt(worldStartMs + minute * minuteMs) * nanosPerMilli;
  const rows = [{ labels: { pod: "p" }, samples }];
  await process.push(drawBatch({ tenant, service: stacks > 1 ? "large" : "small", timeNanos, id: nextId++, rows }));
}

async function startWorld(options: Partial<WorldOptions> = {}): Promise<[StoreWorld, StoreProcess]> {
  const world = new StoreWorld({ seed: 1, shardCount: 1, ...options });
  return [world, await world.start()];
}

async function rowCount(process: StoreProcess, tenant: TenantId): Promise<number> {
  return (await process.query(tenant)).size;
}

test("a window whose block cannot be written stays, whatever becomes of its hour", async () => {
  const [world, process] = await startWorld({ smallWindowBytes: 8000 });
  await pushAt(process, 1, "ann");
  await pushAt(process, 16, "ann", 3000);
  await pushAt(process, 31, "ann");
  await process.shards[0]?.seal();
  const broken = new Set<string>();
  const { bucket } = process.readers;
  const create = bucket.create.bind(bucket);
  bucket.create = (key) => {
    const block = key.split("/")[2] ?? "";
    // The large window's block is the first that is tried.
    if (broken.size === 0) broken.add(block);
    return broken.has(block) ? Promise.reject(fileError("EIO", "create")) : create(key);
  };
  for (const minute of [34, 50, 63, 70]) {
    world.clock.ms = worldStartMs + minute * minuteMs;
    await process.coordinator?.tick();
    assert.equal(await rowCount(process, ann), 3, `minute ${minute}`);
  }
  assert.equal(process.coordinator?.statistics.blocks, 1, "the block of the hour's small windows");
  assert.equal(process.coordinator?.failingSinceMs, worldStartMs + 34 * minuteMs);
  broken.clear();
  broken.add("none");
  world.clock.ms += 5 * minuteMs;
  await process.coordinator?.tick();
  assert.equal(await rowCount(process, ann), 3);
  assert.equal(process.coordinator?.statistics.blocks, 2);
  assert.equal(process.coordinator?.failingSinceMs, undefined);
  assert.deepEqual(process.shards[0]?.uncutParts(), []);
});

test("a cut that fails is tried again after a wait that grows", async () => {
  const [world, process] = await startWorld();
  await pushAt(process, 1, "ann");
  let attempts = 0;
  process.readers.bucket.create = () => {
    attempts++;
    return Promise.reject(fileError("EIO", "create"));
  };
  world.clock.ms = worldStartMs + 70 * minuteMs;
  for (let tick = 0; tick < 80; tick++) {
    await process.coordinator?.tick();
    world.clock.ms += 15_000;
  }
  assert.equal(attempts, 8, "in 20 minutes, of 80 ticks");
});

test("a part whose bytes are damaged takes no other along, and its file is put aside", async () => {
  const [, process] = await startWorld();
  await pushAt(process, 1, "ann");
  await pushAt(process, 1, "bob");
  await process.shards[0]?.seal();
  const path = process.shards[0]?.uncutParts()[0]?.path ?? "";
  const bytes = await process.fileSystem.readFile(path);
  for (let at = 20; at < 700; at++) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  await process.fileSystem.writeFileAtomic(path, bytes);
  await process.coordinator?.flush();
  assert.deepEqual(
    process.problems.map(({ code }) => code),
    ["block_corrupt"],
  );
  assert.equal(await rowCount(process, ann), 0);
  assert.equal(await rowCount(process, bob), 1);
  assert.notEqual(await process.fileSystem.stat(`${path}.damaged`), undefined);
});

test("segments are cut although the disk has no room for another", async () => {
  const [world, process] = await startWorld();
  await pushAt(process, 1, "ann");
  await process.shards[0]?.seal();
  await pushAt(process, 2, "ann");
  const open = process.fileSystem.open.bind(process.fileSystem);
  process.fileSystem.open = (path, mode) =>
    path.endsWith(".seg.tmp") ? Promise.reject(fileError("ENOSPC", path)) : open(path, mode);
  world.clock.ms = worldStartMs + 70 * minuteMs;
  await process.coordinator?.tick();
  assert.equal(process.coordinator?.statistics.blocks, 1);
  assert.equal(await rowCount(process, ann), 2);
});

test("a stop waits for one block, not for the round", async () => {
  const [world, process] = await startWorld();
  for (let tenant = 0; tenant < 10; tenant++) await pushAt(process, 1, `t${tenant}`);
  world.clock.ms = worldStartMs + 70 * minuteMs;
  const tick = process.coordinator?.tick();
  const { bucket } = process.readers;
  const putIfAbsent = bucket.putIfAbsent.bind(bucket);
  let stopped: Promise<void> | undefined;
  bucket.putIfAbsent = (key, content) => {
    stopped ??= process.coordinator?.stop();
    return putIfAbsent(key, content);
  };
  await tick;
  await stopped;
  assert.equal(process.coordinator?.statistics.blocks, 1);
});
