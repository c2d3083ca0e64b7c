import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRender, parseRenderDiff } from "./plan-render.ts";

const now = 1_700_000_000_123_456_789n;
const cpu = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

function render(query: string): ReturnType<typeof parseRender> {
  return parseRender(new URLSearchParams(query), now);
}

test("a query is a profile type and matchers", () => {
  const { tree, series, maxNodes } = render(
    `query=${encodeURIComponent(`${cpu}{service_name="x",region=~"eu.*"}`)}&from=now-1h&until=now&max-nodes=10&groupBy=pod`,
  );
  assert.equal(tree.profileTypeId, cpu);
  assert.equal(tree.labelSelector, '{service_name="x",region=~"eu.*"}');
  assert.equal(tree.startMs, 1_699_996_400_123n);
  assert.equal(tree.endMs, 1_700_000_000_123n);
  assert.equal(maxNodes, 10n);
  assert.deepEqual(series.groupBy, ["pod"]);
  assert.equal(series.stepSeconds, 15);
  assert.equal(series.aggregation, "sum");
});

test("without matchers everything of the type is selected, and times default to now", () => {
  const { tree } = render(`query=${cpu}`);
  assert.equal(tree.labelSelector, "{}");
  assert.equal(tree.startMs, 1_700_000_000_123n);
  assert.equal(tree.endMs, tree.startMs);
});

test("the type may stand in a matcher", () => {
  const { tree } = render(`query=${encodeURIComponent(`{__profile_type__="${cpu}", a="b"}`)}`);
  assert.equal(tree.profileTypeId, cpu);
  assert.equal(tree.labelSelector, '{a="b"}');
});

for (const [name, query] of [
  ["no query", "from=now-1h"],
  ["a query without a type", `query=${encodeURIComponent('{a="b"}')}`],
  ["nonsense for max-nodes", `query=${cpu}&max-nodes=many`],
  ["a fraction of nodes", `query=${cpu}&max-nodes=1.5`],
  ["an unknown aggregation", `query=${cpu}&aggregation=median`],
  ["nonsense for a time", `query=${cpu}&from=yesterday`],
] as const) {
  test(`${name} is refused`, () => assert.throws(() => render(query), { name: "BasaltError" }));
}

test("both sides of a diff measure the same", () => {
  const side = (prefix: string, type: string): string => `${prefix}Query=${type}&${prefix}From=1&${prefix}Until=2`;
  const parse = (query: string): unknown => parseRenderDiff(new URLSearchParams(query), now);
  assert.throws(() => parse(`${side("left", cpu)}&${side("right", "memory:a:b:c:d")}`), /profile types must match/);
  assert.throws(() => parse(side("left", cpu)), /rightQuery is required/);
  const { left, right } = parseRenderDiff(new URLSearchParams(`${side("left", cpu)}&${side("right", cpu)}`), now);
  assert.deepEqual(left, right);
});
