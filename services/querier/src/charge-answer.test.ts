import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTreeBuilder } from "@basalt/calltree";
import { anonymousTenant } from "@basalt/model";
import { type AnswerSpec, MemoryBudget, plainOutcome, planTree, QueryMemory } from "@basalt/query";
import { chargeAnswer } from "./charge-answer.ts";

const plan = planTree(
  { profileTypeId: "process_cpu:cpu:nanoseconds:cpu:nanoseconds", labelSelector: "{}", startMs: 1n, endMs: 2n },
  { tenant: anonymousTenant, nowMs: 1, lookbackMaxMs: 0, lengthMaxMs: 0, nodesDefault: 0, nodesMax: 0 },
);

/** A root with 1,000 functions below it. */
const builder = new CallTreeBuilder();
for (let i = 0; i < 1000; i++) builder.child(0, builder.functions.indexOf(`f${i}`));
const question = { plan, partial: { kind: "tree" as const, tree: builder.finish(), ...plainOutcome } };

const answers: readonly [name: string, spec: AnswerSpec, bytesAtLeast: number][] = [
  ["a flame graph of all nodes", { kind: "flameGraph", codec: "json", maxNodes: 0 }, 1000 * 250],
  ["a flame graph of some", { kind: "flameGraph", codec: "json", maxNodes: 10 }, 1000 * 40],
  ["tree bytes in JSON", { kind: "treeBytes", codec: "json", maxNodes: 0 }, 1000 * 150],
  [
    "a table of ten functions, which sorts all of them",
    { kind: "topFunctions", codec: "json", limit: 10, order: "self", isAscending: false, nameContains: "" },
    1000 * 600,
  ],
];
for (const [name, spec, bytesAtLeast] of answers) {
  test(`an answer is counted before it is written: ${name}`, () => {
    const budget = (bytesMax: number): MemoryBudget => new MemoryBudget(bytesMax, new QueryMemory(1).heap);
    assert.throws(() => chargeAnswer(spec, [question], budget(bytesAtLeast)), { code: "query_memory_limit" });
    chargeAnswer(spec, [question], budget(3 * bytesAtLeast));
  });
}
