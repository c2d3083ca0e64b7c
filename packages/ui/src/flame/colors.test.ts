import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { contrastOf, decode, type Rgb, rgbOf } from "./color-space.ts";
import { changeOf, colorTokens, diffColor, frameColor, type Theme } from "./colors.ts";

const themes: readonly Theme[] = ["light", "dark"];
const contrastMin = 4.5;

function contrast(one: string, other: string): number {
  return contrastOf(rgbOf(one), rgbOf(other));
}

type Matrix = readonly (readonly [number, number, number])[];

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear light. */
const visions: Readonly<Record<string, Matrix>> = {
  "full colour": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe("palettes", () => {
  for (const theme of themes) {
    const palette = colorTokens[theme];
    it(`${theme}: text on any frame is readable`, () => {
      for (let index = 0; index < 3000; index++) {
        const fill = frameColor(`package${index}`, `function${index * 7}`, theme);
        assert.ok(contrast(fill, palette.text) >= contrastMin, `${fill} ${contrast(fill, palette.text)}`);
      }
    });
    it(`${theme}: text on any change is readable`, () => {
      for (let change = -1; change <= 1; change += 0.01) {
        const fill = diffColor(change, theme);
        assert.ok(contrast(fill, palette.text) >= contrastMin, `${change}: ${fill}`);
      }
    });
    it(`${theme}: text on the other fills is readable`, () => {
      for (const fill of [palette.plain, palette.run]) {
        assert.ok(contrast(fill, palette.text) >= contrastMin, fill);
      }
      assert.ok(contrast(palette.dimmed, palette.dimmedText) >= contrastMin);
    });
    it(`${theme}: lines stand out from the panel`, () => {
      const panel = theme === "dark" ? "#151920" : "#ffffff";
      for (const line of [palette.hover, palette.cursor]) assert.ok(contrast(line, panel) >= 3, line);
    });
    for (const [vision, matrix] of Object.entries(visions)) {
      it(`${theme}: removed and new differ for ${vision}`, () => {
        const distance = labDistance(
          simulate(rgbOf(diffColor(-1, theme)), matrix),
          simulate(rgbOf(diffColor(1, theme)), matrix),
        );
        assert.ok(distance >= 60, `distance is ${distance}`);
      });
      it(`${theme}: half gone, equal and half more differ for ${vision}`, () => {
        const [less, equal, more] = [-0.5, 0, 0.5].map((change) => simulate(rgbOf(diffColor(change, theme)), matrix));
        assert.ok(less !== undefined && equal !== undefined && more !== undefined);
        assert.ok(labDistance(less, equal) >= 15, `less: ${labDistance(less, equal)}`);
        assert.ok(labDistance(more, equal) >= 15, `more: ${labDistance(more, equal)}`);
      });
    }
  }
});

describe("frameColor", () => {
  it("is one hue for a package and differs by function", () => {
    const colors = new Set(["a", "b", "c", "d", "e", "f"].map((name) => frameColor("net/http", name, "dark")));
    assert.ok(colors.size > 1 && colors.size <= 5);
  });
  it("never changes", () => {
    assert.equal(frameColor("net/http", "serve", "dark"), frameColor("net/http", "serve", "dark"));
    assert.notEqual(frameColor("net/http", "serve", "dark"), frameColor("runtime", "serve", "dark"));
  });
});

describe("changeOf", () => {
  const cases: readonly (readonly [number, number, number])[] = [
    [0, 0, 0],
    [0, 5, 1],
    [5, 0, -1],
    [10, 5, -0.5],
    [5, 10, 0.5],
    [3, 3, 0],
  ];
  for (const [left, right, change] of cases) {
    it(`${left} to ${right} is ${change}`, () => assert.equal(changeOf(left, right), change));
  }
});

/** Linear light as somebody sees it. */
function simulate(color: Rgb, matrix: Matrix): number[] {
  const light = color.map(decode);
  return matrix.map((row) =>
    Math.min(
      Math.max(
        row.reduce((sum, factor, at) => sum + factor * (light[at] ?? 0), 0),
        0,
      ),
      1,
    ),
  );
}

/** ΔE of CIE 1976 between two colours of linear light. */
function labDistance(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [labOf(one), labOf(other)];
  return Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)));
}

function labOf([red = 0, green = 0, blue = 0]: readonly number[]): number[] {
  const x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
  const y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function curve(value: number): number {
  return value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116;
}
