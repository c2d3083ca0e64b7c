import assert from "node:assert/strict";
import { test } from "node:test";
import { nanosPerMilli, type TenantId } from "@basalt/model";
import { openSegmentPart } from "../shard/own-sources.ts";
import { drawBatch } from "../testing/draw-batch.ts";
import { StoreWorld, worldStartMs } from "../testing/store-world.ts";

const ann = "ann" as TenantId;

test("a part of a segment holds the symbols that its rows use, not all that the service has", async () => {
  const world = new StoreWorld({ seed: 1, shardCount: 1, headBytesMax: 64 * 1024 * 1024 });
  const process = await world.start();
  const push = (
    window: number,
    samples: Record<string, number>,
    spans: Record<string, bigint> = {},
  ): Promise<unknown> =>
    process.push(
      drawBatch({
        tenant: ann,
        service: "api",
        timeNanos: BigInt(worldStartMs - window * 900_000) * nanosPerMilli,
        id: window + 1,
        rows: [{ labels: { pod: "p" }, samples, spans }],
      }),
    );
  const names = Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(10_000, "x"));
  await push(0, Object.fromEntries(names.map((name, i) => [`main;${name}`, i + 1])));
  for (let window = 1; window <= 30; window++) {
    const used = { [`main;${names[window]}`]: 3, "main;own": 2, "": 1 };
    await push(window, used, { "main;own": BigInt(window) });
  }
  const before = await process.query(ann);
  assert.equal(before.size, 31);
  await process.shards[0]?.seal();
  const { segmentBytes = 0 } = process.shards[0]?.statistics() ?? {};
  assert.ok(segmentBytes > 1_300_000 && segmentBytes < 1_700_000, `${segmentBytes} bytes for 1.3 MB of names in use`);
  assert.deepEqual(await process.query(ann), before);
  const [part] =
    process.shards[0]?.snapshot(ann, { start: 0n, end: BigInt(worldStartMs) * nanosPerMilli - 1n }).segments ?? [];
  assert.ok(part !== undefined);
  const symbols = await (await openSegmentPart(process.readers, part)).symbols(0);
  assert.deepEqual([symbols.stackCount, symbols.functionCount], [4, 3]);
  await process.coordinator?.flush();
  assert.deepEqual(await process.query(ann), before);
});
