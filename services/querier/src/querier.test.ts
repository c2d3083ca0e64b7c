import assert from "node:assert/strict";
import { test } from "node:test";
import type { TenantId } from "@basalt/model";
import { BasaltError, parseTenantId } from "@basalt/model";
import type { IngesterAnswer, QueryAnswer, QueryLimits, QueryRequest } from "@basalt/query";
import { planLabelValues, planPprof, planSeries, planStats, planTree } from "@basalt/query";
import { decodeMessage, googleV1, querierV1, typesV1 } from "@basalt/rpc";
import { equalLimits, ManualClock, seededRandom, type TenantLimits } from "@basalt/runtime";
import type { BlockListing } from "@basalt/store";
import type { QueryRecord } from "./query-record.ts";
import { context, limits, row, Store, selection } from "./testing/store.ts";

const treeRequest: QueryRequest = {
  questions: [[planTree(selection, context)]],
  answer: { kind: "flameGraph", codec: "proto", maxNodes: 0 },
};

function totalOf({ bytes }: QueryAnswer): bigint {
  return decodeMessage(querierV1.SelectMergeStacktracesResponse, "proto", bytes).flamegraph?.total ?? -1n;
}

test("rows count once in whatever state of seal and cut they are", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const store = new Store();
    const querier = await store.querier();
    let total = 0n;
    for (let step = 0; step < 12; step++) {
      const choice = random.next();
      const value = BigInt(1 + Math.floor(random.next() * 1000));
      if (choice < 0.5) {
        store.head.push(row(1 + step, value));
        total += value;
      } else if (choice < 0.75) store.seal();
      else store.cut({ keepsSegments: random.next() < 0.5, isListed: random.next() < 0.5 });
      assert.equal(totalOf(await querier.run(treeRequest)), total, `seed ${seed}, step ${step}`);
    }
  }
});

test("a corrupt block is left out, the answer says so, and the record has its cost", async () => {
  const records: QueryRecord[] = [];
  const store = new Store();
  store.head.push(row(1, 5n));
  store.seal();
  const bad = store.cut({ keepsSegments: false, isListed: true });
  Object.assign(store.blocks.get(bad) ?? {}, { error: new BasaltError("block_corrupt", "checksum") });
  store.head.push(row(2, 7n));
  const querier = await store.querier({ onQuery: (record) => void records.push(record) });
  const answer = await querier.run(treeRequest);
  assert.equal(totalOf(answer), 7n);
  assert.ok(answer.isPartial);
  assert.match(answer.warnings[0]?.text ?? "", /checksum/);
  assert.equal(records[0]?.answer?.cost.rowsRead, 1);
  store.onOpen = (): void => assert.fail("a block in quarantine is not opened");
  const later = await querier.run(treeRequest);
  assert.deepEqual([totalOf(later), later.isPartial, later.warnings[0]?.code], [7n, true, "block_corrupt"]);
});

test("a source that was replaced between listing and opening is looked for once more", async () => {
  const store = new Store();
  store.head.push(row(1, 5n));
  store.seal();
  store.onOpen = (): void => {
    store.onOpen = (): void => undefined;
    store.cut({ keepsSegments: false, isListed: true });
  };
  const querier = await store.querier();
  assert.equal(totalOf(await querier.run(treeRequest)), 5n);
  for (const block of store.blocks.values()) block.error = new BasaltError("object_not_found", "gone for good");
  const answer = await querier.run(treeRequest);
  assert.ok(answer.isPartial, "what is gone for good is missing, and the answer says so");
});

test("what is lost is left out whatever else is lost, what moves again and again is asked for later", async () => {
  const store = new Store();
  const kept = (): void => {
    store.head.push(row(1, 5n));
    store.seal();
    store.cut({ keepsSegments: false, isListed: true });
  };
  for (let i = 0; i < 5; i++) kept();
  const [, ...lost] = store.blocks.values();
  for (const block of lost) block.error = new BasaltError("object_not_found", "gone for good");
  const querier = await store.querier();
  const answer = await querier.run(treeRequest);
  assert.deepEqual([totalOf(answer), answer.isPartial, answer.warnings.length], [5n, true, 4]);
  const moving = new Store();
  moving.head.push(row(1, 5n));
  moving.seal();
  // Each time it is looked for it is under another name.
  moving.onOpen = (opened): void => {
    const rows = moving.segments.get(opened) ?? [];
    moving.segments.delete(opened);
    moving.head = rows;
    moving.seal();
  };
  const overtaken = (await moving.querier()).run(treeRequest);
  await assert.rejects(overtaken, { code: "query_overtaken", rpcCode: "unavailable", retryAfterSeconds: 1 });
});

test("rows that are cut into a block while heads answer count once", async () => {
  const store = new Store();
  store.head.push(row(1, 5n));
  const querier = await store.querier();
  const answer = store.snapshotAndExecute.bind(store);
  store.snapshotAndExecute = async (...asked): Promise<IngesterAnswer> => {
    store.snapshotAndExecute = answer;
    const found = await answer(...asked);
    store.seal();
    const recentBlocks = [store.cut({ keepsSegments: true, isListed: true })];
    return { ...found, snapshot: { ...found.snapshot, recentBlocks } };
  };
  assert.equal(totalOf(await querier.run(treeRequest)), 5n);
});

test("a block whose facts cannot be read makes every answer partial", async () => {
  const store = new Store();
  store.head.push(row(1, 5n));
  const problems = [new BasaltError("block_version", "block 01 is too new")];
  store.list = (): Promise<BlockListing> => Promise.resolve({ blocks: [], problems });
  const answer = await (await store.querier()).run(treeRequest);
  assert.equal(totalOf(answer), 5n);
  const warnings = [{ code: "block_version", text: "block 01 is too new" }];
  assert.deepEqual([answer.isPartial, answer.warnings], [true, warnings]);
});

test("of each limit the smallest of the tenants holds", async () => {
  const asked: QueryLimits[] = [];
  const store = new Store();
  const answer = store.snapshotAndExecute.bind(store);
  store.snapshotAndExecute = (plan, bounds): Promise<IngesterAnswer> => {
    asked.push(bounds);
    return answer(plan, bounds);
  };
  const limitsOf: Readonly<Record<string, Partial<TenantLimits>>> = {
    anonymous: { queryTimeoutMs: 60_000, queryBytesReadMax: 0, queryMemoryBytesMax: 1 << 20 },
    strict: { queryTimeoutMs: 30_000, queryBytesReadMax: 1000, queryMemoryBytesMax: 0 },
  };
  const source = { limitsFor: (tenant: TenantId): TenantLimits => ({ ...limits, ...limitsOf[tenant] }) };
  const clock = new ManualClock();
  const querier = await store.querier({ limits: source, clock });
  const plan = planTree(selection, context);
  await querier.run({ ...treeRequest, questions: [[plan, { ...plan, tenant: parseTenantId("strict") }]] });
  const smallest = { timeoutMs: 30_000, bytesReadMax: 1000, memoryBytesMax: 1 << 20 };
  assert.deepEqual(asked, [smallest, smallest]);
  const list = store.list.bind(store);
  store.list = async (): Promise<BlockListing> => {
    await clock.advance(12_000);
    return list();
  };
  await querier.run(treeRequest);
  assert.equal(asked[2]?.timeoutMs, 48_000, "of the time, what is left");
});

test("an empty range opens nothing and is an empty answer", async () => {
  const store = new Store();
  store.head.push(row(1, 5n));
  store.seal();
  store.onOpen = (): void => assert.fail("opened");
  const late = planTree(selection, { ...context, nowMs: 86_400_000_000, lookbackMaxMs: 1000 });
  const querier = await store.querier();
  const { bytes } = await querier.run({ ...treeRequest, questions: [[late]] });
  const graph = decodeMessage(querierV1.SelectMergeStacktracesResponse, "proto", bytes).flamegraph;
  assert.deepEqual(graph?.names, ["total"]);
  assert.deepEqual(
    graph?.levels.map(({ values }) => values),
    [[0n, 0n, 0n, 0n]],
  );
});

test("statistics come from ranges alone", async () => {
  const store = new Store();
  store.head.push(row(3, 5n), row(9, 5n));
  store.seal();
  store.cut({ keepsSegments: false, isListed: true });
  store.head.push(row(12, 5n));
  store.onOpen = (): void => assert.fail("opened");
  const querier = await store.querier();
  const { bytes } = await querier.run({ questions: [[planStats(context)]], answer: { kind: "stats", codec: "proto" } });
  const stats = decodeMessage(typesV1.GetProfileStatsResponse, "proto", bytes);
  assert.deepEqual(stats, { dataIngested: true, oldestProfileTime: 3000n, newestProfileTime: 12_000n });
});

test("answers of each other kind are the messages that clients read", async () => {
  const store = new Store();
  store.head.push(row(1, 5n));
  store.seal();
  store.head.push(row(2, 7n));
  const querier = await store.querier();
  const series = planSeries(
    { ...selection, groupBy: ["service_name"], stepSeconds: 600, aggregation: "sum", startMs: 600_000n },
    context,
  );
  const answered = await querier.run({ questions: [[series]], answer: { kind: "series", codec: "proto", limit: 0 } });
  assert.deepEqual(decodeMessage(querierV1.SelectSeriesResponse, "proto", answered.bytes).series, [
    {
      labels: [{ name: "service_name", value: "shop" }],
      points: [{ value: 12, timestamp: 600_000n, annotations: [], exemplars: [] }],
    },
  ]);
  const values = planLabelValues({ startMs: 1n, endMs: 600_000n, matchers: [], name: "service_name" }, context);
  const json = await querier.run({ questions: [[values]], answer: { kind: "labelValues", codec: "json" } });
  assert.equal(new TextDecoder().decode(json.bytes), '{"names":["shop"]}');
  const both = { questions: [[planTree(selection, context)], [planTree({ ...selection, endMs: 1500n }, context)]] };
  const diff = await querier.run({ ...both, answer: { kind: "diff", codec: "json", maxNodes: 0 } });
  const { flamegraph } = JSON.parse(new TextDecoder().decode(diff.bytes));
  assert.deepEqual([flamegraph.total, flamegraph.leftTicks, flamegraph.rightTicks], ["17", "12", "5"]);
  const render = await querier.run({
    questions: [[planTree(selection, context)], [series]],
    answer: { kind: "render", maxNodes: 0, startMs: 0, endMs: 1_200_000 },
  });
  const body = JSON.parse(new TextDecoder().decode(render.bytes));
  assert.deepEqual([body.flamebearer.numTicks, body.timeline.samples, body.metadata.units], [12, [0, 12], "samples"]);
  assert.deepEqual(body.groups, { shop: body.timeline });
});

test("a pprof is whole, alone and inside the answer of SelectMergeStacktraces, in both codecs", async () => {
  const store = new Store();
  store.head.push(row(1, 5n), { ...row(2, 0n), samples: [{ stack: "", value: 4n }] });
  store.seal();
  store.head.push(row(3, 7n));
  const querier = await store.querier();
  const questions = [[planPprof(selection, context)]];
  const spec = { kind: "pprof", endNanos: 600_000_000_000n, durationNanos: 599_999_000_000n } as const;
  const alone = await querier.run({ questions, answer: { ...spec, codec: "proto", isWrapped: false } });
  const profile = decodeMessage(googleV1.Profile, "proto", alone.bytes);
  const text = (index: bigint): string => profile.stringTable[Number(index)] ?? "";
  assert.deepEqual(
    profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    ["cpu/nanoseconds"],
  );
  const stacks = profile.sample.map(({ locationId, value }) => {
    const names = locationId.map((location) => {
      const line = profile.location.find(({ id: found }) => found === location)?.line[0];
      return text(profile.function.find(({ id: found }) => found === line?.functionId)?.name ?? 0n);
    });
    return `${names.reverse().join(";")} ${value}`;
  });
  assert.deepEqual(stacks.sort(), ["[no stack] 4", "main;work 12"]);
  assert.equal(profile.timeNanos, 600_000_000_000n);
  const wrapped = await querier.run({ questions, answer: { ...spec, codec: "proto", isWrapped: true } });
  const response = decodeMessage(querierV1.SelectMergeStacktracesResponse, "proto", wrapped.bytes);
  assert.equal(response.pprof?.profile?.sample.length, 2);
  const json = await querier.run({ questions, answer: { ...spec, codec: "json", isWrapped: true } });
  const { pprof } = JSON.parse(new TextDecoder().decode(json.bytes));
  assert.equal(pprof.profile.timeNanos, "600000000000");
  const none = [[planPprof({ ...selection, labelSelector: '{a="b"}' }, context)]];
  const empty = await querier.run({ questions: none, answer: { ...spec, codec: "proto", isWrapped: false } });
  assert.equal(decodeMessage(googleV1.Profile, "proto", empty.bytes).sampleType.length, 1);
});

test("a query over its time ends with query_timeout, one that is given up with its reason", async () => {
  const store = new Store();
  const clock = new ManualClock();
  const slow = { snapshotAndExecute: (): Promise<never> => new Promise(() => undefined) };
  Object.assign(store, slow);
  const short = equalLimits({ ...limits, queryTimeoutMs: 1000 });
  const querier = await store.querier({ clock, limits: short, concurrentMax: 1 });
  const running = querier.run(treeRequest);
  running.catch(() => undefined);
  const waiting = querier.run(treeRequest);
  assert.equal(querier.inFlightCount, 2);
  const isTooLate = assert.rejects(waiting, { code: "query_timeout" });
  await clock.advance(1000);
  await isTooLate;
});
