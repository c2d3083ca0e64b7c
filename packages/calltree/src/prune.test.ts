import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTreeBuilder } from "./call-tree-builder.ts";
import { pruneTree } from "./prune.ts";
import { foldedStacks, outline, treeFromPicture } from "./testing/picture.ts";
import { randomTree, seededRandom } from "./testing/random-tree.ts";

const tree = "main 1\nmain;work 2\nmain;work;hash 4\nmain;idle 8\nother;main;work 16\nmain;main;work 32";
const cases: readonly { readonly rule: string; readonly callSite: readonly string[]; readonly kept: string }[] = [
  { rule: "no call site: all", callSite: [], kept: tree.split("\n").sort().join("\n") },
  {
    rule: "stacks that begin so, whole",
    callSite: ["main"],
    kept: "main 1\nmain;idle 8\nmain;main;work 32\nmain;work 2\nmain;work;hash 4",
  },
  { rule: "two functions", callSite: ["main", "work"], kept: "main;work 2\nmain;work;hash 4" },
  { rule: "recursion is two functions", callSite: ["main", "main"], kept: "main;main;work 32" },
  { rule: "shorter stacks are not selected", callSite: ["main", "work", "hash"], kept: "main;work;hash 4" },
  { rule: "nothing begins so", callSite: ["work"], kept: "" },
  { rule: "longer than every stack", callSite: ["main", "work", "hash", "x"], kept: "" },
];
for (const { rule, callSite, kept } of cases) {
  test(`call site: ${rule}`, () => assert.equal(foldedStacks(pruneTree(treeFromPicture(tree), callSite)), kept));
}

test("nodes without a value and functions without a node go", () => {
  const builder = new CallTreeBuilder();
  const { functions } = builder;
  const kept = builder.child(builder.child(0, functions.indexOf("a")), functions.indexOf("b"));
  builder.child(kept, functions.indexOf("never"));
  builder.child(0, functions.indexOf("gone"));
  builder.addSelf(Uint32Array.of(kept), BigInt64Array.of(3n));
  const pruned = pruneTree(builder.finish());
  assert.equal(outline(pruned), ". 3\n  a 3\n    b 3 (3)");
  assert.deepEqual(pruned.functions.names, ["", "a", "b"]);
});

test("a pruned tree has the same stacks, and its order holds", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = randomTree(seededRandom(seed), { functions: 6, stacks: 50, depth: 8 });
    const pruned = pruneTree(random);
    assert.equal(foldedStacks(pruned), foldedStacks(random), `seed ${seed}`);
    for (let node = 1; node < pruned.length; node++) assert.ok((pruned.parent[node] ?? node) < node);
  }
});
