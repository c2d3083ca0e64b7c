import assert from "node:assert/strict";
import { test } from "node:test";
import type { Labels } from "@basalt/model";
import { anonymousTenant, labelsFrom, parseProfileType } from "@basalt/model";
import type { SeriesPartial } from "../merge/query-partial.ts";
import { plainOutcome } from "../merge/query-partial.ts";
import type { SeriesPlan } from "../plan/query-plan.ts";
import { cpuType } from "../testing/random-rows.ts";
import { answerFunctions, emptyTree } from "./answer-functions.ts";
import { answerProfileTypes, answerStats } from "./answer-labels.ts";
import { answerSeries } from "./answer-series.ts";
import { flamebearerMetadata } from "./flamebearer-metadata.ts";
import { timelinesOf } from "./timeline.ts";

const plan: SeriesPlan = {
  kind: "series",
  tenant: anonymousTenant,
  selectors: [],
  range: { start: 0n, end: 0n },
  profileType: parseProfileType(cpuType),
  groupBy: ["pod"],
  firstPointMs: 10_000,
  stepMs: 15_000,
  aggregation: "sum",
  callSite: [],
};

function partialOf(
  ...series: readonly [labels: Labels, points: readonly (readonly [number, bigint, number])[]][]
): SeriesPartial {
  return {
    kind: "series",
    series: series.map(([labels, points]) => ({
      labels,
      pointIndex: Float64Array.from(points, ([index]) => index),
      sum: BigInt64Array.from(points, ([, sum]) => sum),
      rowCount: Float64Array.from(points, ([, , count]) => count),
    })),
    ...plainOutcome,
  };
}

const podA = labelsFrom({ pod: "a" });
const podB = labelsFrom({ pod: "b" });
const podC = labelsFrom({ pod: "c" });

test("series come by their sum, equal ones by labels, and only so many as asked for", () => {
  const partial = partialOf(
    [podB, [[0, 5n, 1]]],
    [podC, [[1, 9n, 1]]],
    [
      podA,
      [
        [0, 2n, 1],
        [2, 3n, 1],
      ],
    ],
  );
  const labels = (limit: number): Labels[] => answerSeries(partial, plan, limit).map((series) => series.labels);
  assert.deepEqual(labels(0), [podC, podA, podB]);
  assert.deepEqual(labels(2), [podC, podA]);
  assert.deepEqual([...(answerSeries(partial, plan, 0)[1]?.timestampMs ?? [])], [10_000, 40_000]);
});

test("an average is the mean over rows", () => {
  const [series] = answerSeries(partialOf([podA, [[0, 9n, 2]]]), { ...plan, aggregation: "average" }, 0);
  assert.deepEqual([...(series?.value ?? [])], [4.5]);
});

test("a timeline has one sample a step, from the step of the start up to that of the end", () => {
  const partial = partialOf([
    podA,
    [
      [0, 5n, 1],
      [2, 7n, 1],
      [4, 9n, 1],
    ],
  ]);
  const range = { startMs: 10_000, endMs: 70_000 };
  const { timeline, groups } = timelinesOf(answerSeries(partial, plan, 0), plan, range);
  // Points at 10, 40 and 70 s fall into the steps from 0, 30 and 60 s, and the last of these is the end's.
  assert.deepEqual(timeline, { startTime: 0, samples: [5, 0, 7, 0], durationDelta: 15, watermarks: null });
  assert.deepEqual(groups, { a: timeline });
});

test("without a group there are no groups, with two series no single timeline", () => {
  const range = { startMs: 10_000, endMs: 10_000 };
  const none = timelinesOf([], { ...plan, groupBy: [] }, range);
  assert.deepEqual(none, { timeline: null, groups: null });
  const two = answerSeries(partialOf([podA, [[0, 5n, 1]]], [podB, [[0, 5n, 1]]]), plan, 0);
  const { timeline, groups } = timelinesOf(two, plan, range);
  assert.equal(timeline, null);
  assert.deepEqual(groups?.["b"]?.samples, []);
});

test("groups are told apart whatever values they have, or lack", () => {
  const range = { startMs: 10_000, endMs: 10_000 };
  const keysOf = (...groups: readonly (readonly string[])[]): readonly string[] => {
    const series = groups.map((values) => ({
      labels: values.flatMap((value, i) => (value === "" ? [] : [{ name: `l${i}`, value }])),
      timestampMs: new Float64Array(0),
      value: new Float64Array(0),
    }));
    return Object.keys(timelinesOf(series, { ...plan, groupBy: ["l0", "l1"] }, range).groups ?? {});
  };
  assert.deepEqual(keysOf(["a", "b"], ["c"], ["", "c"]), ["a,b", "c,", ",c"]);
  assert.deepEqual(keysOf(["a,b", "c"], ["a", "b,c"], ['"a', 'b"']), ['"a,b",c', 'a,"b,c"', '"\\"a","b\\""']);
});

for (const [type, units, sampleRate] of [
  [cpuType, "samples", 1_000_000_000],
  ["memory:inuse_objects:count:space:bytes", "objects", 100],
  ["memory:inuse_space:bytes:space:bytes", "bytes", 100],
  ["goroutines:goroutine:count:goroutine:count", "objects", 100],
] as const) {
  test(`${type} is shown in ${units}`, () => {
    const metadata = flamebearerMetadata(parseProfileType(type), "single");
    assert.deepEqual([metadata.units, metadata.sampleRate], [units, sampleRate]);
  });
}

test("profile types are sorted, and the range of no data is turned round", () => {
  assert.deepEqual(
    answerProfileTypes(["b:c:d:e:f", "a:c:d:e:f", "nonsense"]).map(({ id }) => id),
    ["a:c:d:e:f", "b:c:d:e:f"],
  );
  assert.equal(answerStats(undefined).oldestProfileTime, 9_223_372_036_854_775_807n);
  assert.equal(answerStats({ start: 1_999_999n, end: 3_000_000n }).oldestProfileTime, 1n);
});

const left = {
  ...emptyTree,
  length: 3,
  parent: new Int32Array([-1, 0, 1]),
  functionIndex: new Uint32Array([0, 1, 2]),
  self: new BigInt64Array([0n, 1n, 5n]),
  functions: { names: ["", "Main", "work"] },
};
const right = { ...left, self: new BigInt64Array([0n, 9n, 4n]) };
const query = { order: "self", limit: 0, isAscending: false, nameContains: "" } as const;

test("functions of two sides are ordered as asked, and a difference is right less left", () => {
  const names = (change: object): string[] =>
    answerFunctions({ left, right, isPair: true }, { ...query, ...change }).functions.map(({ name }) => name);
  assert.deepEqual(names({}), ["Main", "work"]);
  assert.deepEqual(names({ isAscending: true }), ["work", "Main"]);
  assert.deepEqual(names({ order: "selfDifference", isAscending: true }), ["work", "Main"]);
  assert.deepEqual(names({ order: "name" }), ["Main", "work"]);
  assert.deepEqual(names({ nameContains: "main" }), ["Main"]);
  const { functionCount, total, rightTotal, functions } = answerFunctions(
    { left, right, isPair: true },
    { ...query, limit: 1 },
  );
  assert.deepEqual([functionCount, total, rightTotal, functions.length], [2, 6n, 13n, 1]);
  assert.deepEqual(functions[0]?.cost, { self: 10n, total: 19n });
});

test("functions of no tree are none", () => {
  const none = answerFunctions({ left: undefined, isPair: false }, query);
  assert.deepEqual(none, { functions: [], functionCount: 0, total: 0n, rightTotal: 0n });
});
