import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FlameModel } from "./flame-model.ts";
import { type FlameGraphJson, parseFlameGraph, parseFlameGraphDiff } from "./parse.ts";
import {
  bothSides,
  encodeLevels,
  nodesByLevel,
  randomTree,
  seededRandom,
  type TestNode,
  totalOf,
} from "./testing/random-flame.ts";

function assertSameTree(model: FlameModel, root: TestNode, hint: string): void {
  const nodes = nodesByLevel(root);
  assert.equal(model.nodeCount, nodes.length, hint);
  const indexOf = new Map(nodes.map(({ node }, index) => [node, index]));
  for (const [index, { node, x, parent }] of nodes.entries()) {
    const where = `${hint}, node ${index}`;
    assert.equal(model.names[model.nameIndex[index] ?? -1], node.name, where);
    assert.equal(model.x[index], x, where);
    assert.equal(model.total[index], bothSides(node), where);
    assert.equal(model.parent[index], parent === undefined ? -1 : indexOf.get(parent), where);
    if (model.sides === undefined) continue;
    assert.equal(model.sides.leftTotal[index], totalOf(node, 0), where);
    assert.equal(model.sides.rightTotal[index], totalOf(node, 1), where);
    assert.equal(model.sides.leftSelf[index], node.self[0], where);
    assert.equal(model.sides.rightSelf[index], node.self[1], where);
    assert.equal(model.self[index], (node.self[0] ?? 0) + (node.self[1] ?? 0), where);
  }
}

describe("parseFlameGraph", () => {
  it("gives the columns of random trees", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const root = randomTree(seededRandom(seed), { sideCount: 1, depthMax: 6 });
      assertSameTree(parseFlameGraph(encodeLevels(root)), root, `seed ${seed}`);
    }
  });

  it("begins children after the self of their parent", () => {
    // total 10 (self 2) over a 3, gap of 1 (self of nobody: cut), b 4.
    const model = parseFlameGraph({
      names: ["total", "a", "b"],
      levels: [{ values: [0, 10, 2, 0] }, { values: ["2", "3", "3", "1", "1", "4", "4", "2"] }],
    });
    assert.deepEqual([...model.x], [0, 2, 6]);
    assert.deepEqual([...model.parent], [-1, 0, 0]);
  });

  const hostile: readonly (readonly [string, unknown])[] = [
    ["nothing", {}],
    ["nulls", { names: null, levels: null }],
    ["levels that are no lists", { names: ["total"], levels: [{ values: "abc" }, null, 7] }],
    ["an empty level between", { names: ["total"], levels: [{ values: [0, 5, 0, 0] }, {}, { values: [0, 5, 5, 0] }] }],
    ["half a node", { names: ["total"], levels: [{ values: [0, 5] }] }],
    ["names that are no text", { names: [1, null], levels: [{ values: [0, 5, 5, 1] }] }],
    ["a name index beyond the names", { names: ["total"], levels: [{ values: [0, 5, 5, 99] }] }],
    ["negative, infinite and absurd numbers", { levels: [{ values: [-3, "1e999", "x", -1] }] }],
    ["two roots", { names: ["total"], levels: [{ values: [0, 5, 5, 0, 0, 5, 5, 0] }] }],
    [
      "children beyond their parent",
      { names: ["total"], levels: [{ values: [0, 5, 5, 0] }, { values: [90, 5, 5, 0] }] },
    ],
  ];
  for (const [name, json] of hostile) {
    it(`survives ${name}`, () => {
      for (const parse of [parseFlameGraph, parseFlameGraphDiff]) {
        const model = parse(json as FlameGraphJson);
        assert.ok(model.nodeCount >= 1);
        assert.equal(model.parent[0], -1);
        for (let node = 0; node < model.nodeCount; node++) {
          assert.equal(typeof model.names[model.nameIndex[node] ?? -1], "string");
          assert.ok(Number.isFinite(model.x[node]) && Number.isFinite(model.total[node]));
          assert.ok(node === 0 || ((model.parent[node] ?? -1) >= 0 && (model.parent[node] ?? node) < node));
        }
      }
    });
  }
});

describe("parseFlameGraphDiff", () => {
  it("gives the columns of both sides of random trees", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const root = randomTree(seededRandom(seed), { sideCount: 2, depthMax: 6 });
      assertSameTree(parseFlameGraphDiff(encodeLevels(root)), root, `seed ${seed}`);
    }
  });

  it("adds both sides up", () => {
    const model = parseFlameGraphDiff(encodeLevels(randomTree(seededRandom(7), { sideCount: 2, depthMax: 7 })));
    for (let node = 0; node < model.nodeCount; node++) {
      const { leftTotal, rightTotal, leftSelf, rightSelf } = model.sides ?? assert.fail("no sides");
      assert.equal(model.total[node], (leftTotal[node] ?? 0) + (rightTotal[node] ?? 0));
      assert.equal(model.self[node], (leftSelf[node] ?? 0) + (rightSelf[node] ?? 0));
    }
  });
});
