import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymousTenant, BasaltError, type BlockId } from "@basalt/model";
import type { QueryAnswer } from "@basalt/query";
import { plainOutcome, planTree } from "@basalt/query";
import { Metrics, RecordingLogger } from "@basalt/runtime";
import { QueryObserver } from "./query-observer.ts";
import type { QueryRecord } from "./query-record.ts";

const plan = planTree(
  { profileTypeId: "a:b:c:d:e", labelSelector: '{service_name="shop"}', startMs: 1n, endMs: 2n },
  { tenant: anonymousTenant, nowMs: 0, lookbackMaxMs: 0, lengthMaxMs: 0, nodesDefault: 0, nodesMax: 0 },
);
const answer: QueryAnswer = {
  ...plainOutcome,
  bytes: new Uint8Array(3),
  cost: { bytesRead: 100, rowsRead: 5, samplesRead: 50 },
};
const record: QueryRecord = {
  request: { questions: [[plan]], answer: { kind: "flameGraph", codec: "json", maxNodes: 0 } },
  tenant: anonymousTenant,
  startMs: 0,
  durationMs: 10,
  answer,
};

test("queries are counted; slow, partial and broken ones are logged with what they asked and read", async () => {
  const metrics = new Metrics();
  const logger = new RecordingLogger();
  const observer = new QueryObserver({ metrics, logger, slowQueryMs: 1000, inFlightCount: () => 4 });
  const { answer: _, ...asked } = record;
  observer.observe(record);
  observer.observe({ ...asked, error: new BasaltError("query_timeout", "too slow") });
  assert.equal(logger.entries.length, 0);
  observer.observe({ ...record, durationMs: 1500 });
  const warning = {
    code: "block_corrupt",
    text: "bad",
    block: { id: "B" as BlockId, tenant: anonymousTenant },
  } as const;
  observer.observe({ ...record, answer: { ...answer, isPartial: true, warnings: [warning] } });
  observer.observe({ ...asked, error: BasaltError.from(new Error("bug")) });
  assert.deepEqual(
    logger.entries.map(({ level, message }) => `${level}: ${message}`),
    [
      "info: slow query",
      "error: a damaged block is left out of queries for a while",
      "warn: query answered in part",
      "error: query failed",
    ],
  );
  const { selectors, profileType, durationMs, samplesRead } = logger.entries[0]?.fields ?? {};
  assert.deepEqual([selectors, profileType, durationMs, samplesRead], ['{service_name="shop"}', "a:b:c:d:e", 1500, 50]);
  const text = await metrics.text();
  for (const line of [
    'basalt_querier_query_duration_seconds_count{answer="flameGraph",outcome="ok"} 3',
    'basalt_querier_query_duration_seconds_count{answer="flameGraph",outcome="query_timeout"} 1',
    'pyroscope_query_frontend_fetched_bytes_total{tenant="anonymous",kind="flameGraph"} 300',
    'basalt_querier_partial_answers_total{tenant="anonymous"} 1',
    'basalt_querier_quarantined_blocks_total{tenant="anonymous"} 1',
    "pyroscope_query_frontend_queries_in_progress 4",
  ]) {
    assert.ok(text.includes(line), `${line} is not in ${text}`);
  }
});
