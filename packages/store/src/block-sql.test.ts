import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { listAll } from "@basalt/bucket";
import { nanosPerMilli } from "@basalt/model";
import { zstdCodec } from "@basalt/runtime";
import { DuckDBInstance } from "@duckdb/node-api";
import { type DrawnBatch, drawBatch } from "./testing/draw-batch.ts";
import { type StoreProcess, StoreWorld, worldStartMs } from "./testing/store-world.ts";

const macros = new URL("../../../docs/sql/basalt.sql", import.meta.url);

/** Runs statements over the blocks of a store, copied to a folder. */
async function withSql(
  process: StoreProcess,
  run: (query: (sql: string) => Promise<unknown[]>, blocks: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "basalt-store-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    for await (const key of listAll(process.readers.bucket, { prefix: "", mode: "keys" })) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), await process.readers.bucket.get(key));
    }
    await connection.run(await readFile(macros, "utf8"));
    const query = async (sql: string): Promise<unknown[]> => (await connection.runAndReadAll(sql)).getRowsJson();
    await run(query, `${folder}/ann/blocks/*`);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

const cpu = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

function batch(id: number, service: string, samples: Record<string, number | bigint>, minute: number): DrawnBatch {
  const timeNanos = BigInt(worldStartMs + minute * 60_000) * nanosPerMilli + 123_000n;
  const rows = [
    { labels: { __profile_type__: cpu, pod: `${id % 2}` }, samples, spans: { "main;run": 77n } },
    { labels: { __profile_type__: "other" }, samples: { "main;run;work": 1000 } },
  ];
  return { tenant: "ann", service, timeNanos, id, rows };
}

async function flushed(batches: readonly DrawnBatch[]): Promise<StoreProcess> {
  const world = new StoreWorld({ seed: 1, codec: zstdCodec(1) });
  world.clock.ms += 60 * 60_000;
  const process = await world.start();
  for (const drawn of batches) {
    await process.push(drawBatch(drawn));
    // Two segments, so that the block's symbols are merged.
    if (drawn.id === 2) await Promise.all(process.shards.map((shard) => shard.seal()));
  }
  await process.coordinator?.flush();
  return process;
}

test("DuckDB joins a block's files to the values by function that were pushed", async () => {
  const process = await flushed([
    batch(1, "api", { "main;run": 5, "main;run;work": 7, "main;idle": 1, "": 100 }, 1),
    batch(2, "web", { "main;run;work": 2n ** 60n }, 2),
    batch(3, "api", { "main;run;work": 10, "main;other;work": 3, "main;run;run": 20 }, 20),
  ]);
  await withSql(process, async (query, blocks) => {
    const top = await query(`SELECT name, self, total FROM basalt_top_functions('${blocks}', '${cpu}')`);
    const big = 2n ** 60n;
    assert.deepEqual(top, [
      ["main", "0", `${big + 46n}`],
      ["run", "25", `${big + 42n}`],
      ["work", `${big + 20n}`, `${big + 20n}`],
      ["[no stack]", "100", "100"],
      ["other", "0", "3"],
      ["idle", "1", "1"],
    ]);
    const series = await query(
      `SELECT service, count(*)::INT FROM basalt_series('${blocks}') GROUP BY ALL ORDER BY ALL`,
    );
    assert.deepEqual(series, [
      ["api", 2],
      ["web", 2],
    ]);
    const times = await query(`SELECT DISTINCT epoch_ns(time)::VARCHAR FROM basalt_samples('${blocks}') ORDER BY 1`);
    assert.deepEqual(
      times,
      [1, 2, 20].map((minute) => [`${BigInt(worldStartMs + minute * 60_000) * nanosPerMilli + 123_000n}`]),
    );
    const spans = await query(`SELECT sample.span_id::VARCHAR, sum(sample.value)::INT FROM
      (SELECT unnest(samples) AS sample FROM read_parquet('${blocks}/profiles.parquet')) WHERE sample.span_id IS NOT NULL GROUP BY 1`);
    assert.deepEqual(spans, [["77", 5]]);
  });
});

test("each stack that samples name has a content hash, equal in every block that holds the stack", async () => {
  const process = await flushed([
    batch(1, "api", { "main;run": 5 }, 1),
    batch(2, "web", { "main;run": 7, "main;idle": 1 }, 20),
  ]);
  await withSql(process, async (query, blocks) => {
    const hashes = await query(
      `SELECT count(*)::INT, count(DISTINCT hash)::INT FROM read_parquet('${blocks}/symbols/stacktraces.parquet') WHERE hash IS NOT NULL`,
    );
    // run, work in api; run, work, idle in web.
    assert.deepEqual(hashes, [[5, 3]]);
  });
});
