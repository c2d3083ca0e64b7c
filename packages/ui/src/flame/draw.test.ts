import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { colorTokens, diffColor } from "./colors.ts";
import { type FlameContext, FlamePainter, type FlameStyle } from "./draw.ts";
import type { FlameModel } from "./flame-model.ts";
import { parseFlameGraph, parseFlameGraphDiff } from "./parse.ts";
import { FlameScene } from "./scene.ts";
import { searchModel } from "./search.ts";
import { TextFitter } from "./text-fit.ts";

interface Drawn {
  readonly rects: { x: number; y: number; width: number; color: string }[];
  readonly texts: { text: string; x: number; y: number; color: string }[];
  readonly outlines: string[];
}

/** A canvas that remembers; characters are 6 wide. */
function paint(
  model: FlameModel,
  options: Partial<FlameStyle> & { width?: number; search?: string; scene?: FlameScene } = {},
): Drawn {
  const drawn: Drawn = { rects: [], texts: [], outlines: [] };
  const context: FlameContext = {
    fillStyle: "",
    strokeStyle: "",
    lineWidth: 1,
    clearRect(x, y) {
      assert.deepEqual([x, y], [0, 0]);
    },
    fillRect(x, y, width) {
      drawn.rects.push({ x, y, width, color: String(this.fillStyle) });
    },
    fillText(text, x, y) {
      drawn.texts.push({ text, x, y, color: String(this.fillStyle) });
    },
    strokeRect() {
      drawn.outlines.push(String(this.strokeStyle));
    },
  };
  const scene = options.scene ?? new FlameScene(model);
  if (scene.width === 0) scene.resize(options.width ?? 600, 400);
  const style: FlameStyle = { theme: "dark", unit: "count", diffMode: "share", ...options };
  const fitter = new TextFitter((text) => text.length * 6);
  new FlamePainter(model, style, fitter).paint(context, scene, searchModel(model, options.search ?? ""));
  return drawn;
}

/** total 10 = net/http.(*conn).serve 6 + main.work 4. */
const model = parseFlameGraph({
  names: ["total", "net/http.(*conn).serve", "main.work"],
  levels: [{ values: [0, 10, 0, 0] }, { values: [0, 6, 6, 1, 0, 4, 4, 2] }],
});

/** Left and right sides: a 10 → 15 of totals 20 → 30 (same share), b 10 → 5, c new 10. */
const diff = parseFlameGraphDiff({
  names: ["total", "a", "b", "c"],
  levels: [
    { values: [0, 20, 0, 0, 30, 0, 0] },
    { values: [0, 10, 10, 0, 15, 15, 1, 0, 10, 10, 0, 5, 5, 2, 0, 0, 0, 0, 10, 10, 3] },
  ],
});

describe("FlamePainter", () => {
  it("draws rows of 20 pixels, frames in proportion", () => {
    const { rects } = paint(model);
    assert.deepEqual(
      rects.map(({ x, y, width }) => [x, y, width]),
      [
        [0, 0, 599.5],
        [0, 20, 359.5],
        [360, 20, 239.5],
      ],
    );
  });

  const labels: readonly (readonly [number, string[]])[] = [
    [600, ["total  10", "net/http.(*conn).serve", "main.work"]],
    [200, ["total  10", "(*conn).serve", "main.work"]],
    [100, ["total  10", "(*conn)…", "work"]],
    [20, []],
  ];
  for (const [width, expected] of labels) {
    it(`labels what fits into ${width} pixels: the name, the short name, an ellipsis`, () =>
      assert.deepEqual(
        paint(model, { width }).texts.map(({ text }) => text),
        expected,
      ));
  }

  it("dims what a search did not find, its text too", () => {
    const { rects, texts } = paint(model, { search: "work" });
    const { dimmed, dimmedText, text } = colorTokens.dark;
    assert.deepEqual(
      rects.map(({ color }) => color === dimmed),
      [true, true, false],
    );
    assert.deepEqual(
      texts.map(({ color }) => color),
      [dimmedText, dimmedText, text],
    );
  });

  it("colours a diff by shares, and says what changed", () => {
    const { rects, texts } = paint(diff);
    assert.equal(rects[1]?.color, diffColor(0, "dark"));
    assert.equal(rects[2]?.color, diffColor(-2 / 3, "dark"));
    assert.equal(rects[3]?.color, diffColor(1, "dark"));
    assert.deepEqual(
      texts.map(({ text }) => text),
      ["total  50", "a  0 %", "b  -66.7 %", "c  new"],
    );
  });

  it("colours a diff by values if asked", () => {
    const { texts } = paint(diff, { diffMode: "absolute" });
    assert.deepEqual(
      texts.map(({ text }) => text),
      ["total  50", "a  +50.0 %", "b  -50.0 %", "c  new"],
    );
  });

  it("outlines the cursor, then what the pointer is on", () => {
    const scene = new FlameScene(model);
    scene.resize(600, 400);
    scene.cursor = 1;
    scene.hoverAt(500, 30);
    assert.deepEqual(paint(model, { scene }).outlines, [colorTokens.dark.cursor, colorTokens.dark.hover]);
  });

  it("draws in the order of pixels, not of nodes", () => {
    const count = 100_000;
    const values = Array.from({ length: count }, () => ["0", "1", "1", "0"]).flat();
    const levels = [{ values: [0, count, 0, 0] }, ...Array.from({ length: 3 }, () => ({ values }))];
    const { rects } = paint(parseFlameGraph({ names: ["total"], levels }), { width: 1000 });
    assert.ok(rects.length < 10, `${rects.length} rectangles`);
  });
});
