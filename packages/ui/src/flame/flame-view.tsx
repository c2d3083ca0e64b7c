import type { JSX } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import "./flame.css";
import { copyText } from "./copy-text.ts";
import { FlameBar } from "./flame-bar.tsx";
import { type GestureHandlers, listenToGestures } from "./flame-gestures.ts";
import { handleKey } from "./flame-keys.ts";
import { type FlameAction, FlameMenu, FlameTooltip, type Point } from "./flame-popups.tsx";
import { FlameStage } from "./flame-stage.ts";
import type { FlameViewProps } from "./flame-view-props.ts";
import { findPath, nameOf, pathOf } from "./paths.ts";
import { readoutOf, sentenceOf } from "./readout.ts";
import type { FlameHit, Place } from "./scene.ts";
import { searchModel } from "./search.ts";

/** On the element around the canvas, for tests: where to click. */
export interface FlameElement extends HTMLElement {
  flame?: {
    /** The widest frame of a name that is on the canvas, in CSS pixels of the window. */
    readonly locate: (name: string) => Place | undefined;
  };
}

interface Pointed {
  readonly hit: FlameHit;
  readonly at: Point;
}

/** A flame graph on a canvas, with all that is done to one by pointer, wheel and keyboard. */
export function FlameView(props: FlameViewProps): JSX.Element {
  const { model, unit, search: searchText, onFocus, onSearch, diffMode = "share", label = "Flame graph" } = props;
  const [hover, setHover] = useState<Pointed>();
  const [menu, setMenu] = useState<Pointed>();
  const [brush, setBrush] = useState<{ from: number; to: number }>();
  const [said, setSaid] = useState("");
  const canvas = useRef<HTMLCanvasElement>(null);
  const search = useMemo(() => searchModel(model, searchText), [model, searchText]);
  // The path as text: a new array of the same names is the same focus.
  const focusKey = props.focus.join("\n");
  const focus = useMemo(() => findPath(model, props.focus), [model, focusKey]);
  const readout = { unit, diffMode, focus: focus.node };

  const pick = (hit: FlameHit): void => {
    if (hit.last > hit.first) stage.current?.moveTo(stage.current.scene.viewportOfHit(hit));
    else focusOn(hit.first);
  };
  const focusOn = (node: number): void => {
    // The focus does not change where it is already: what was zoomed is all that goes back.
    if (node === focus.node) stage.current?.moveTo(stage.current.scene.bounds);
    else onFocus(pathOf(model, node));
  };
  const stage = useStage(canvas, {
    input: { model, unit, diffMode, search },
    focus: focus.node,
    gestures: {
      onHover: (over) => setHover(over && { hit: over.hit, at: { x: over.clientX, y: over.clientY } }),
      onPick: pick,
      onMenu: (hit, x, y) => setMenu({ hit, at: { x, y } }),
      onBrush: setBrush,
    },
  });

  const closeMenu = useCallback(() => {
    setMenu(undefined);
    canvas.current?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (stage.current === undefined) return;
    const isHandled = handleKey(event, stage.current, {
      onFocus,
      onCursor: (node) => setSaid(sentenceOf(readoutOf(model, { first: node, last: node }, readout))),
      onMenu: (node) => setMenu({ hit: { first: node, last: node }, at: pointAt(stage.current, node) }),
    });
    if (!isHandled) return;
    event.preventDefault();
    event.stopPropagation();
    stage.current.redraw();
  };
  const actionsOf = ({ hit }: Pointed): FlameAction[] => [
    { text: hit.last > hit.first ? "Zoom in" : "Focus", run: () => pick(hit) },
    { text: "Copy name", run: () => void copyText(nameOf(model, hit.first)) },
    { text: "Copy stack", run: () => void copyText(pathOf(model, hit.first).join("\n")) },
    ...(onSearch ? [{ text: "Search for this", run: () => onSearch(nameOf(model, hit.first)) }] : []),
    { text: "Reset", run: () => focusOn(0) },
  ];

  return (
    <section class="flame" aria-label={label}>
      <FlameBar
        label={label}
        model={model}
        focus={props.focus}
        foundCount={focus.found}
        search={search}
        onFocus={onFocus}
      />
      <div class="flame-stage">
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: an application is interactive. */}
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label={`${label} of ${model.nodeCount} frames. Arrows walk, Enter focuses, Backspace goes up, Escape shows all.`}
          onKeyDown={onKeyDown}
        />
        {brush && <div class="flame-brush" style={{ left: `${brush.from}px`, width: `${brush.to - brush.from}px` }} />}
      </div>
      {hover && menu === undefined && <FlameTooltip readout={readoutOf(model, hover.hit, readout)} at={hover.at} />}
      {menu && <FlameMenu label="Frame" at={menu.at} actions={actionsOf(menu)} onClose={closeMenu} />}
      <div class="flame-hidden" aria-live="polite">
        {said}
      </div>
    </section>
  );
}

interface StageUse {
  readonly input: ConstructorParameters<typeof FlameStage>[1];
  readonly focus: number;
  readonly gestures: GestureHandlers;
}

/** A stage on the canvas that follows what is given; gestures always reach the newest handlers. */
function useStage(canvas: { current: HTMLCanvasElement | null }, use: StageUse): { current: FlameStage | undefined } {
  const stage = useRef<FlameStage | undefined>(undefined);
  const newest = useRef(use);
  newest.current = use;
  const { model, unit, diffMode, search } = use.input;
  const shownModel = useRef(model);

  useLayoutEffect(() => {
    if (canvas.current === null) return undefined;
    const made = new FlameStage(canvas.current, newest.current.input);
    stage.current = made;
    made.start();
    made.focusOn(newest.current.focus, true);
    const wrapper: FlameElement | null = canvas.current.parentElement;
    if (wrapper !== null) wrapper.flame = { locate: (name) => locate(made, name) };
    const stopListening = listenToGestures(made, {
      onHover: (over) => newest.current.gestures.onHover(over),
      onPick: (hit) => newest.current.gestures.onPick(hit),
      onMenu: (...menu) => newest.current.gestures.onMenu(...menu),
      onBrush: (range) => newest.current.gestures.onBrush(range),
    });
    return () => {
      stopListening();
      made.stop();
      stage.current = undefined;
    };
  }, [canvas]);

  useLayoutEffect(() => {
    stage.current?.update({ model, unit, diffMode, search });
  }, [model, unit, diffMode, search]);

  // Before anything is painted: a new model never shows without its focus.
  useLayoutEffect(() => {
    const isNewModel = shownModel.current !== model;
    shownModel.current = model;
    if (isNewModel || stage.current?.scene.focus !== use.focus) stage.current?.focusOn(use.focus, isNewModel);
  }, [model, use.focus]);
  return stage;
}

function locate(stage: FlameStage, name: string): Place | undefined {
  const place = stage.scene.locate(name);
  const { left, top } = stage.canvas.getBoundingClientRect();
  return place && { ...place, x: place.x + left, y: place.y + top };
}

/** A point on a node, in CSS pixels of the window; the canvas' corner if the node is not on it. */
function pointAt(stage: FlameStage | undefined, node: number): Point {
  const box = stage?.canvas.getBoundingClientRect();
  const place = stage?.scene.placeOf(node);
  return {
    x: (box?.left ?? 0) + (place?.x ?? 0) + Math.min((place?.width ?? 0) / 2, 40),
    y: (box?.top ?? 0) + (place?.y ?? 0) + (place?.height ?? 0),
  };
}
