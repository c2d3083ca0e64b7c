import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymousTenant, labelsFrom } from "@basalt/model";
import { systemClock } from "@basalt/runtime";
import { mergePartials } from "../merge/merge-partials.ts";
import { packPartial, unpackPartial } from "../merge/pack-partial.ts";
import type { QueryPartial } from "../merge/query-partial.ts";
import { planPprof, planTree } from "../plan/plan-select.ts";
import type { QueryPlan } from "../plan/query-plan.ts";
import { MemorySource, type TestSample } from "../testing/memory-source.ts";
import { executePlan } from "./execute-plan.ts";
import { HeapShare, MemoryBudget } from "./memory-budget.ts";
import { QueryMemory } from "./query-memory.ts";

const context = {
  tenant: anonymousTenant,
  nowMs: 1000,
  lookbackMaxMs: 0,
  lengthMaxMs: 0,
  nodesDefault: 0,
  nodesMax: 0,
};
const selection = {
  profileTypeId: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
  labelSelector: "{}",
  startMs: 1n,
  endMs: 1000n,
};
const tree = planTree(selection, context);
const plans: readonly [string, QueryPlan][] = [
  ["a tree", tree],
  ["a tree that tells files apart", planTree(selection, context, true)],
  ["a profile", planPprof(selection, context)],
];

function sourceOf(samples: readonly TestSample[]): MemorySource {
  const labels = labelsFrom({ __profile_type__: selection.profileTypeId, service_name: "web" });
  return new MemorySource([{ labels, timeNanos: 500_000_000n, samples }]);
}

/** 2,000 functions with names of 60 characters, one below the other in stacks of twenty. */
const wide = sourceOf(
  Array.from({ length: 100 }, (_, stack) => ({
    stack: Array.from({ length: 20 }, (__, i) => `f${stack * 20 + i}`.padEnd(60, "z")).join(";"),
    value: 1n,
  })),
);
/** 2,000 stacks, each the caller of the next: as samples, 2 million locations. */
const chain = sourceOf(
  Array.from({ length: 2000 }, (_, depth) => ({
    stack: Array(depth + 1)
      .fill("recursive")
      .join(";"),
    value: 1n,
  })),
);

function run(
  plan: QueryPlan,
  source: MemorySource,
  by: { readonly bytesMax: number; readonly memory: QueryMemory },
): Promise<QueryPartial> {
  const limits = { bytesReadMax: 0, memoryBytesMax: by.bytesMax, timeoutMs: 0 };
  return executePlan(plan, [source], { limits, clock: systemClock, memory: by.memory });
}

for (const [name, plan] of plans) {
  test(`${name} of 2,000 functions fits 4 MiB and not 128 KiB, and leaves nothing behind`, async () => {
    const memory = new QueryMemory(1, 2 ** 30);
    await assert.rejects(run(plan, wide, { bytesMax: 128 * 1024, memory }), { code: "query_memory_limit" });
    assert.equal(memory.heap.bytesUsed, 0);
    const expected = await run(plan, wide, { bytesMax: 0, memory: new QueryMemory(1) });
    // A refused query may have left half of its paths in the index that queries share: the next one goes on from there.
    assert.deepEqual(await run(plan, wide, { bytesMax: 4 * 2 ** 20, memory }), expected);
    assert.equal(memory.heap.bytesUsed, 0);
  });
}

test("the heap of a thread is shared, whatever the query's own bound is", async () => {
  const memory = new QueryMemory(1, 256 * 1024);
  await assert.rejects(run(tree, wide, { bytesMax: 0, memory }), { code: "query_memory_limit", message: /heap/ });
  const other = new QueryMemory(1, 2 ** 20);
  other.heap.take(900_000);
  await assert.rejects(run(tree, wide, { bytesMax: 0, memory: other }), { code: "query_memory_limit" });
  other.heap.take(-900_000);
  assert.equal((await run(tree, wide, { bytesMax: 0, memory: other })).kind, "tree");
  assert.equal(other.heap.bytesUsed, 0);
});

test("few stacks that are many locations are counted before a profile is written of them", async () => {
  const plan = planPprof(selection, context);
  const memory = new QueryMemory(1);
  await assert.rejects(run(plan, chain, { bytesMax: 6 * 2 ** 20, memory }), { code: "query_memory_limit" });
  const partial = await run(plan, chain, { bytesMax: 12 * 2 ** 20, memory });
  assert.equal(partial.kind === "pprof" ? partial.profile?.stackLocation.length : 0, 2001 * 1000);
});

test("what comes from other threads is counted as it is unpacked and merged", async () => {
  for (const [, plan] of plans) {
    const { message } = packPartial(await run(plan, wide, { bytesMax: 0, memory: new QueryMemory(1) }));
    const merge = (bytesMax: number): QueryPartial => {
      const account = new MemoryBudget(bytesMax, new HeapShare(0));
      const found = [message, message].map((packed) => unpackPartial(packed, account));
      return mergePartials(plan, found, { account });
    };
    assert.throws(() => merge(256 * 1024), { code: "query_memory_limit" });
    assert.equal(merge(8 * 2 ** 20).kind, plan.kind);
  }
});
