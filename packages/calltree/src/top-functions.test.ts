import assert from "node:assert/strict";
import { test } from "node:test";
import { oracleCosts, oracleTree } from "./testing/oracle.ts";
import { treeFromPicture } from "./testing/picture.ts";
import { randomTree, seededRandom } from "./testing/random-tree.ts";
import type { FunctionRow } from "./top-functions.ts";
import { topFunctionPairs, topFunctions } from "./top-functions.ts";

function drawn(rows: readonly FunctionRow[]): string {
  return rows.map(({ name, file, self, total }) => `${name}${file ? `@${file}` : ""} ${self}/${total}`).join("  ");
}

const cases: readonly {
  readonly rule: string;
  readonly tree: string;
  readonly query: Parameters<typeof topFunctions>[1];
  readonly rows: string;
}[] = [
  { rule: "no functions", tree: "3", query: { order: "self", limit: 0 }, rows: "" },
  { rule: "own values and totals", tree: "a;b 2\na 1", query: { order: "self", limit: 0 }, rows: "b 2/2  a 1/3" },
  { rule: "ordered by total", tree: "a;b 2\na 1", query: { order: "total", limit: 0 }, rows: "a 1/3  b 2/2" },
  { rule: "ordered by name", tree: "b;a 2\nb 3", query: { order: "name", limit: 0 }, rows: "a 2/2  b 3/5" },
  { rule: "ties by name", tree: "c 1\na 1\nb 1", query: { order: "self", limit: 2 }, rows: "a 1/1  b 1/1" },
  {
    rule: "a stack counts once for a function that recurs",
    tree: "a;a;b;a 5",
    query: { order: "total", limit: 1 },
    rows: "a 5/5",
  },
  {
    rule: "branches below a recursion are all counted, once",
    tree: "a;b 1\na;b;a 2\na;c;a;b 4\nb 8",
    query: { order: "name", limit: 0 },
    rows: "a 2/7  b 13/15  c 0/4",
  },
  { rule: "files told apart", tree: "f@x;f@y 3", query: { order: "self", limit: 0 }, rows: "f@y 3/3  f@x 0/3" },
];
for (const { rule, tree, query, rows } of cases) {
  test(`functions of a tree: ${rule}`, () =>
    assert.equal(drawn(topFunctions(treeFromPicture(tree), query).rows), rows));
}

test("the count of functions does not depend on the limit", () => {
  assert.equal(topFunctions(treeFromPicture("a 1\nb 1\nc 1"), { order: "self", limit: 1 }).functionCount, 3);
});

test("two sides: one row a function, zeros where a side lacks it, ordered by the sum", () => {
  const { rows, functionCount } = topFunctionPairs(treeFromPicture("a;b 2"), treeFromPicture("a;a 3\nc 1"), {
    order: "total",
    limit: 2,
  });
  assert.equal(functionCount, 3);
  assert.deepEqual(rows, [
    { name: "a", left: { self: 0n, total: 2n }, right: { self: 3n, total: 3n } },
    { name: "b", left: { self: 2n, total: 2n }, right: { self: 0n, total: 0n } },
  ]);
});

test("two sides of which one tells files apart: functions are told by name, recursion through two files counts once", () => {
  const { rows } = topFunctionPairs(treeFromPicture("f@x;f@y 3"), treeFromPicture("f 1"), { order: "self", limit: 0 });
  assert.deepEqual(rows, [{ name: "f", left: { self: 3n, total: 3n }, right: { self: 1n, total: 1n } }]);
});

test("random trees: each function costs what a walk over all paths says", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const tree = randomTree(random, { functions: 1 + Math.floor(random() * 6), stacks: random() * 60, depth: 9 });
    const costs = oracleCosts(oracleTree(tree));
    const { rows } = topFunctions(tree, { order: "total", limit: 0 });
    assert.deepEqual(
      new Map(rows.map(({ name, self, total }) => [name, { self, total }])),
      new Map(costs),
      `seed ${seed}`,
    );
  }
});
