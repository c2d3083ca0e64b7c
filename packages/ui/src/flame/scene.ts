import type { FlameModel } from "./flame-model.ts";
import { type FlameRow, hitRow, isLevelVisible, layoutRow, levelCountOf, makeFlameRow, rowHeight } from "./layout.ts";
import { childrenOf, largestChildOf, levelOf, nameOf } from "./paths.ts";
import { clampViewport, panViewport, type Viewport, viewportOf, widthOf, zoomViewport } from "./viewport.ts";

/** What lies under a point: a frame (`first === last`) or a run of frames too narrow to be seen. */
export interface FlameHit {
  readonly first: number;
  readonly last: number;
}

/** A rectangle in CSS pixels from the top left of the canvas. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Direction = "up" | "down" | "left" | "right";

/** Where in a flame graph somebody is: size of the canvas, focus, zoom, scroll, hover and the keyboard's cursor. */
export class FlameScene {
  readonly model: FlameModel;
  width = 0;
  height = 0;
  scrollTop = 0;
  viewport: Viewport;
  /** The viewport of the focused frame: zoom stays inside. */
  bounds: Viewport;
  focus = 0;
  hover: FlameHit | undefined = undefined;
  hoverPlace: Place | undefined = undefined;
  /** Node of the keyboard's cursor; -1: none yet. */
  cursor = -1;
  visibleLevelCount: number;
  #row: FlameRow = makeFlameRow(0);

  constructor(model: FlameModel) {
    this.model = model;
    this.bounds = this.viewportOf(0);
    this.viewport = this.bounds;
    this.visibleLevelCount = levelCountOf(model);
  }

  get contentHeight(): number {
    return this.visibleLevelCount * rowHeight;
  }

  get isZoomed(): boolean {
    return widthOf(this.viewport) < widthOf(this.bounds) * 0.999_999;
  }

  /** The viewport that a node fills. */
  viewportOf(node: number): Viewport {
    return viewportOf(this.model.x[node] ?? 0, this.model.total[node] ?? 0);
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.#row = makeFlameRow(width);
    this.#settle();
  }

  /** Makes a node the focus; the viewport is set by who animates it. */
  setFocus(node: number): void {
    this.focus = node;
    this.bounds = this.viewportOf(node);
  }

  setViewport(viewport: Viewport): void {
    this.viewport = viewport;
    this.#settle();
  }

  /** Zooms in (factor above 1) or out at a point of the canvas. */
  zoomAt(factor: number, px: number): void {
    this.setViewport(zoomViewport(this.viewport, { factor, at: this.width > 0 ? px / this.width : 0.5 }, this.bounds));
  }

  panBy(px: number): void {
    if (this.width > 0) this.setViewport(panViewport(this.viewport, px / this.width, this.bounds));
  }

  /** The viewport between two points of the canvas. */
  brushed(from: number, to: number): Viewport {
    const perPx = widthOf(this.viewport) / Math.max(this.width, 1);
    const start = this.viewport.start + Math.min(from, to) * perPx;
    return clampViewport({ start, end: start + Math.abs(to - from) * perPx }, this.bounds);
  }

  /** The viewport that shows a hit as wide as it gets. */
  viewportOfHit({ first, last }: FlameHit): Viewport {
    const { x, total } = this.model;
    const start = x[first] ?? 0;
    return clampViewport({ start, end: (x[last] ?? 0) + (total[last] ?? 0) }, this.bounds);
  }

  /** Scrolls by so much; tells whether anything moved. */
  scrollBy(px: number): boolean {
    const before = this.scrollTop;
    this.scrollTop += px;
    this.#settle();
    return this.scrollTop !== before;
  }

  /** Scrolls as little as shows the row of a node. */
  reveal(node: number): void {
    const top = levelOf(this.model, node) * rowHeight;
    this.scrollTop = Math.min(Math.max(this.scrollTop, top + rowHeight - this.height), top);
    this.#settle();
  }

  /** What lies under a point of the canvas; remembers it as hovered. */
  hoverAt(px: number, py: number): FlameHit | undefined {
    const level = Math.floor((py + this.scrollTop) / rowHeight);
    this.hover = undefined;
    this.hoverPlace = undefined;
    if (level < 0 || level >= this.visibleLevelCount || px < 0 || px >= this.width) return undefined;
    layoutRow(this.model, level, this, this.#row);
    const index = hitRow(this.#row, px);
    if (index < 0) return undefined;
    const left = this.#row.left[index] ?? 0;
    this.hover = { first: this.#row.first[index] ?? 0, last: this.#row.last[index] ?? 0 };
    this.hoverPlace = {
      x: left,
      y: level * rowHeight - this.scrollTop,
      width: (this.#row.right[index] ?? 0) - left,
      height: rowHeight,
    };
    return this.hover;
  }

  clearHover(): void {
    this.hover = undefined;
    this.hoverPlace = undefined;
  }

  /** Where the visible part of a node is; undefined if it lies outside of the viewport. Rows may be scrolled away. */
  placeOf(node: number): Place | undefined {
    const scale = this.width / widthOf(this.viewport);
    const from = (this.model.x[node] ?? 0) - this.viewport.start;
    const left = Math.max(from * scale, 0);
    const right = Math.min((from + (this.model.total[node] ?? 0)) * scale, this.width);
    if (right < left || left >= this.width || right <= 0) return undefined;
    return {
      x: left,
      y: levelOf(this.model, node) * rowHeight - this.scrollTop,
      width: right - left,
      height: rowHeight,
    };
  }

  /** Where the widest frame of a name is, if its row is on the canvas. */
  locate(name: string): Place | undefined {
    let widest: Place | undefined;
    for (let node = 0; node < this.model.nodeCount; node++) {
      if (nameOf(this.model, node) !== name) continue;
      const place = this.placeOf(node);
      if (place === undefined || place.y < 0 || place.y + place.height > this.height) continue;
      if (widest === undefined || place.width > widest.width) widest = place;
    }
    return widest;
  }

  /** Moves the keyboard's cursor: up to the parent, down to the largest child, sideways to what is visible of the level. */
  moveCursor(direction: Direction): number {
    const before = this.cursor < 0 || this.placeOf(this.cursor) === undefined ? -1 : this.cursor;
    this.cursor = before < 0 ? this.focus : this.#neighbour(before, direction);
    this.reveal(this.cursor);
    return this.cursor;
  }

  #neighbour(node: number, direction: Direction): number {
    if (direction === "up") return Math.max(this.model.parent[node] ?? 0, 0);
    if (direction === "down") return this.#largestVisibleChild(node);
    const next = node + (direction === "left" ? -1 : 1);
    const isSameLevel =
      next >= 0 && next < this.model.nodeCount && levelOf(this.model, next) === levelOf(this.model, node);
    return isSameLevel && this.placeOf(next) !== undefined ? next : node;
  }

  #largestVisibleChild(node: number): number {
    const largest = largestChildOf(this.model, node);
    if (this.placeOf(largest) !== undefined) return largest;
    const { from, end } = childrenOf(this.model, node);
    for (let child = from; child < end; child++) if (this.placeOf(child) !== undefined) return child;
    return node;
  }

  /** Rows that hold anything in the viewport, and a scroll position inside of them. */
  #settle(): void {
    const levelCount = levelCountOf(this.model);
    let level = 1;
    while (level < levelCount && isLevelVisible(this.model, level, this.viewport)) level++;
    this.visibleLevelCount = level;
    this.scrollTop = Math.min(Math.max(this.scrollTop, 0), Math.max(this.contentHeight - this.height, 0));
  }
}
