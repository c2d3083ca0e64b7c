import assert from "node:assert/strict";
import { test } from "node:test";
import { querierV1 } from "@basalt/rpc";
import { flameTree } from "./flame-tree.ts";

const names = ["total", "a", "b", "c", "d"];

function treeOf(...levels: readonly (readonly number[])[]): readonly string[] {
  const graph = querierV1.FlameGraph.create({
    names,
    levels: levels.map((values) => ({ values: values.map(BigInt) })),
  });
  return flameTree(graph).map(
    ({ parent, depth, name, total, self }) => `${"  ".repeat(depth)}${name} ${total} ${self} <${parent}`,
  );
}

test("bars find their parents by where they lie, gaps between them or not", () => {
  // a over 0..4, b over 4..10; c below b after a gap, d at its end; nothing below a.
  const drawn = treeOf([0, 10, 0, 0], [0, 4, 4, 1, 0, 6, 1, 2], [5, 3, 3, 3, 0, 2, 2, 4]);
  assert.deepEqual(drawn, ["total 10 0 <-1", "  a 4 4 <0", "  b 6 1 <0", "    c 3 3 <2", "    d 2 2 <2"]);
});

test("an empty graph has no frames", () => {
  assert.deepEqual(treeOf(), []);
  assert.deepEqual(treeOf([0, 0, 0, 0]), ["total 0 0 <-1"]);
});
