import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FilesystemBucket, folderBucket } from "@basalt/bucket";
import type { BlockId, ProducerId, SeriesBatch } from "@basalt/model";
import { anonymousTenant, encodeSeriesBatch } from "@basalt/model";
import type { IngesterQueryClient, PlanContext, QueryAnswer, QueryRunner } from "@basalt/query";
import { executePlan, packPartial, planLabelValues, planTree, QueryMemory, seriesLabels } from "@basalt/query";
import { decodeMessage, querierV1, typesV1 } from "@basalt/rpc";
import {
  Config,
  crc32,
  defaultLimits,
  equalLimits,
  limitSettings,
  Metrics,
  nodeFileSystem,
  RecordingLogger,
  systemClock,
  systemRandom,
  zstdCodec,
} from "@basalt/runtime";
import { BlockIndex, blockCaches, cutBlockId, runCutJob, Shard } from "@basalt/store";
import { createQuerier } from "./create-querier.ts";
import { querierSettings } from "./settings.ts";

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const folder = mkdtempSync(join(tmpdir(), "basalt-querier-"));
const bucketFolder = `${folder}/bucket`;
const startS = 1_700_000_100;
const config = Config.of([...Object.values(limitSettings), ...Object.values(querierSettings)]);
const bucket = new FilesystemBucket(nodeFileSystem, bucketFolder);
const readers = {
  fileSystem: nodeFileSystem,
  bucket,
  blocks: new BlockIndex({ bucket, clock: systemClock, listingAgeMaxMs: 0 }),
  codec: zstdCodec(1),
  checksum: crc32,
  caches: blockCaches(),
};
const producer = "producer" as ProducerId;
const fail = (error: unknown): void => assert.fail(String(error));
const shard = await Shard.open({
  ...readers,
  clock: systemClock,
  random: systemRandom,
  folder: `${folder}/shard`,
  segmentFolders: [`${folder}/shard/segments`],
  producer,
  headBytesMax: 2 ** 26,
  keyBytesMax: 2 ** 26,
  lateWindowsMax: 16,
  sync: { mode: "always" },
  seriesLimiter: { tryAdd: () => true, remove: () => undefined, limitOf: () => 0 },
  owns: () => true,
  onFatal: fail,
  onProblem: fail,
  onTornLog: fail,
});

/** An ingester of one shard in this thread. */
const ingester: IngesterQueryClient = {
  snapshotAndExecute: async (plan, limits) => {
    const snapshot = shard.snapshot(plan.tenant, plan.range);
    const context = { limits, clock: systemClock, memory: new QueryMemory(1) };
    const partial = await executePlan(plan, snapshot.sources, context);
    return { partials: [packPartial(partial).message], snapshot, lease: [snapshot.lease] };
  },
  release: async ([lease]) => shard.release(lease),
};
const logger = new RecordingLogger();
const { runner, stop } = createQuerier({
  config,
  clock: systemClock,
  logger,
  metrics: new Metrics(),
  limits: equalLimits(defaultLimits(config)),
  ingester,
  blocks: readers.blocks,
  storage: folderBucket(bucketFolder),
});
after(async () => {
  await stop();
  await shard.close();
  rmSync(folder, { recursive: true });
});

/** One profile of `main → work` with a value. */
function batch(index: number, value: number): SeriesBatch {
  const text = new TextEncoder();
  const none = new BigUint64Array(0);
  return {
    tenant: anonymousTenant,
    service: "shop",
    profileId: text.encode(`profile ${index}`.padEnd(16, ".")),
    timeNanos: BigInt(startS + index) * 1_000_000_000n,
    durationNanos: 0n,
    period: 0n,
    rows: [
      {
        labels: seriesLabels(cpuType, { service_name: "shop", pod: `pod-${index}` }),
        valueColumn: 0,
        sampleStart: 0,
        sampleEnd: 1,
      },
    ],
    stringBytes: text.encode("mainwork"),
    stringCount: 3,
    stringStart: Uint32Array.of(0, 0, 4),
    stringLength: Uint32Array.of(0, 4, 4),
    functionCount: 2,
    functionName: Uint32Array.of(1, 2),
    functionSystemName: Uint32Array.of(1, 2),
    functionFilename: new Uint32Array(2),
    functionStartLine: new Uint32Array(2),
    mappingCount: 0,
    mappingStart: none,
    mappingLimit: none,
    mappingOffset: none,
    mappingFilename: new Uint32Array(0),
    mappingBuildId: new Uint32Array(0),
    mappingFlags: new Uint8Array(0),
    locationCount: 2,
    locationMapping: new Uint32Array(2),
    locationAddressLow: new Uint32Array(2),
    locationAddressHigh: new Uint32Array(2),
    locationIsFolded: new Uint8Array(2),
    locationLineStart: Uint32Array.of(0, 1, 2),
    lineCount: 2,
    lineFunction: Uint32Array.of(1, 2),
    lineNumber: new Uint32Array(2),
    sampleCount: 1,
    stackStart: Uint32Array.of(0, 2),
    stackLocation: Uint32Array.of(1, 0),
    sampleTypeCount: 1,
    values: Float64Array.of(value),
  };
}

async function cut(): Promise<BlockId> {
  const parts = shard.uncutParts();
  const [{ windowStart }] = parts as [(typeof parts)[0]];
  const window = { start: windowStart, end: windowStart + 900_000_000_000n };
  const inputs = parts.map(({ segment, path }) => ({ segment, path, windowStart }));
  const id = cutBlockId(anonymousTenant, window, inputs);
  const job = { id, tenant: anonymousTenant, producer, window, inputs };
  const { notice } = await runCutJob(job, { ...readers, seed: 1, pause: () => Promise.resolve() });
  await shard.applyCut(notice);
  return id;
}

const context: PlanContext = {
  tenant: anonymousTenant,
  nowMs: startS * 1000,
  lookbackMaxMs: 0,
  lengthMaxMs: 0,
  nodesDefault: 0,
  nodesMax: 0,
};
const range = { startMs: BigInt(startS) * 1000n, endMs: BigInt(startS + 600) * 1000n };
const tree = planTree({ ...range, profileTypeId: cpuType, labelSelector: '{service_name="shop"}' }, context);

function ask(by: QueryRunner): Promise<QueryAnswer> {
  return by.run({ questions: [[tree]], answer: { kind: "flameGraph", codec: "proto", maxNodes: 0 } });
}

function totalOf({ bytes }: QueryAnswer): bigint | undefined {
  return decodeMessage(querierV1.SelectMergeStacktracesResponse, "proto", bytes).flamegraph?.total;
}

test("a query thread answers from segments and blocks, and heads are added", async () => {
  let total = 0n;
  const moves = [async () => undefined, () => shard.seal(), cut, async () => undefined, () => shard.seal(), cut];
  for (const [index, move] of moves.entries()) {
    await shard.push(encodeSeriesBatch(batch(index, 10 ** index), crc32));
    total += 10n ** BigInt(index);
    await move();
    assert.equal(totalOf(await ask(runner)), total, `after move ${index}`);
  }
  assert.equal(shard.statistics().leases, 0, "each query let its segments go");
  const values = planLabelValues({ ...range, matchers: [], name: "pod" }, context);
  const answer = await runner.run({ questions: [[values]], answer: { kind: "labelValues", codec: "proto" } });
  const { names } = decodeMessage(typesV1.LabelValuesResponse, "proto", answer.bytes);
  assert.deepEqual(names, ["pod-0", "pod-1", "pod-2", "pod-3", "pod-4", "pod-5"]);
});

test("a damaged block is left out, and the answer and the log say so", async () => {
  await shard.seal();
  if (shard.uncutParts().length > 0) await cut();
  const blocks = `${bucketFolder}/anonymous/blocks`;
  const [first] = readdirSync(blocks).sort();
  writeFileSync(`${blocks}/${first}/profiles.parquet`, "not parquet");
  const before = logger.entries.length;
  // Another tenant's limits, or a new thread: what a thread remembers of a block's footers it need not read again.
  await stop();
  const fresh = createQuerier({
    config,
    clock: systemClock,
    logger,
    metrics: new Metrics(),
    limits: equalLimits(defaultLimits(config)),
    ingester,
    blocks: readers.blocks,
    storage: folderBucket(bucketFolder),
  });
  const answer = await ask(fresh.runner);
  await fresh.stop();
  assert.ok(answer.isPartial);
  assert.match(answer.warnings[0]?.text ?? "", new RegExp(`block ${first} is left out`));
  assert.ok((totalOf(answer) ?? 0n) < 111_111n);
  assert.deepEqual(
    logger.entries.slice(before).map(({ message }) => message),
    ["a damaged block is left out of queries for a while", "query answered in part"],
  );
});
