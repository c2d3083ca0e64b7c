import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode } from "@basalt/model";
import { anonymousTenant, BasaltError } from "@basalt/model";
import type { PlanContext, SeriesRequest } from "./plan-select.ts";
import { planMaxNodes, planSeries, planTree } from "./plan-select.ts";

const context: PlanContext = {
  tenant: anonymousTenant,
  nowMs: 1_700_000_000_000,
  lookbackMaxMs: 0,
  lengthMaxMs: 0,
  nodesDefault: 8192,
  nodesMax: 1_048_576,
};

const good: SeriesRequest = {
  profileTypeId: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
  labelSelector: '{service_name="shop"}',
  startMs: 10_000n,
  endMs: 55_000n,
  groupBy: [],
  stepSeconds: 15,
  aggregation: "sum",
};

const refused: readonly [name: string, change: Partial<SeriesRequest>, code: ErrorCode][] = [
  ["a profile type of four parts", { profileTypeId: "a:b:c:d" }, "profile_type_malformed"],
  ["a seventh part", { profileTypeId: "a:b:c:d:e:delta:x" }, "profile_type_malformed"],
  ["an empty selector", { labelSelector: "" }, "selector_malformed"],
  ["a selector without end", { labelSelector: '{a="b' }, "selector_malformed"],
  ["a broken regular expression", { labelSelector: '{a=~"("}' }, "selector_malformed"],
  ["no range", { startMs: 0n }, "range_missing"],
  ["a range from end to start", { startMs: 60_000n }, "range_reversed"],
  ["a step of zero", { stepSeconds: 0 }, "query_malformed"],
  ["a step below a millisecond", { stepSeconds: 0.0009 }, "query_malformed"],
  ["a negative step", { stepSeconds: -15 }, "query_malformed"],
  ["a step that is no number", { stepSeconds: Number.NaN }, "query_malformed"],
  ["a span id that is too short", { spans: ["abc"] }, "query_malformed"],
  ["a span id that is not hex", { spans: ["zzzzzzzzzzzzzzzz"] }, "query_malformed"],
  ["a call site of a million frames", { callSite: new Array(1_000_000).fill("f") }, "query_malformed"],
  ["a thousand labels to group by", { groupBy: Array.from({ length: 1000 }, (_, i) => `l${i}`) }, "query_malformed"],
];

for (const [name, change, code] of refused) {
  test(`${name} is refused with ${code}`, () => {
    assert.throws(
      () => planSeries({ ...good, ...change }, context),
      (error) => error instanceof BasaltError && error.code === code,
    );
  });
}

test("points stand for (t - step, t], from the start to the last whole step", () => {
  const plan = planSeries(good, context);
  assert.equal(plan.firstPointMs, 10_000);
  assert.equal(plan.stepMs, 15_000);
  // Points at 10, 25, 40 and 55 s.
  assert.deepEqual(plan.range, { start: -4_999_000_000n, end: 55_000_999_999n });
  const cut = planSeries({ ...good, endMs: 54_999n }, context);
  assert.equal(cut.range.end, 40_000_999_999n);
});

const steps: readonly [seconds: number, ms: number][] = [
  [0.001, 1],
  [0.57, 570],
  [0.29, 290],
  [1.0005, 1000],
  [15, 15_000],
  [Number.POSITIVE_INFINITY, 31_557_600_000_000],
];
for (const [seconds, ms] of steps) {
  test(`a step of ${seconds} s is ${ms} ms`, () => {
    assert.equal(planSeries({ ...good, stepSeconds: seconds }, context).stepMs, ms);
  });
}

test("group_by is sorted and without repetition", () => {
  assert.deepEqual(planSeries({ ...good, groupBy: ["pod", "app", "pod"] }, context).groupBy, ["app", "pod"]);
});

test("a delta suffix of the profile type is ignored, and span ids are lower case", () => {
  const plan = planTree(
    { ...good, profileTypeId: `${good.profileTypeId}:delta`, spans: ["00000000000000AF"] },
    context,
  );
  assert.equal(plan.profileType.name, "process_cpu");
  assert.deepEqual(plan.spans, ["00000000000000af"]);
});

test("max nodes: the default when unset, refused above the maximum and below zero", () => {
  assert.equal(planMaxNodes(undefined, context), 8192);
  assert.equal(planMaxNodes(0n, context), 8192);
  assert.equal(planMaxNodes(1_048_576n, context), 1_048_576);
  assert.throws(() => planMaxNodes(1_048_577n, context), /1048577 is greater than allowed 1048576/);
  assert.throws(() => planMaxNodes(-1n, context), /must be set \(max allowed 1048576/);
  assert.equal(planMaxNodes(-1n, { ...context, nodesMax: 0 }), 0);
  assert.equal(planMaxNodes(1n << 62n, { ...context, nodesMax: 0 }), 2 ** 31);
});
