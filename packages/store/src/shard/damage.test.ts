import assert from "node:assert/strict";
import { test } from "node:test";
import { nanosPerMilli, type TenantId } from "@basalt/model";
import { drawBatch } from "../testing/draw-batch.ts";
import { allTime } from "../testing/read-rows.ts";
import { type StoreProcess, StoreWorld, worldStartMs } from "../testing/store-world.ts";

const [ann, bob] = ["ann", "bob"] as readonly string[] as [TenantId, TenantId];

async function push(process: StoreProcess, tenant: string, minute: number, id: number): Promise<void> {
  const timeNanos = BigInt(worldStartMs + minute * 60_000) * nanosPerMilli;
  await process.push(
    drawBatch({ tenant, service: "api", timeNanos, id, rows: [{ labels: {}, samples: { main: 1 } }] }),
  );
}

function codesFor(process: StoreProcess, tenant: TenantId, minute?: number): string[] {
  const at = BigInt(worldStartMs + (minute ?? 0) * 60_000) * nanosPerMilli;
  const range = minute === undefined ? allTime : { start: at, end: at + nanosPerMilli };
  return process.shards.flatMap((shard) => shard.snapshot(tenant, range).damages).map(({ code }) => code);
}

async function spoil(process: StoreProcess, path: string, from: number, to: number): Promise<void> {
  const bytes = await process.fileSystem.readFile(path);
  for (let at = from; at < to; at++) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  await process.fileSystem.writeFileAtomic(path, bytes);
}

test("a segment whose directory is damaged makes answers partial, until somebody takes the file away", async () => {
  const world = new StoreWorld({ seed: 1, shardCount: 1 });
  const before = await world.start();
  await push(before, "ann", 1, 1);
  await before.shards[0]?.seal();
  assert.deepEqual(codesFor(before, ann), []);
  const path = before.shards[0]?.uncutParts()[0]?.path ?? "";
  const { bytes = 0 } = (await before.fileSystem.stat(path)) ?? {};
  await spoil(before, path, bytes - 30, bytes - 29);
  for (let start = 0; start < 2; start++) {
    const process = await world.start();
    // Whose rows it held is known to nobody: everybody is told, but not of what comes later.
    assert.deepEqual([codesFor(process, ann), codesFor(process, bob)], [["block_corrupt"], ["block_corrupt"]]);
    assert.deepEqual(codesFor(process, ann, 5), []);
  }
  await (await world.start()).fileSystem.remove(`${path}.damaged`);
  assert.deepEqual(codesFor(await world.start(), ann), []);
});

test("a damaged part concerns its tenant and window alone", async () => {
  const world = new StoreWorld({ seed: 1, shardCount: 1 });
  const process = await world.start();
  await push(process, "ann", 1, 1);
  await push(process, "bob", 1, 2);
  await process.shards[0]?.seal();
  await spoil(process, process.shards[0]?.uncutParts()[0]?.path ?? "", 20, 700);
  await process.coordinator?.flush();
  assert.deepEqual([codesFor(process, ann, 1), codesFor(process, bob, 1)], [["block_corrupt"], []]);
  assert.deepEqual(codesFor(process, ann, 15), []);
});

test("a log that is damaged in the middle makes answers partial", async () => {
  const world = new StoreWorld({ seed: 1, shardCount: 1 });
  const before = await world.start();
  for (let id = 1; id <= 3; id++) await push(before, "ann", 1, id);
  world.disk.crash("kill");
  const disk = world.disk.mount();
  const folder = "data/shards/0/wal";
  const [name = ""] = await disk.list(folder);
  const bytes = await disk.readFile(`${folder}/${name}`);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  await disk.writeFileAtomic(`${folder}/${name}`, bytes);
  const process = await world.start();
  assert.deepEqual(codesFor(process, ann), ["wal_corrupt"]);
  assert.equal((await process.query(ann)).size, 2);
});
