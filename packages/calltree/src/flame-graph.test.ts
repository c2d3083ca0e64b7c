import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import type { CallTree } from "./call-tree.ts";
import { CallTreeBuilder } from "./call-tree-builder.ts";
import type { FlameGraph, FlameGraphDiff } from "./flame-graph.ts";
import { flameGraph, flameGraphDiff } from "./flame-graph.ts";
import { int64Max } from "./int64.ts";
import type { OracleFlame } from "./testing/oracle.ts";
import { oracleFlame, oracleFlameDiff, oracleTree } from "./testing/oracle.ts";
import { flamePicture, treeFromPicture } from "./testing/picture.ts";
import { randomTree, seededRandom } from "./testing/random-tree.ts";

interface Case {
  readonly rule: string;
  readonly tree: string;
  readonly nodesMax: number;
  readonly flame: string;
}

const cases: readonly Case[] = [
  { rule: "an empty tree is one empty bar", tree: "", nodesMax: 0, flame: "total[0..0]" },
  {
    rule: "children begin after their parent's own value and stand by name",
    tree: "main 3\nmain;b 2\nmain;a 4\nmain;a;x 1",
    nodesMax: 0,
    flame: "total[0..10]\nmain[0..10] 3\na[3..8] 4  b[8..10] 2\nx[7..8] 1",
  },
  {
    rule: "gaps between bars of a level are kept",
    tree: "a 5\nb;x 1\nc 2\nd;y 1",
    nodesMax: 0,
    flame: "total[0..9]\na[0..5] 5  b[5..6]  c[6..8] 2  d[8..9]\nx[5..6] 1  y[8..9] 1",
  },
  {
    rule: "as many nodes as the limit all stay",
    tree: "a 1\nb 2\nc 3",
    nodesMax: 3,
    flame: "total[0..6]\na[0..1] 1  b[1..3] 2  c[3..6] 3",
  },
  {
    rule: "the rest becomes other, at the right end",
    tree: "a 1\nz 9\nb 2",
    nodesMax: 1,
    flame: "total[0..12]\nz[0..9] 9  other[9..12] 3",
  },
  {
    rule: "nodes that tie with the last one stay too",
    tree: "a 2\nb 2\nc 2\nd 1",
    nodesMax: 1,
    flame: "total[0..7]\na[0..2] 2  b[2..4] 2  c[4..6] 2  other[6..7] 1",
  },
  {
    rule: "a folded node takes its subtree with it",
    tree: "a;b;c 1\nz 9",
    nodesMax: 1,
    flame: "total[0..10]\nz[0..9] 9  other[9..10] 1",
  },
  {
    rule: "every node folds its own children",
    tree: "m;a 5\nm;b 1\nm;a;q 1\nm;a;p 3",
    nodesMax: 3,
    flame: "total[0..10]\nm[0..10]\na[0..9] 5  other[9..10] 1\np[5..8] 3  other[8..9] 1",
  },
  {
    rule: "a function really called other is always folded and loses its subtree",
    tree: "other;x 5\na 1\nb;other 2",
    nodesMax: 0,
    flame: "total[0..8]\na[0..1] 1  b[1..3]  other[3..8] 5\nother[1..3] 2",
  },
  {
    rule: "an own value of the root lies left of everything",
    tree: "2\na 1",
    nodesMax: 0,
    flame: "total[0..3] 2\na[2..3] 1",
  },
  {
    rule: "children stand in the order of bytes, not of UTF-16",
    tree: "\u{1f525} 1\n\ufffd 1\nz 1",
    nodesMax: 0,
    flame: "total[0..3]\nz[0..1] 1  \ufffd[1..2] 1  \u{1f525}[2..3] 1",
  },
  {
    rule: "values above 2^53 are exact",
    tree: "a 9007199254740993\na;b 9007199254740995",
    nodesMax: 0,
    flame:
      "total[0..18014398509481988]\na[0..18014398509481988] 9007199254740993\n" +
      "b[9007199254740993..18014398509481988] 9007199254740995",
  },
  {
    rule: "functions of one name in two files are two bars of one name",
    tree: "f@y 1\nf@x 2",
    nodesMax: 0,
    flame: "total[0..3]\nf[0..2] 2  f[2..3] 1",
  },
];
for (const { rule, tree, nodesMax, flame } of cases) {
  test(`flame graph: ${rule}`, () => assert.equal(flamePicture(flameGraph(treeFromPicture(tree), nodesMax)), flame));
}

test("names: a function called total shares the root's, an empty name has its own", () => {
  const { names } = flameGraph(treeFromPicture("a; 1\na;total 1"), 0);
  assert.deepEqual(names, ["total", "a", ""]);
});

test("names of two sides: an empty name shares the root's, a function called total has its own", () => {
  const tree = treeFromPicture("a; 1\na;total 1");
  assert.deepEqual(flameGraphDiff(tree, tree, 0).names, ["total", "a", "total"]);
});

test("names are indexed from the right, as Pyroscope's walk meets them", () => {
  assert.deepEqual(flameGraph(treeFromPicture("a;b 1\nc;d 1"), 0).names, ["total", "c", "d", "a", "b"]);
});

test("nodes without any value are not drawn", () => {
  const builder = new CallTreeBuilder();
  builder.child(builder.child(0, builder.functions.indexOf("a")), builder.functions.indexOf("b"));
  assert.equal(flamePicture(flameGraph(builder.finish(), 0)), "total[0..0]");
});

const pairCases: readonly (Omit<Case, "tree"> & { readonly left: string; readonly right: string })[] = [
  { rule: "two empty trees", left: "", right: "", nodesMax: 0, flame: "total[0..0] | [0..0]" },
  {
    rule: "what one side lacks is there with zeros, and both lie in one order",
    left: "m;a 2\nm;c 1",
    right: "m;b 4\nm;c 3",
    nodesMax: 0,
    flame: "total[0..3] | [0..7]\nm[0..3] | [0..7]\na[0..2] 2 | [0..0]  b[2..2] | [0..4] 4  c[2..3] 1 | [4..7] 3",
  },
  {
    rule: "the larger side decides what stays; the root counts",
    left: "a 1\nb 9\nc 1",
    right: "a 8\nb 1\nc 1",
    nodesMax: 3,
    flame: "total[0..11] | [0..10]\na[0..1] 1 | [0..8] 8  b[1..10] 9 | [8..9] 1  other[10..11] 1 | [9..10] 1",
  },
  {
    rule: "a function really called other is ranked as any other",
    left: "other;x 5\nb 1",
    right: "other;x 5\nb 1",
    nodesMax: 3,
    flame: "total[0..6] | [0..6]\nother[0..5] | [0..5]  other[5..6] 1 | [5..6] 1\nx[0..5] 5 | [0..5] 5",
  },
  {
    rule: "a real other below the threshold is folded",
    left: "other;x 1\nb 5",
    right: "b 5",
    nodesMax: 2,
    flame: "total[0..6] | [0..5]\nb[0..5] 5 | [0..5] 5  other[5..6] 1 | [5..5]",
  },
];
for (const { rule, left, right, nodesMax, flame } of pairCases) {
  test(`flame graph of two sides: ${rule}`, () => {
    assert.equal(flamePicture(flameGraphDiff(treeFromPicture(left), treeFromPicture(right), nodesMax)), flame);
  });
}

test("the sum of both sides must fit int64", () => {
  const tree = treeFromPicture(`a ${int64Max}`);
  assert.throws(
    () => flameGraphDiff(tree, tree, 0),
    (thrown) => thrown instanceof BasaltError && thrown.code === "value_overflow",
  );
});

function columnsOf(graph: FlameGraph | FlameGraphDiff, width: number): OracleFlame {
  const levels: bigint[][] = [];
  for (let i = 0; i + 1 < graph.levelStart.length; i++) {
    const [first = 0, end = 0] = graph.levelStart.subarray(i, i + 2);
    levels.push([...graph.values.subarray(first * width, end * width)]);
  }
  return { names: [...graph.names], levels, maxSelf: graph.maxSelf };
}

function randomCases(seed: number): { left: CallTree; right: CallTree; nodesMax: number } {
  const random = seededRandom(seed);
  const options = { functions: 1 + Math.floor(random() * 8), stacks: Math.floor(random() * 80), depth: 8 };
  const [left, right] = [randomTree(random, options), randomTree(random, options)];
  return { left, right, nodesMax: Math.floor(random() * 60) - 2 };
}

test("random trees are drawn as the plain reading of the rules draws them", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { left, nodesMax } = randomCases(seed);
    const graph = flameGraph(left, nodesMax);
    assert.deepEqual(columnsOf(graph, 4), oracleFlame(oracleTree(left), nodesMax), `seed ${seed}`);
    assert.equal(graph.total, oracleTree(left).total, `seed ${seed}`);
  }
});

test("random pairs are drawn as the plain reading of the rules draws them", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { left, right, nodesMax } = randomCases(seed);
    const graph = flameGraphDiff(left, right, nodesMax);
    assert.deepEqual(
      columnsOf(graph, 7),
      oracleFlameDiff(oracleTree(left), oracleTree(right), nodesMax),
      `seed ${seed}`,
    );
    const [leftTicks, rightTicks] = [oracleTree(left).total, oracleTree(right).total];
    assert.deepEqual([graph.leftTicks, graph.rightTicks, graph.total], [leftTicks, rightTicks, leftTicks + rightTicks]);
  }
});

test("own values on all levels of a flame graph add up to the total, whatever is folded", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { left, nodesMax } = randomCases(seed);
    const { values, total } = flameGraph(left, nodesMax);
    let sum = 0n;
    for (let i = 2; i < values.length; i += 4) sum += values[i] ?? 0n;
    assert.equal(sum, total, `seed ${seed}`);
  }
});
