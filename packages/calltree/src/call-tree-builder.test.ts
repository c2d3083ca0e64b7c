import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { totalsOf } from "./call-tree.ts";
import { CallTreeBuilder, mergeTrees } from "./call-tree-builder.ts";
import { FunctionTableBuilder } from "./function-table-builder.ts";
import { int64Max, sumValues } from "./int64.ts";
import { foldedStacks, outline, treeFromPicture } from "./testing/picture.ts";
import { randomTree, seededRandom } from "./testing/random-tree.ts";

test("equal paths become one node, and totals add up", () => {
  const tree = treeFromPicture(`
    main;work;hash 10
    main;work 1
    main;idle 5
    main;work;hash 2
  `);
  assert.equal(
    outline(tree),
    `
. 18
  main 18
    idle 5 (5)
    work 13 (1)
      hash 12 (12)`.slice(1),
  );
});

const mergeCases: readonly { readonly name: string; readonly trees: readonly string[]; readonly merged: string }[] = [
  { name: "no tree", trees: [], merged: "" },
  { name: "one tree", trees: ["a;b 1"], merged: "a;b 1" },
  { name: "disjoint", trees: ["a 1", "b 2"], merged: "a 1\nb 2" },
  { name: "overlapping", trees: ["a;b 1\na 1", "a;b 2\na;c 4"], merged: "a 1\na;b 3\na;c 4" },
  { name: "recursion", trees: ["a;a;a 1", "a;a 1"], merged: "a;a 1\na;a;a 1" },
  { name: "the root's own value", trees: ["3", "4\na 1"], merged: "7\na 1" },
  { name: "files told apart by all", trees: ["a@x 1", "a@y 2\na@x 4"], merged: "a@x 5\na@y 2" },
  { name: "files told apart by one only", trees: ["a@x 1\na@y 2", "a 4"], merged: "a 7" },
  { name: "values above 2^53", trees: ["a 9007199254740993", "a 2"], merged: "a 9007199254740995" },
];
for (const { name, trees, merged } of mergeCases) {
  test(`merging keeps every value: ${name}`, () => {
    assert.equal(foldedStacks(mergeTrees(trees.map(treeFromPicture))), merged);
  });
}

test("merging random trees is adding their stacks, whatever the order", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const trees = [1, 2, 3].map(() => randomTree(random, { functions: 5, stacks: 60, depth: 7 }));
    const expected = foldedStacks(treeFromPicture(trees.map(foldedStacks).join("\n")));
    assert.equal(foldedStacks(mergeTrees(trees)), expected, `seed ${seed}`);
    assert.equal(foldedStacks(mergeTrees(trees.reverse())), expected, `seed ${seed}, reversed`);
  }
});

test("a tree is ordered as its type says", () => {
  const random = seededRandom(7);
  const tree = randomTree(random, { functions: 30, stacks: 3000, depth: 20 });
  const seen = new Set<string>();
  assert.equal(tree.parent[0], -1);
  for (let node = 1; node < tree.length; node++) {
    assert.ok((tree.parent[node] ?? node) < node);
    seen.add(`${tree.parent[node]} ${tree.functionIndex[node]}`);
  }
  assert.equal(seen.size, tree.length - 1, "two children of a node name one function");
  assert.equal(totalsOf(tree)[0], sumValues(tree.self));
});

test("builders over one function table merge without names of their own", () => {
  const functions = new FunctionTableBuilder();
  const left = new CallTreeBuilder({ functions });
  const right = new CallTreeBuilder({ functions });
  left.addSelf(Uint32Array.of(left.child(0, functions.indexOf("a"))), BigInt64Array.of(1n));
  right.addSelf(Uint32Array.of(right.child(0, functions.indexOf("b"))), BigInt64Array.of(2n));
  const sum = new CallTreeBuilder({ functions });
  sum.add(left.finish());
  sum.add(right.finish());
  assert.equal(foldedStacks(sum.finish()), "a 1\nb 2");
  assert.deepEqual(functions.table().names, ["", "a", "b"]);
});

test("a total that passes int64 is refused, and the tree stays as it was", () => {
  const builder = new CallTreeBuilder();
  const node = Uint32Array.of(builder.child(0, builder.functions.indexOf("a")));
  builder.addSelf(node, BigInt64Array.of(int64Max));
  const overflow = (thrown: unknown): boolean => thrown instanceof BasaltError && thrown.code === "value_overflow";
  assert.throws(() => builder.addSelf(node, BigInt64Array.of(1n)), overflow);
  assert.throws(() => mergeTrees([treeFromPicture(`a ${int64Max}`), treeFromPicture("b 1")]), overflow);
  assert.equal(builder.finish().self[1], int64Max);
});
