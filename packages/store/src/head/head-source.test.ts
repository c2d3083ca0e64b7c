import assert from "node:assert/strict";
import { test } from "node:test";
import { defined, nanosPerMilli, type SeriesBatch, type TenantId } from "@basalt/model";
import { drawBatch, drawnProfileId } from "../testing/draw-batch.ts";
import { allTime, readRows } from "../testing/read-rows.ts";
import { StoreWorld, worldStartMs } from "../testing/store-world.ts";

const ann = "ann" as TenantId;
const at = (second: number): bigint => BigInt(worldStartMs + second * 1000) * nanosPerMilli;

function drawn(id: number, second: number, stacks: number): SeriesBatch {
  const samples = Object.fromEntries(Array.from({ length: stacks }, (_, i) => [`f${i}`, 1]));
  return drawBatch({
    tenant: ann,
    service: "api",
    timeNanos: at(second),
    id,
    rows: [{ labels: { pod: "p" }, samples }],
  });
}

test("a head tells its range, and counts the samples that were read once, in whatever slices", async () => {
  const world = new StoreWorld({ seed: 1, shardCount: 1, headBytesMax: 64 * 2 ** 20 });
  const process = await world.start();
  const batch = drawn(0, 0, 3000);
  const seconds = [50, 7, 300, ...Array.from({ length: 97 }, (_, i) => 100 + i)];
  for (const [id, second] of seconds.entries()) {
    await process.push({ ...batch, profileId: drawnProfileId(id + 1), timeNanos: at(second) });
  }
  const [source] = process.shards[0]?.snapshot(ann, allTime).sources ?? [];
  assert.deepEqual(source?.range, { start: at(7), end: at(300) });
  let sampleCount = 0;
  const series = new Uint8Array(1).fill(1);
  const request = { series, range: allTime, samples: true, profileIds: false, spanIds: false };
  for await (const { rowCount, sampleStart } of source.scan(request)) {
    sampleCount += defined(sampleStart?.[rowCount], "end") - defined(sampleStart?.[0], "start");
  }
  assert.deepEqual([sampleCount, source.cost.samplesRead, source.cost.rowsRead], [300_000, 300_000, 100]);
});

test("rows that the log refuses are gone for later snapshots, and stay for one that was taken before", async () => {
  const world = new StoreWorld({ seed: 1, shardCount: 1 });
  const process = await world.start();
  await process.push(drawn(1, 1, 1));
  world.disk.quotaBytes = world.disk.usedBytes();
  const refused = process.push(drawn(2, 2, 1));
  const [before] = process.shards[0]?.snapshot(ann, allTime).sources ?? [];
  await assert.rejects(refused, { code: "disk_full" });
  const [after] = process.shards[0]?.snapshot(ann, allTime).sources ?? [];
  assert.ok(before !== undefined && after !== undefined);
  assert.deepEqual([(await readRows(before)).length, (await readRows(after)).length], [2, 1]);
});
