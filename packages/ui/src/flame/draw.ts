import { changeOf, colorTokens, diffColor, frameColor, type Theme } from "./colors.ts";
import type { FlameModel } from "./flame-model.ts";
import { formatChange, formatValue } from "./format-value.ts";
import { type FlameRow, layoutRow, makeFlameRow, rowHeight } from "./layout.ts";
import { splitName } from "./names.ts";
import { nameOf } from "./paths.ts";
import type { FlameScene } from "./scene.ts";
import { type FlameSearch, isFound } from "./search.ts";
import type { TextFitter } from "./text-fit.ts";

/** What is used of a canvas: tests record it. */
export type FlameContext = Pick<
  CanvasRenderingContext2D,
  "fillStyle" | "fillRect" | "fillText" | "strokeStyle" | "lineWidth" | "strokeRect" | "clearRect"
>;

export interface FlameStyle {
  readonly theme: Theme;
  readonly unit: string;
  /** How a diff is coloured: by the change of shares or of values. */
  readonly diffMode: "share" | "absolute";
}

/** Frames narrower than this bear no text: fewer than three characters would fit. */
const labelWidthMin = 24;
const labelPadding = 4;
/** The line between frames of a row, where frames are wide enough to lose it. */
const frameGap = 0.5;
/** Text changes: `+12.3 %` at the end of a label. */
const markerGap = "  ";

/**
 * Paints a scene. Keeps colours and short names of a model, so that painting again costs what is visible. The context is
 * in CSS pixels, its font set and its baseline in the middle.
 */
export class FlamePainter {
  readonly #model: FlameModel;
  readonly #style: FlameStyle;
  readonly #fitter: TextFitter;
  /** By index of the name. */
  readonly #colors: (string | undefined)[] = [];
  readonly #shortNames: (string | undefined)[] = [];
  #row: FlameRow = makeFlameRow(0);

  constructor(model: FlameModel, style: FlameStyle, fitter: TextFitter) {
    this.#model = model;
    this.#style = style;
    this.#fitter = fitter;
  }

  paint(context: FlameContext, scene: FlameScene, search?: FlameSearch): void {
    const { width, height, scrollTop } = scene;
    context.clearRect(0, 0, width, height);
    if (this.#row.first.length < 2 * width + 4) this.#row = makeFlameRow(width);
    const levelEnd = Math.min(Math.ceil((scrollTop + height) / rowHeight), scene.visibleLevelCount);
    for (let level = Math.floor(scrollTop / rowHeight); level < levelEnd; level++) {
      layoutRow(this.#model, level, scene, this.#row);
      this.#paintRow(context, level * rowHeight - scrollTop, search);
    }
    this.#paintOutlines(context, scene);
    this.#paintScrollbar(context, scene);
  }

  #paintRow(context: FlameContext, top: number, search: FlameSearch | undefined): void {
    const { first, last, left, right, length } = this.#row;
    const palette = colorTokens[this.#style.theme];
    for (let index = 0; index < length; index++) {
      const node = first[index] ?? 0;
      const lastNode = last[index] ?? 0;
      const x = left[index] ?? 0;
      const width = (right[index] ?? 0) - x;
      const isDimmed = search !== undefined && !isFound(search, node, lastNode);
      context.fillStyle = isDimmed ? palette.dimmed : node === lastNode ? this.#colorOf(node) : palette.run;
      context.fillRect(x, top, width > 2 ? width - frameGap : width, rowHeight - 1);
      if (width < labelWidthMin) continue;
      const text = this.#labelOf(node, lastNode, width - 2 * labelPadding);
      if (text === "") continue;
      context.fillStyle = isDimmed ? palette.dimmedText : palette.text;
      context.fillText(text, x + labelPadding, top + rowHeight / 2);
    }
  }

  /** Outlines lie inside their frames, so that neighbours and edges do not cut them. */
  #paintOutlines(context: FlameContext, scene: FlameScene): void {
    const palette = colorTokens[this.#style.theme];
    const cursor = scene.cursor < 0 ? undefined : scene.placeOf(scene.cursor);
    for (const [place, color] of [
      [cursor, palette.cursor],
      [scene.hoverPlace, palette.hover],
    ] as const) {
      if (place === undefined) continue;
      context.strokeStyle = color;
      context.lineWidth = 2;
      context.strokeRect(place.x + 1, place.y + 1, Math.max(place.width - 2, 1), place.height - 3);
    }
  }

  #paintScrollbar(context: FlameContext, { width, height, scrollTop, contentHeight }: FlameScene): void {
    if (contentHeight <= height) return;
    context.fillStyle = colorTokens[this.#style.theme].scrollbar;
    const length = Math.max((height / contentHeight) * height, rowHeight);
    const top = (scrollTop / (contentHeight - height)) * (height - length);
    context.fillRect(width - 4, top, 3, length);
  }

  #colorOf(node: number): string {
    const { theme, diffMode } = this.#style;
    const { sides, nameIndex } = this.#model;
    if (sides !== undefined) {
      const left = sides.leftTotal[node] ?? 0;
      const right = sides.rightTotal[node] ?? 0;
      if (diffMode === "absolute") return diffColor(changeOf(left, right), theme);
      const leftWhole = sides.leftTotal[0] || 1;
      const rightWhole = sides.rightTotal[0] || 1;
      return diffColor(changeOf(left / leftWhole, right / rightWhole), theme);
    }
    if (node === 0) return colorTokens[theme].plain;
    const index = nameIndex[node] ?? 0;
    this.#colors[index] ??= colorOfName(this.#model.names[index] ?? "", theme);
    return this.#colors[index] ?? colorTokens[theme].plain;
  }

  #labelOf(node: number, last: number, width: number): string {
    if (last > node) return this.#fitter.fit([`${last - node + 1} frames`, ""], width);
    const name = nameOf(this.#model, node);
    if (node === 0)
      return this.#fitter.fit([`${name}  ${formatValue(this.#model.total[0] ?? 0, this.#style.unit)}`, name], width);
    const index = this.#model.nameIndex[node] ?? 0;
    const short = this.#shortNames[index] ?? splitName(name).short;
    this.#shortNames[index] = short;
    const marker = this.#markerOf(node);
    if (marker === "") return this.#fitter.fit([name, short], width);
    return this.#fitter.fit([name + markerGap + marker, short + markerGap + marker, short], width);
  }

  /** A change in words: colour alone never says it. */
  #markerOf(node: number): string {
    return changeText(this.#model, node, this.#style.diffMode);
  }
}

/** What changed between the sides of a diff: `+12.3 %`, `new`, `removed`; empty of a model of one side. */
export function changeText(model: FlameModel, node: number, diffMode: "share" | "absolute"): string {
  if (model.sides === undefined) return "";
  const left = model.sides.leftTotal[node] ?? 0;
  const right = model.sides.rightTotal[node] ?? 0;
  if (diffMode === "absolute") return formatChange(left, right);
  return formatChange(left / (model.sides.leftTotal[0] || 1), right / (model.sides.rightTotal[0] || 1));
}

/** What the server cut off is called `other`; it belongs to no package. */
function colorOfName(name: string, theme: Theme): string {
  if (name === "other") return colorTokens[theme].plain;
  return frameColor(splitName(name).package, name, theme);
}
