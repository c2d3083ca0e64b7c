import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallTree } from "@basalt/calltree";
import type { Labels } from "@basalt/model";
import {
  anonymousTenant,
  BasaltError,
  labelsKey,
  labelValue,
  matchesAll,
  parseProfileType,
  parseSelector,
  sortLabels,
  stringAt,
} from "@basalt/model";
import { seededRandom, systemClock } from "@basalt/runtime";
import { answerPprof } from "../answer/answer-pprof.ts";
import type { QueryPartial } from "../merge/query-partial.ts";
import { planLabelNames, planLabelSets, planLabelValues } from "../plan/plan-labels.ts";
import type { PlanContext, SelectRequest, SeriesRequest } from "../plan/plan-select.ts";
import { planPprof, planSeries, planTree } from "../plan/plan-select.ts";
import type { QueryPlan } from "../plan/query-plan.ts";
import type { MemorySourceOptions, TestRow } from "../testing/memory-source.ts";
import { MemorySource } from "../testing/memory-source.ts";
import { cpuType, randomRows, seriesLabels, typeOf } from "../testing/random-rows.ts";
import { executePlan } from "./execute-plan.ts";
import { QueryMemory } from "./query-memory.ts";

const context: PlanContext = {
  tenant: anonymousTenant,
  nowMs: 3_600_000,
  lookbackMaxMs: 0,
  lengthMaxMs: 0,
  nodesDefault: 8192,
  nodesMax: 0,
};
const memory = new QueryMemory(1);
const unlimited = { bytesReadMax: 0, memoryBytesMax: 0, timeoutMs: 0 };

function execute(plan: QueryPlan, sources: readonly MemorySource[]): Promise<QueryPartial> {
  return executePlan(plan, sources, { limits: unlimited, clock: systemClock, memory });
}

/** Deals rows to sources of each kind. */
function deal(rows: readonly TestRow[], random: () => number, options: MemorySourceOptions = {}): MemorySource[] {
  const hands: TestRow[][] = [[], [], []];
  for (const row of rows) hands[Math.floor(random() * 3)]?.push(row);
  const kinds = ["head", "segment", "block"] as const;
  return hands.map((hand, i) => new MemorySource(hand, { batchRowCountMax: 3, kind: kinds[i] ?? "block", ...options }));
}

function isIn(row: TestRow, plan: QueryPlan): boolean {
  const ofType = !("profileType" in plan) || typeOf(row) === Object.values(plan.profileType).join(":");
  const inRange = row.timeNanos >= plan.range.start && row.timeNanos <= plan.range.end;
  return ofType && inRange && plan.selectors.some((text) => matchesAll(row.labels, parseSelector(text)));
}

function framesOf(stack: string): string[] {
  return stack === "" ? ["[no stack]"] : stack.split(/[;+]/);
}

function begins(frames: readonly string[], callSite: readonly string[]): boolean {
  return callSite.every((name, depth) => frames[depth] === name);
}

/** Own value of each path of a tree, as `a;b;c`. */
function pathsOf(tree: CallTree | undefined): Map<string, bigint> {
  const paths = new Map<string, bigint>();
  const pathOfNode: string[] = [""];
  for (let node = 1; node < (tree?.length ?? 0); node++) {
    const above = pathOfNode[tree?.parent[node] ?? 0] ?? "";
    const name = tree?.functions.names[tree.functionIndex[node] ?? 0] ?? "";
    pathOfNode[node] = above === "" ? name : `${above};${name}`;
    const self = tree?.self[node] ?? 0n;
    const path = pathOfNode[node] ?? "";
    assert.ok(!paths.has(path), `path ${path} is there twice`);
    paths.set(path, self);
  }
  for (const [path, self] of paths) if (self === 0n) paths.delete(path);
  return paths;
}

/** Value of each stack of a pprof, as `a;b;c`. */
function pathsOfProfile(partial: Extract<QueryPartial, { kind: "pprof" }>): Map<string, bigint> {
  const profileType = parseProfileType(cpuType);
  const columns = answerPprof(partial.profile, { profileType, timeNanos: 0n, durationNanos: 0n });
  const paths = new Map<string, bigint>();
  for (let sample = 0; sample < columns.sampleCount; sample++) {
    const frames: string[] = [];
    for (let i = columns.stackStart[sample] ?? 0; i < (columns.stackStart[sample + 1] ?? 0); i++) {
      const location = columns.stackLocation[i] ?? 0;
      const end = columns.locationLineStart[location + 1] ?? 0;
      for (let line = columns.locationLineStart[location] ?? 0; line < end; line++) {
        const name = columns.functionName[(columns.lineFunction[line] ?? 1) - 1] ?? 0;
        frames.unshift(stringAt(columns, name));
      }
    }
    // Distinct stacks of locations may be the same path of names.
    paths.set(frames.join(";"), (paths.get(frames.join(";")) ?? 0n) + BigInt(columns.values[sample] ?? 0));
  }
  assert.equal(stringAt(columns, columns.sampleTypeName[0] ?? 0), "cpu");
  assert.equal(stringAt(columns, columns.periodTypeUnit), "nanoseconds");
  return paths;
}

function expectedPaths(rows: readonly TestRow[], plan: Extract<QueryPlan, { kind: "tree" }>): Map<string, bigint> {
  const paths = new Map<string, bigint>();
  const spans = new Set(plan.spans.map((hex) => Buffer.from(hex, "hex").readBigUInt64LE()));
  for (const row of rows.filter((candidate) => isIn(candidate, plan))) {
    for (const { stack, value, span } of row.samples) {
      const frames = framesOf(stack);
      if (!begins(frames, plan.callSite) || (spans.size > 0 && !spans.has(span ?? 0n))) continue;
      paths.set(frames.join(";"), (paths.get(frames.join(";")) ?? 0n) + value);
    }
  }
  return paths;
}

const selection: SelectRequest = { profileTypeId: cpuType, labelSelector: "{}", startMs: 1n, endMs: 600_000n };
const treeCases: readonly [name: string, change: Partial<SelectRequest>][] = [
  ["everything of a type", {}],
  ["a part of the time", { startMs: 100_000n, endMs: 300_000n }],
  ["a service", { labelSelector: '{service_name="shop"}' }],
  ["series that lack a label", { labelSelector: '{pod=""}' }],
  ["a regular expression that the empty value meets", { labelSelector: '{pod=~"a|",service_name!~"ma.*"}' }],
  ["a label that no series has", { labelSelector: '{nobody="x"}' }],
  ["a label that every series lacks", { labelSelector: '{nobody=""}' }],
  ["a call site", { callSite: ["f1", "f2"] }],
  ["a call site that ends among inlined frames", { callSite: ["f1", "g1"] }],
  ["the empty stack as call site", { callSite: ["[no stack]"] }],
  ["a call site that is nowhere", { callSite: ["f1", "nowhere"] }],
  ["one span", { spans: ["0100000000000000"] }],
  ["two spans and a call site", { spans: ["0100000000000000", "0200000000000000"], callSite: ["f0"] }],
];

for (const [name, change] of treeCases) {
  test(`a tree and a pprof are what a sum by hand gives: ${name}`, async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const generator = seededRandom(seed);
      const random = (): number => generator.next();
      const rows = randomRows(random, { rowCount: 60, seconds: 600 });
      const plan = planTree({ ...selection, ...change }, context);
      const partial = await execute(plan, deal(rows, random));
      assert.ok(partial.kind === "tree");
      const expected = expectedPaths(rows, plan);
      assert.deepEqual(pathsOf(partial.tree), expected, `seed ${seed}`);
      const pprof = await execute(planPprof({ ...selection, ...change }, context), deal(rows, random));
      assert.ok(pprof.kind === "pprof");
      assert.deepEqual(pathsOfProfile(pprof), expected, `seed ${seed}`);
    }
  });
}

/** label key → point → [sum, rows] by hand. */
function expectedSeries(rows: readonly TestRow[], plan: Extract<QueryPlan, { kind: "series" }>): Map<string, unknown> {
  const series = new Map<string, Map<number, [bigint, number]>>();
  for (const row of rows.filter((candidate) => isIn(candidate, plan))) {
    const samples = row.samples.filter(({ stack }) => begins(framesOf(stack), plan.callSite));
    if (plan.callSite.length > 0 && samples.length === 0) continue;
    const total = samples.reduce((sum, { value }) => sum + value, 0n);
    const labels: Labels = plan.groupBy
      .map((name) => ({ name, value: labelValue(row.labels, name) ?? "" }))
      .filter(({ value }) => value !== "");
    const points = series.get(labelsKey(labels)) ?? new Map<number, [bigint, number]>();
    series.set(labelsKey(labels), points);
    const point = Math.ceil((Number(row.timeNanos / 1_000_000n) - plan.firstPointMs) / plan.stepMs);
    const [sum, count] = points.get(point) ?? [0n, 0];
    points.set(point, [sum + total, count + 1]);
  }
  return series;
}

const seriesCases: readonly [name: string, change: Partial<SeriesRequest>][] = [
  ["one series", {}],
  ["by service and pod", { groupBy: ["service_name", "pod"] }],
  ["by a label that some lack", { groupBy: ["my.dotted"] }],
  ["steps that do not divide the range", { stepSeconds: 7, startMs: 100_000n, endMs: 411_111n }],
  ["steps of a millisecond", { stepSeconds: 0.001 }],
  ["one step", { stepSeconds: 600, startMs: 600_000n }],
  ["a call site", { callSite: ["f1"], groupBy: ["pod"] }],
];

for (const [name, change] of seriesCases) {
  test(`points are what a sum by hand gives: ${name}`, async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const generator = seededRandom(seed);
      const random = (): number => generator.next();
      const rows = randomRows(random, { rowCount: 80, seconds: 600 });
      const series = { ...selection, groupBy: [], stepSeconds: 15, aggregation: "sum" as const, ...change };
      const plan = planSeries(series, context);
      const partial = await execute(plan, deal(rows, random));
      assert.ok(partial.kind === "series");
      const found = new Map(
        partial.series.map(({ labels, pointIndex, sum, rowCount }) => [
          labelsKey(labels),
          new Map(Array.from(pointIndex, (point, i) => [point, [sum[i], rowCount[i]]])),
        ]),
      );
      assert.deepEqual(found, expectedSeries(rows, plan), `seed ${seed}`);
    }
  });
}

test("label names, values and sets are those of the selected series", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const generator = seededRandom(seed);
    const random = (): number => generator.next();
    const rows = randomRows(random, { rowCount: 40, seconds: 600 });
    const sources = deal(rows, random);
    const request = { startMs: 1n, endMs: 600_000n, matchers: ['{service_name="shop",pod!=""}', '{pod="a"}'] };
    const selected = rows.filter(
      ({ labels }) =>
        labelValue(labels, "pod") === "a" ||
        (labelValue(labels, "service_name") === "shop" && labelValue(labels, "pod") !== undefined),
    );
    const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
    const names = await execute(planLabelNames(request, context, { legacyNamesOnly: true }), sources);
    assert.ok("strings" in names);
    const legacy = selected.flatMap(({ labels }) => labels.map((label) => label.name)).filter((l) => l !== "my.dotted");
    assert.deepEqual([...names.strings].sort(), distinct(legacy), `seed ${seed}`);
    const values = await execute(planLabelValues({ ...request, name: "service_name" }, context), sources);
    assert.ok("strings" in values);
    const services = selected.map(({ labels }) => labelValue(labels, "service_name") ?? "");
    assert.deepEqual([...values.strings].sort(), distinct(services), `seed ${seed}`);
    for (const labelNames of [[], ["pod"], ["pod", "service_name"]]) {
      const plan = planLabelSets({ ...request, labelNames }, context, { legacyNamesOnly: false });
      const sets = await execute(plan, sources);
      assert.ok(sets.kind === "labelSets");
      const projected = selected.map(({ labels }) =>
        labelsKey(labels.filter(({ name }) => labelNames.length === 0 || labelNames.includes(name))),
      );
      assert.deepEqual(sets.labelSets.map(labelsKey).sort(), distinct(projected), `seed ${seed}`);
    }
  }
});

const oneRow: TestRow = {
  labels: seriesLabels(cpuType, { service_name: "shop" }),
  timeNanos: 5_000_000_000n,
  samples: [{ stack: "main;work", value: 7n }],
};

test("a corrupt source is left out as a whole, and the answer says so", async () => {
  const good = new MemorySource([oneRow]);
  const rows = [oneRow, { ...oneRow, timeNanos: 6_000_000_000n }];
  const bad = new MemorySource(rows, { batchRowCountMax: 1, failsAfterBatches: 1 });
  const partial = await execute(planTree(selection, context), [bad, good, bad]);
  assert.ok(partial.kind === "tree");
  assert.deepEqual(pathsOf(partial.tree), new Map([["main;work", 7n]]));
  assert.ok(partial.isPartial);
  assert.equal(partial.warnings[0]?.code, "block_corrupt");
});

test("samples that do not sum up to the total of their row make a source corrupt", async () => {
  class Lying extends MemorySource {
    override async *scan(...request: Parameters<MemorySource["scan"]>): ReturnType<MemorySource["scan"]> {
      for await (const batch of super.scan(...request)) {
        yield { ...batch, stackId: Uint32Array.from(batch.stackId ?? [], () => 4_000_000) };
      }
    }
  }
  const partial = await execute(planTree(selection, context), [new Lying([oneRow])]);
  assert.ok(partial.kind === "tree" && partial.tree === undefined && partial.isPartial);
});

test("sums up to 2^63 - 1 are exact, and one more is value_overflow", async () => {
  const half = (1n << 62n) - 1n;
  const rowOf = (value: bigint, second: bigint): TestRow => ({
    ...oneRow,
    timeNanos: second * 1_000_000_000n,
    samples: [{ stack: "main", value }],
  });
  const fits = [rowOf(half, 1n), rowOf(half, 2n), rowOf(1n, 3n)];
  const grid = { startMs: 600_000n, groupBy: [], stepSeconds: 600, aggregation: "sum" as const };
  const plans = [planTree(selection, context), planSeries({ ...selection, ...grid }, context)];
  const tree = await execute(planTree(selection, context), [new MemorySource(fits)]);
  assert.ok(tree.kind === "tree");
  assert.deepEqual(pathsOf(tree.tree), new Map([["main", (1n << 63n) - 1n]]));
  for (const plan of plans) {
    await assert.rejects(execute(plan, [new MemorySource([...fits, rowOf(1n, 4n)])]), { code: "value_overflow" });
    await assert.rejects(execute(plan, [new MemorySource(fits), new MemorySource([rowOf(1n, 4n)])]), {
      code: "value_overflow",
    });
  }
});

for (const values of [
  [2n ** 53n - 1n],
  [2n ** 53n],
  [2n ** 53n + 1n],
  [2n ** 53n - 1n, 1n, 1n],
  [1n, 2n ** 53n, 2n ** 53n + 1n],
]) {
  test(`sums about 2^53 are exact: ${values.join(" + ")}`, async () => {
    const rows = values.map((value, i) => ({
      ...oneRow,
      timeNanos: BigInt(i + 1) * 1_000_000_000n,
      samples: [{ stack: "main", value }],
    }));
    const partial = await execute(planTree(selection, context), [new MemorySource(rows)]);
    assert.ok(partial.kind === "tree" && !partial.isPartial);
    assert.deepEqual(pathsOf(partial.tree), new Map([["main", values.reduce((a, b) => a + b)]]));
  });
}

test("a query ends at its bounds and when it is given up", async () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({ ...oneRow, timeNanos: BigInt(i) * 1_000_000_000n }));
  let elapsedMs = 0;
  const source = new MemorySource(rows, {
    batchRowCountMax: 1,
    onBatch: () => void elapsedMs++,
  });
  const plan = planTree(selection, context);
  const bounded = (limits: object, signal?: AbortSignal): Promise<QueryPartial> =>
    executePlan(plan, [source], {
      limits: { ...unlimited, ...limits },
      clock: { ...systemClock, monotonicMs: () => elapsedMs, sleep: () => Promise.resolve() },
      ...(signal === undefined ? {} : { signal }),
      memory,
    });
  await assert.rejects(bounded({ bytesReadMax: 1000 }), { code: "query_bytes_limit" });
  await assert.rejects(bounded({ timeoutMs: 20 }), { code: "query_timeout" });
  await assert.rejects(bounded({ memoryBytesMax: 10 }), { code: "query_memory_limit" });
  const reason = new BasaltError("canceled", "the client went away");
  await assert.rejects(bounded({}, AbortSignal.abort(reason)), { code: "canceled" });
  await bounded({});
});

test("sources out of the range are not asked, but what is in no block is, when no time was named", async () => {
  const refuses = { failsAfterBatches: 0, error: new BasaltError("internal", "asked") };
  const old = { ...oneRow, timeNanos: 1n };
  const late = planTree({ ...selection, startMs: 60_000n }, context);
  await execute(late, [new MemorySource([old], refuses)]);
  const values = planLabelValues(
    { startMs: 0n, endMs: 0n, matchers: [], name: "service_name" },
    {
      ...context,
      nowMs: 86_400_000,
    },
  );
  for (const [kind, found] of [
    ["head", 1],
    ["segment", 1],
    ["block", 0],
  ] as const) {
    const partial = await execute(values, [new MemorySource([old], { kind })]);
    assert.ok("strings" in partial);
    assert.equal(partial.strings.length, found, kind);
  }
});

test("a matcher is asked in slices: a query that is over its time ends between two values", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({
    ...oneRow,
    labels: sortLabels([...oneRow.labels, { name: "p", value: `p${i}` }]),
  }));
  let elapsedMs = 0;
  const clock = { ...systemClock, monotonicMs: () => elapsedMs++, sleep: () => Promise.resolve() };
  const plan = planTree({ ...selection, labelSelector: '{p=~"p[0-9]+"}' }, context);
  const bounded = (timeoutMs: number): Promise<QueryPartial> =>
    executePlan(plan, [new MemorySource(rows)], { limits: { ...unlimited, timeoutMs }, clock, memory });
  await assert.rejects(bounded(30), { code: "query_timeout" });
  assert.equal((await bounded(0)).kind, "tree");
});
