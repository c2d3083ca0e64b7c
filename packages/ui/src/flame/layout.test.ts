import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FlameModel } from "./flame-model.ts";
import { hitRow, layoutRow, levelCountOf, makeFlameRow } from "./layout.ts";
import { parseFlameGraph } from "./parse.ts";
import { childrenOf, findPath, largestChildOf, levelOf, nameOf, pathOf } from "./paths.ts";
import { encodeLevels, randomTree, seededRandom } from "./testing/random-flame.ts";
import { type Viewport, viewportOf } from "./viewport.ts";

function randomModel(seed: number): FlameModel {
  return parseFlameGraph(encodeLevels(randomTree(seededRandom(seed), { sideCount: 1, depthMax: 7 })));
}

/** Nodes of a level that overlap the viewport, by looking at each. */
function visibleOf(model: FlameModel, level: number, viewport: Viewport): number[] {
  const nodes: number[] = [];
  for (let node = model.levelStart[level] ?? 0; node < (model.levelStart[level + 1] ?? 0); node++) {
    const left = model.x[node] ?? 0;
    if (left < viewport.end && left + (model.total[node] ?? 0) > viewport.start) nodes.push(node);
  }
  return nodes;
}

function randomViewport(model: FlameModel, random: () => number): Viewport {
  const focus = Math.floor(random() * model.nodeCount);
  const whole = viewportOf(model.x[focus] ?? 0, model.total[focus] ?? 0);
  if (random() < 0.5) return whole;
  const start = whole.start + random() * (whole.end - whole.start);
  return { start, end: start + (whole.end - start) * (0.1 + random() * 0.9) };
}

describe("layoutRow", () => {
  it("shows each visible node once and in its place, whatever the viewport", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed * 7);
      const model = randomModel(seed);
      const width = 3 + Math.floor(random() * 400);
      const row = makeFlameRow(width);
      const viewport = randomViewport(model, random);
      const scale = width / (viewport.end - viewport.start);
      for (let level = 0; level < levelCountOf(model); level++) {
        layoutRow(model, level, { viewport, width }, row);
        const hint = `seed ${seed}, level ${level}`;
        const shown: number[] = [];
        let edge = 0;
        for (let index = 0; index < row.length; index++) {
          const left = row.left[index] ?? -1;
          const right = row.right[index] ?? -1;
          assert.ok(left >= edge - 1e-6 && right >= left, `${hint}: ${left} … ${right} after ${edge}`);
          assert.ok(right <= width + 1 + 1e-6, `${hint}: ${right} beyond ${width}`);
          edge = right;
          for (let node = row.first[index] ?? 0; node <= (row.last[index] ?? -1); node++) shown.push(node);
          const first = row.first[index] ?? 0;
          if (first === row.last[index] && (model.total[first] ?? 0) * scale >= 1) {
            const expected = Math.max(((model.x[first] ?? 0) - viewport.start) * scale, 0);
            assert.ok(Math.abs(left - expected) < 1e-6, `${hint}: ${left} is not ${expected}`);
          }
        }
        assert.deepEqual(shown, visibleOf(model, level, viewport), hint);
      }
    }
  });

  it("draws the way to a focused frame as wide as the canvas", () => {
    const model = randomModel(11);
    const row = makeFlameRow(500);
    for (let focus = 0; focus < model.nodeCount; focus++) {
      const viewport = viewportOf(model.x[focus] ?? 0, model.total[focus] ?? 0);
      for (let node = focus; node >= 0; node = model.parent[node] ?? -1) {
        layoutRow(model, levelOf(model, node), { viewport, width: 500 }, row);
        assert.deepEqual([row.length, row.first[0], row.left[0]], [1, node, 0]);
        assert.ok(Math.abs((row.right[0] ?? 0) - 500) < 1e-6);
      }
    }
  });

  it("makes one run of a hundred thousand frames that share the canvas", () => {
    const count = 100_000;
    const values = Array.from({ length: count }, () => [0, 1, 1, 0]).flat();
    const model = parseFlameGraph({ names: ["total"], levels: [{ values: [0, count, 0, 0] }, { values }] });
    const row = makeFlameRow(1000);
    layoutRow(model, 1, { viewport: { start: 0, end: count }, width: 1000 }, row);
    assert.equal(row.length, 1);
    assert.deepEqual([row.first[0], row.last[0]], [1, count]);
  });
});

describe("hitRow", () => {
  it("finds what looking at each finds", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const model = randomModel(seed);
      const width = 200;
      const row = makeFlameRow(width);
      const viewport = randomViewport(model, random);
      for (let level = 0; level < levelCountOf(model); level++) {
        layoutRow(model, level, { viewport, width }, row);
        for (let px = -1; px < width + 2; px += 0.5) {
          let expected = -1;
          for (let index = 0; index < row.length; index++) {
            if (px >= (row.left[index] ?? 0) && px < (row.right[index] ?? 0)) expected = index;
          }
          assert.equal(hitRow(row, px), expected, `seed ${seed}, level ${level}, px ${px}`);
        }
      }
    }
  });
});

describe("paths", () => {
  it("lead to a node of the same names", () => {
    const model = randomModel(3);
    for (let node = 0; node < model.nodeCount; node++) {
      const path = pathOf(model, node);
      const { node: back, found } = findPath(model, path);
      assert.equal(found, path.length);
      assert.deepEqual(pathOf(model, back), path);
      assert.equal(levelOf(model, node), path.length);
    }
  });

  it("end where a name is missing", () => {
    const model = randomModel(3);
    const child = largestChildOf(model, 0);
    const { node, found } = findPath(model, [nameOf(model, child), "nobody", "nothing"]);
    assert.equal(found, 1);
    assert.equal(nameOf(model, node), nameOf(model, child));
  });

  it("name all children of a node, and only them", () => {
    const model = randomModel(5);
    for (let node = 0; node < model.nodeCount; node++) {
      const { from, end } = childrenOf(model, node);
      const expected = [...model.parent.keys()].filter((child) => model.parent[child] === node);
      assert.deepEqual(
        Array.from({ length: end - from }, (_, index) => from + index),
        expected,
      );
    }
  });
});
