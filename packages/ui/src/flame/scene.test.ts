import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rowHeight } from "./layout.ts";
import { parseFlameGraph } from "./parse.ts";
import { levelOf } from "./paths.ts";
import { FlameScene } from "./scene.ts";
import { encodeLevels, randomTree, seededRandom } from "./testing/random-flame.ts";

function randomScene(seed: number): FlameScene {
  const tree = randomTree(seededRandom(seed), { sideCount: 1, depthMax: 7 });
  const scene = new FlameScene(parseFlameGraph(encodeLevels(tree)));
  scene.resize(800, 100);
  return scene;
}

describe("FlameScene", () => {
  it("finds a frame at the place it gives for it", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const scene = randomScene(seed);
      for (let node = 0; node < scene.model.nodeCount; node++) {
        scene.reveal(node);
        const place = scene.placeOf(node);
        if (place === undefined || place.width < 2) continue;
        const hit = scene.hoverAt(place.x + place.width / 2, place.y + place.height / 2);
        assert.deepEqual(hit, { first: node, last: node }, `seed ${seed}, node ${node}`);
      }
    }
  });

  it("has nothing beside the frames", () => {
    const scene = randomScene(4);
    for (const [x, y] of [
      [-1, 5],
      [800, 5],
      [5, -1],
      [5, 100_000],
    ] as const) {
      assert.equal(scene.hoverAt(x, y), undefined);
      assert.equal(scene.hoverPlace, undefined);
    }
  });

  it("never scrolls beyond its rows", () => {
    const scene = randomScene(5);
    assert.ok(scene.contentHeight > 100);
    assert.equal(scene.scrollBy(-50), false);
    scene.scrollBy(1e9);
    assert.equal(scene.scrollTop, Math.max(scene.contentHeight - 100, 0));
    scene.setFocus(scene.model.nodeCount - 1);
    scene.setViewport(scene.bounds);
    assert.ok(scene.scrollTop <= Math.max(scene.contentHeight - 100, 0));
    assert.equal(scene.contentHeight, (levelOf(scene.model, scene.focus) + 1) * rowHeight);
  });

  it("zooms inside of the focus only", () => {
    const scene = randomScene(5);
    scene.zoomAt(4, 400);
    assert.ok(scene.isZoomed);
    scene.panBy(1e6);
    assert.equal(scene.viewport.end, scene.bounds.end);
    scene.zoomAt(0.001, 10);
    assert.deepEqual(scene.viewport, scene.bounds);
    assert.ok(!scene.isZoomed);
  });

  it("walks with the keys to parents and children and back", () => {
    const scene = randomScene(5);
    assert.equal(scene.moveCursor("down"), 0);
    const child = scene.moveCursor("down");
    assert.equal(scene.model.parent[child], 0);
    assert.equal(scene.moveCursor("up"), 0);
    assert.equal(scene.moveCursor("up"), 0);
    assert.equal(scene.moveCursor("left"), 0);
  });

  it("locates the widest frame of a name on the canvas", () => {
    const scene = new FlameScene(
      parseFlameGraph({
        names: ["total", "a"],
        levels: [{ values: [0, 10, 1, 0] }, { values: [1, 2, 2, 1, 3, 4, 4, 1] }],
      }),
    );
    scene.resize(1000, 100);
    assert.deepEqual(scene.locate("a"), { x: 600, y: 20, width: 400, height: 20 });
    assert.equal(scene.locate("nobody"), undefined);
  });
});
