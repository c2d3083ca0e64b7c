import type { FlameModel } from "./flame-model.ts";
import type { Viewport } from "./viewport.ts";
import { widthOf } from "./viewport.ts";

/** Height of a row, in CSS pixels, the line between rows included. */
export const rowHeight = 20;

/** Frames narrower than this, in CSS pixels, are drawn together with their neighbours. */
const frameWidthMin = 1;

/**
 * What is visible of one level, left to right: a frame alone (`first === last`) or a run of frames too narrow to be seen.
 * Positions in CSS pixels, cut at the edges of the canvas. Reused for row after row: only the first `length` count.
 */
export interface FlameRow {
  length: number;
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** A row for canvases of up to so many pixels: each of them shows at most a frame and a run, and two frames are cut. */
export function makeFlameRow(width: number): FlameRow {
  const capacity = 2 * Math.ceil(width) + 4;
  return {
    length: 0,
    first: new Int32Array(capacity),
    last: new Int32Array(capacity),
    left: new Float64Array(capacity),
    right: new Float64Array(capacity),
  };
}

/** Levels of the graph: also the number of rows. */
export function levelCountOf(model: FlameModel): number {
  return model.levelStart.length - 1;
}

/**
 * Fills `row` with what of a level is in the viewport. Work is in the order of visible pixels, not of nodes: a search
 * finds the first frame, another jumps over frames that share a pixel. As ancestors of a focused frame reach over all of
 * its viewport, they come out as wide as the canvas.
 */
export function layoutRow(
  model: FlameModel,
  level: number,
  view: { viewport: Viewport; width: number },
  row: FlameRow,
): void {
  const { x, total, levelStart } = model;
  const { viewport, width } = view;
  const pixelsPerValue = width / widthOf(viewport);
  const levelEnd = levelStart[level + 1] ?? 0;
  row.length = 0;
  let run = -1;
  let node = firstEndingAfter(model, viewport.start, levelStart[level] ?? 0, levelEnd);
  while (node < levelEnd && (x[node] ?? 0) < viewport.end && row.length < row.first.length) {
    const wholeLeft = ((x[node] ?? 0) - viewport.start) * pixelsPerValue;
    const wholeRight = wholeLeft + (total[node] ?? 0) * pixelsPerValue;
    const left = Math.max(wholeLeft, 0);
    if (wholeRight - wholeLeft >= frameWidthMin) {
      // A run gives way to the frame that begins inside its last pixel.
      if (run >= 0) row.right[run] = Math.min(row.right[run] ?? 0, left);
      run = -1;
      append(row, { first: node, last: node, left, right: Math.min(wholeRight, width) });
      node++;
      continue;
    }
    const right = Math.min(left + frameWidthMin, width);
    const next = firstEndingAfter(model, viewport.start + right / pixelsPerValue, node + 1, levelEnd);
    if (run >= 0 && left <= (row.right[run] ?? 0) + frameWidthMin) {
      row.last[run] = next - 1;
      row.right[run] = right;
    } else {
      run = append(row, { first: node, last: next - 1, left, right });
    }
    node = next;
  }
}

/** Whether anything of a level is in the viewport. */
export function isLevelVisible(model: FlameModel, level: number, viewport: Viewport): boolean {
  const levelEnd = model.levelStart[level + 1] ?? 0;
  const node = firstEndingAfter(model, viewport.start, model.levelStart[level] ?? 0, levelEnd);
  return node < levelEnd && (model.x[node] ?? 0) < viewport.end;
}

/** The first node in [from, end) whose right edge lies beyond `value`; `end` if none does. */
function firstEndingAfter(model: FlameModel, value: number, from: number, end: number): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((model.x[middle] ?? 0) + (model.total[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function append(row: FlameRow, entry: { first: number; last: number; left: number; right: number }): number {
  const index = row.length++;
  row.first[index] = entry.first;
  row.last[index] = entry.last;
  row.left[index] = entry.left;
  row.right[index] = entry.right;
  return index;
}

/** What lies under a point of a row: index into the row, -1 if nothing does. */
export function hitRow(row: FlameRow, px: number): number {
  for (let low = 0, high = row.length - 1; low <= high; ) {
    const middle = (low + high) >>> 1;
    if (px < (row.left[middle] ?? 0)) high = middle - 1;
    else if (px >= (row.right[middle] ?? 0)) low = middle + 1;
    else return middle;
  }
  return -1;
}
