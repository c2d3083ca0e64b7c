import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymousTenant } from "@basalt/model";
import { Metrics } from "@basalt/runtime";
import type { ShardStatistics } from "@basalt/store";
import { type IngesterStatistics, ingesterMetricList, ingesterMetrics } from "./ingester-metrics.ts";

function shard(statistics: Partial<ShardStatistics>): ShardStatistics {
  const zero: ShardStatistics = {
    pushes: 0,
    rows: 0,
    samples: 0,
    duplicates: new Map(),
    refusedHeadFull: 0,
    refusedKeysFull: 0,
    seals: 0,
    sealFailures: 0,
    symbolRestarts: 0,
    walRecords: 0,
    walBytes: 0,
    walSyncs: 0,
    walRefused: 0,
    walDamages: 0,
    walTornTails: 0,
    headBytes: 0,
    symbolBytes: 0,
    keyBytes: 0,
    series: 0,
    windows: 0,
    leases: 0,
    segments: 0,
    segmentBytes: 0,
  };
  return { ...zero, ...statistics };
}

test("shards are added up at each scrape, and asked once for all metrics", async () => {
  let askedCount = 0;
  let now: IngesterStatistics = {
    shards: [
      shard({ walSyncs: 3, headBytes: 10, series: 2, duplicates: new Map([["anonymous/a/b", 4]]) }),
      shard({ walSyncs: 1, keyBytes: 5, series: 1, seals: 2, sealFailures: 1, duplicates: new Map([["/", 1]]) }),
    ],
    cuts: { blocks: 2, bytes: 100, failures: 1, duplicates: 0, conflicts: 0 },
    cutsFailingMs: 2500,
    replay: { bytesDone: 7, bytesTotal: 9 },
    seriesOfTenants: [[anonymousTenant, 3]],
  };
  const metrics = new Metrics();
  ingesterMetrics(metrics, {
    statistics: async () => {
      askedCount++;
      return now;
    },
  });
  const lines = async (): Promise<readonly string[]> => (await metrics.text()).split("\n");
  const first = await lines();
  for (const line of [
    "basalt_ingester_wal_syncs_total 4",
    'pyroscope_head_size_bytes{type="rows"} 10',
    'pyroscope_head_size_bytes{type="keys"} 5',
    "pyroscope_tsdb_head_series 3",
    "basalt_ingester_cut_failing_seconds 2.5",
    'basalt_ingester_active_series{tenant="anonymous"} 3',
    'pyroscope_head_flushed_blocks_total{status="success"} 2',
    'pyroscope_head_flushed_blocks_total{status="failed"} 1',
    'pyroscope_head_written_profile_segments_total{status="success"} 2',
    'basalt_ingester_duplicates_total{tenant="anonymous",service="a/b"} 4',
    'basalt_ingester_duplicates_total{tenant="overflow",service="overflow"} 1',
    "basalt_ingester_cut_bytes_total 100",
    "basalt_ingester_replay_done_bytes 7",
    "basalt_ingester_replay_bytes 9",
  ]) {
    assert.ok(first.includes(line), line);
  }
  for (const { name } of ingesterMetricList)
    assert.ok(
      first.some((line) => line.startsWith(name)),
      name,
    );
  assert.equal(askedCount, 1);
  now = { ...now, shards: [shard({ walSyncs: 10 })] };
  assert.ok((await lines()).includes("basalt_ingester_wal_syncs_total 10"), "counters grow by what was added since");
});
