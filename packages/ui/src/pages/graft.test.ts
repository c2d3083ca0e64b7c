import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FlameModel } from "../flame/flame-model.ts";
import { parseFlameGraph } from "../flame/parse.ts";
import { pathOf } from "../flame/paths.ts";
import { graft, truncatedNodeOf } from "./graft.ts";

/** Trees as text: `name total self`, two spaces a level. */
function modelOf(text: string): FlameModel {
  const rows = text.trim().split("\n");
  const names = ["total"];
  const levels: number[][] = [];
  const xOfLevel: number[] = [];
  const nextChild: number[] = [];
  for (const row of rows) {
    const depth = (row.length - row.trimStart().length) / 2;
    const [name = "", total = "0", self = "0"] = row.trim().split(" ");
    const x = depth === 0 ? 0 : (nextChild[depth - 1] ?? 0);
    const level = (levels[depth] ??= []);
    if (depth > 0) names.push(name);
    level.push(x - (xOfLevel[depth] ?? 0), Number(total), Number(self), depth === 0 ? 0 : names.length - 1);
    xOfLevel[depth] = x + Number(total);
    nextChild[depth] = x + Number(self);
    if (depth > 0) nextChild[depth - 1] = x + Number(total);
  }
  return parseFlameGraph({ names, levels: levels.map((values) => ({ values })) });
}

function textOf(model: FlameModel): string[] {
  return Array.from({ length: model.nodeCount }, (_, node) => {
    const path = pathOf(model, node).join("/");
    return `${path} ${model.x[node]}+${model.total[node]} self ${model.self[node]}`;
  }).sort();
}

const whole = `
total 20 1
  a 12 2
    b 6 0
      c 4 4
      d 2 2
    e 4 1
      f 3 3
  z 7 0
    c 7 7`;
const base = `
total 20 1
  a 12 2
    b 6 0
      c 4 4
      other 2 2
    other 4 4
  z 7 0
    c 7 7`;
const belowA = `
total 12 0
  a 12 2
    b 6 0
      c 4 4
      d 2 2
    e 4 1
      f 3 3`;

describe("graft", () => {
  it("gives the tree that was never truncated", () => {
    const grafted = graft(modelOf(base), modelOf(belowA), ["a"]);
    assert.deepEqual(textOf(grafted), textOf(modelOf(whole)));
    assert.deepEqual([...grafted.levelStart], [0, 1, 3, 6, 9]);
  });
  it("leaves the tree alone when the path is unknown", () => {
    const model = modelOf(base);
    assert.equal(graft(model, modelOf(belowA), ["a", "e"]), model);
    assert.equal(graft(model, modelOf("total 0 0"), ["a"]), model);
  });
});

describe("truncatedNodeOf", () => {
  const cases: readonly (readonly [string, readonly string[], boolean])[] = [
    ["a frame with a folded child", ["a"], true],
    ["a frame in a folded subtree: its deepest known ancestor", ["a", "e", "f"], true],
    ["a frame without", ["z"], false],
    ["the whole graph is not asked again", [], false],
  ];
  for (const [rule, path, expected] of cases) {
    it(rule, () => assert.equal(truncatedNodeOf(modelOf(base), path) !== undefined, expected));
  }
});
