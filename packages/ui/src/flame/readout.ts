import { changeText } from "./draw.ts";
import type { FlameModel } from "./flame-model.ts";
import { formatShare, formatValue } from "./format-value.ts";
import { nameOf } from "./paths.ts";
import type { FlameHit } from "./scene.ts";

export interface ReadoutOptions {
  readonly unit: string;
  readonly diffMode: "share" | "absolute";
  /** The focused node: shares are given of it too. */
  readonly focus: number;
}

/** What is to be said of a frame or a run of frames: a title and lines of a label and its values. */
export interface Readout {
  readonly title: string;
  readonly lines: readonly (readonly [label: string, ...values: string[]])[];
}

export function readoutOf(model: FlameModel, { first, last }: FlameHit, options: ReadoutOptions): Readout {
  const { unit, focus } = options;
  const whole = model.total[0] ?? 0;
  if (last > first) {
    const total = sumOf(model.total, first, last);
    return {
      title: `${last - first + 1} frames too narrow to show`,
      lines: [["total", formatValue(total, unit), formatShare(total, whole)]],
    };
  }
  if (model.sides !== undefined) return { title: nameOf(model, first), lines: diffLines(model, first, options) };
  const total = model.total[first] ?? 0;
  const self = model.self[first] ?? 0;
  const ofFocus = focus === 0 ? [] : [`${formatShare(total, model.total[focus] ?? 0)} of focus`];
  return {
    title: nameOf(model, first),
    lines: [
      ["total", formatValue(total, unit), formatShare(total, whole), ...ofFocus],
      ["self", formatValue(self, unit), formatShare(self, whole)],
    ],
  };
}

/** A readout in a sentence, for screen readers. */
export function sentenceOf({ title, lines }: Readout): string {
  return [title, ...lines.map((line) => line.join(" "))].join(", ");
}

function diffLines(model: FlameModel, node: number, { unit, diffMode, focus }: ReadoutOptions): Readout["lines"] {
  const { sides } = model;
  if (sides === undefined) return [];
  const side = (name: string, totals: Float64Array, selfs: Float64Array): readonly [string, ...string[]] => {
    const total = totals[node] ?? 0;
    const ofFocus = focus === 0 ? [] : [`${formatShare(total, totals[focus] ?? 0)} of focus`];
    const self = `self ${formatValue(selfs[node] ?? 0, unit)}`;
    return [name, formatValue(total, unit), formatShare(total, totals[0] ?? 0), ...ofFocus, self];
  };
  const difference = (sides.rightTotal[node] ?? 0) - (sides.leftTotal[node] ?? 0);
  const sign = difference > 0 ? "+" : "";
  return [
    side("left", sides.leftTotal, sides.leftSelf),
    side("right", sides.rightTotal, sides.rightSelf),
    [
      "change",
      `${sign}${formatValue(difference, unit)}`,
      `${changeText(model, node, diffMode)}${diffMode === "share" ? " of share" : ""}`,
    ],
  ];
}

function sumOf(values: Float64Array, first: number, last: number): number {
  let sum = 0;
  for (let at = first; at <= last; at++) sum += values[at] ?? 0;
  return sum;
}
