/** What of the graph's values lies across the width of the canvas. Always `start < end`. */
export interface Viewport {
  readonly start: number;
  readonly end: number;
}

/** No zoom shows less than a millionth of the whole: beyond it pixels of neighbours cannot be told apart in floats. */
const zoomMax = 1e6;

/** A range as viewport: of nothing, a range of 1 beginning there. */
export function viewportOf(start: number, total: number): Viewport {
  return { start, end: start + (total > 0 ? total : 1) };
}

export function widthOf(viewport: Viewport): number {
  return viewport.end - viewport.start;
}

/** The viewport as near as it gets to what is wished for, inside the bounds. */
export function clampViewport(wish: Viewport, bounds: Viewport): Viewport {
  const width = Math.min(Math.max(widthOf(wish), widthOf(bounds) / zoomMax), widthOf(bounds));
  if (width > widthOf(bounds) * (1 - 1e-9)) return bounds;
  const start = Math.min(Math.max(wish.start, bounds.start), bounds.end - width);
  return { start, end: start + width };
}

/** Zooms by a factor (above 1: in) so that the value at `at` (0 = left edge, 1 = right edge) stays where it is. */
export function zoomViewport(viewport: Viewport, zoom: { factor: number; at: number }, bounds: Viewport): Viewport {
  const width = Math.min(widthOf(viewport) / zoom.factor, widthOf(bounds));
  const start = viewport.start + (widthOf(viewport) - width) * zoom.at;
  return clampViewport({ start, end: start + width }, bounds);
}

/** Moves by a part of the width; to the right shows what lies there. */
export function panViewport(viewport: Viewport, part: number, bounds: Viewport): Viewport {
  const by = widthOf(viewport) * part;
  return clampViewport({ start: viewport.start + by, end: viewport.end + by }, bounds);
}

/** Between two viewports: eased out, at `part` (0 … 1) of the time. */
export function easeViewport(from: Viewport, to: Viewport, part: number): Viewport {
  if (part >= 1) return to;
  const eased = 1 - (1 - Math.max(part, 0)) ** 3;
  return { start: from.start + (to.start - from.start) * eased, end: from.end + (to.end - from.end) * eased };
}
