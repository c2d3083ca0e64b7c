import type { FlameStage } from "./flame-stage.ts";
import { pathOf } from "./paths.ts";
import type { Direction } from "./scene.ts";

export interface KeyHandlers {
  readonly onFocus: (path: readonly string[]) => void;
  /** The keyboard's cursor moved to a node. */
  readonly onCursor: (node: number) => void;
  /** A menu is asked for at the cursor. */
  readonly onMenu: (node: number) => void;
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/** Does what a key means to a flame graph; false if it means nothing. */
export function handleKey(event: KeyboardEvent, stage: FlameStage, handlers: KeyHandlers): boolean {
  const { scene } = stage;
  const { model } = scene;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const direction = directions[event.key];
  if (direction !== undefined) {
    handlers.onCursor(scene.moveCursor(direction));
    return true;
  }
  const target = scene.cursor < 0 ? scene.focus : scene.cursor;
  switch (event.key) {
    case "Enter":
      handlers.onFocus(pathOf(model, target));
      return true;
    case "Backspace":
      handlers.onFocus(pathOf(model, Math.max(model.parent[scene.focus] ?? 0, 0)));
      return true;
    case "Home":
      handlers.onFocus([]);
      return true;
    case "Escape":
      return leave(stage, handlers);
    case "+":
    case "-":
      scene.zoomAt(event.key === "+" ? 1.5 : 1 / 1.5, centreOf(stage, target));
      stage.redraw();
      return true;
    case "ContextMenu":
    case "F10":
      if (event.key === "F10" && !event.shiftKey) return false;
      handlers.onMenu(target);
      return true;
    default:
      return false;
  }
}

/** First out of the zoom, then to the whole graph. */
function leave(stage: FlameStage, handlers: KeyHandlers): boolean {
  if (stage.scene.isZoomed) {
    stage.moveTo(stage.scene.bounds);
    return true;
  }
  if (stage.scene.focus === 0) return false;
  handlers.onFocus([]);
  return true;
}

function centreOf({ scene }: FlameStage, node: number): number {
  const place = scene.placeOf(node);
  return place === undefined ? scene.width / 2 : place.x + place.width / 2;
}
