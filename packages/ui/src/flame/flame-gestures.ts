import type { FlameStage } from "./flame-stage.ts";
import { rowHeight } from "./layout.ts";
import type { FlameHit } from "./scene.ts";

/** What pointers and wheels mean to who shows the graph. Points are in CSS pixels of the window. */
export interface GestureHandlers {
  /** The pointer is over something else, or moved over it; undefined: over nothing. */
  readonly onHover: (hover: { hit: FlameHit; clientX: number; clientY: number } | undefined) => void;
  readonly onPick: (hit: FlameHit) => void;
  readonly onMenu: (hit: FlameHit, clientX: number, clientY: number) => void;
  /** The range that is being brushed, in CSS pixels of the canvas. */
  readonly onBrush: (range: { from: number; to: number } | undefined) => void;
}

interface Press {
  readonly startX: number;
  readonly startY: number;
  readonly isBrush: boolean;
  x: number;
  y: number;
  isDrag: boolean;
}

/** A press that moves less than this is a click. */
const dragMin = 4;
/** A wheel's pixel zooms by so much: a notch of 100 by a factor of 1.35. */
const zoomPerPx = 0.003;

/** Listens to a canvas until what it gives is called. */
export function listenToGestures(stage: FlameStage, handlers: GestureHandlers): () => void {
  const { canvas } = stage;
  const listening = new AbortController();
  const options = { signal: listening.signal };
  let press: Press | undefined;

  const hover = (event: PointerEvent | MouseEvent): FlameHit | undefined => {
    const hit = stage.scene.hoverAt(...pointOf(canvas, event));
    handlers.onHover(hit === undefined ? undefined : { hit, clientX: event.clientX, clientY: event.clientY });
    canvas.style.cursor = hit === undefined ? "default" : "pointer";
    stage.redraw();
    return hit;
  };
  const endPress = (): void => {
    press = undefined;
    handlers.onBrush(undefined);
  };

  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      const [x, y] = pointOf(canvas, event);
      press = { startX: x, startY: y, x, y, isBrush: event.shiftKey, isDrag: false };
      canvas.setPointerCapture(event.pointerId);
    },
    options,
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      if (press === undefined) hover(event);
      else drag(stage, press, { point: pointOf(canvas, event), handlers });
    },
    options,
  );
  canvas.addEventListener(
    "pointerup",
    (event) => {
      if (press === undefined) return;
      const { isDrag, isBrush, startX, x } = press;
      endPress();
      if (isDrag && isBrush) stage.moveTo(stage.scene.brushed(startX, x));
      const hit = hover(event);
      if (!isDrag && hit !== undefined) handlers.onPick(hit);
    },
    options,
  );
  canvas.addEventListener("pointercancel", endPress, options);
  canvas.addEventListener(
    "pointerleave",
    () => {
      stage.scene.clearHover();
      handlers.onHover(undefined);
      stage.redraw();
    },
    options,
  );
  canvas.addEventListener(
    "contextmenu",
    (event) => {
      const hit = hover(event);
      if (hit === undefined) return;
      event.preventDefault();
      handlers.onMenu(hit, event.clientX, event.clientY);
    },
    options,
  );
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!wheel(stage, event)) return;
      event.preventDefault();
      hover(event);
    },
    { ...options, passive: false },
  );
  return () => listening.abort();
}

function drag(stage: FlameStage, press: Press, move: { point: [number, number]; handlers: GestureHandlers }): void {
  const [x, y] = move.point;
  press.isDrag ||= Math.hypot(x - press.startX, y - press.startY) >= dragMin;
  if (!press.isDrag) return;
  stage.halt();
  stage.scene.clearHover();
  move.handlers.onHover(undefined);
  if (press.isBrush) {
    move.handlers.onBrush({ from: Math.min(press.startX, x), to: Math.max(press.startX, x) });
  } else {
    stage.scene.panBy(press.x - x);
    stage.scene.scrollBy(press.y - y);
    stage.canvas.style.cursor = "grabbing";
  }
  press.x = x;
  press.y = y;
  stage.redraw();
}

/** Zooms with ctrl (so do pinches of touchpads), else scrolls; false if nothing moved: then the page may. */
function wheel(stage: FlameStage, event: WheelEvent): boolean {
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : rowHeight;
  if (event.ctrlKey || event.metaKey) {
    stage.halt();
    stage.scene.zoomAt(Math.exp(-event.deltaY * unit * zoomPerPx), pointOf(stage.canvas, event)[0]);
    return true;
  }
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    if (!stage.scene.isZoomed) return false;
    stage.halt();
    stage.scene.panBy(event.deltaX * unit);
    return true;
  }
  return stage.scene.scrollBy(event.deltaY * unit);
}

/** A point in CSS pixels from the top left of the canvas. */
function pointOf(canvas: HTMLCanvasElement, event: MouseEvent): [number, number] {
  const { left, top } = canvas.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}
