import type { Theme } from "./colors.ts";
import { FlamePainter } from "./draw.ts";
import type { FlameModel } from "./flame-model.ts";
import { FlameScene } from "./scene.ts";
import type { FlameSearch } from "./search.ts";
import { TextFitter } from "./text-fit.ts";
import { easeViewport, type Viewport } from "./viewport.ts";

/** What a stage shows. */
export interface StageInput {
  readonly model: FlameModel;
  readonly unit: string;
  readonly diffMode: "share" | "absolute";
  readonly search: FlameSearch | undefined;
}

const animationMs = 140;

/** A canvas with a scene on it: follows the size of its parent, the pixel ratio and the theme; draws once a frame at most. */
export class FlameStage {
  readonly canvas: HTMLCanvasElement;
  scene: FlameScene;
  #input: StageInput;
  #painter: FlamePainter | undefined;
  #pixelRatio = 0;
  #frame = 0;
  #animation: { from: Viewport; to: Viewport; startMs: number | undefined } | undefined;
  readonly #sizes: ResizeObserver;
  readonly #themes: MutationObserver;

  constructor(canvas: HTMLCanvasElement, input: StageInput) {
    this.canvas = canvas;
    this.#input = input;
    this.scene = new FlameScene(input.model);
    this.#sizes = new ResizeObserver(() => this.#resize());
    this.#themes = new MutationObserver(() => this.#restyle());
  }

  start(): void {
    this.#sizes.observe(this.canvas.parentElement ?? this.canvas);
    this.#themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    this.#resize();
  }

  stop(): void {
    this.#sizes.disconnect();
    this.#themes.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /** Shows something else; a new model begins a new scene, scrolled as the one before. */
  update(input: StageInput): void {
    const before = this.#input;
    this.#input = input;
    if (input.model !== before.model) {
      this.#animation = undefined;
      const { width, height, scrollTop } = this.scene;
      this.scene = new FlameScene(input.model);
      this.scene.scrollTop = scrollTop;
      this.scene.resize(width, height);
    }
    const isSameStyle =
      input.model === before.model && input.unit === before.unit && input.diffMode === before.diffMode;
    if (!isSameStyle) this.#painter = undefined;
    this.redraw();
  }

  /** Focuses a node and moves there, at once if asked or if motion is unwanted. */
  focusOn(node: number, atOnce: boolean): void {
    this.scene.setFocus(node);
    if (atOnce) {
      this.#animation = undefined;
      this.scene.setViewport(this.scene.bounds);
      this.scene.reveal(node);
      this.redraw();
    } else {
      this.moveTo(this.scene.bounds);
    }
  }

  moveTo(viewport: Viewport): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#animation = undefined;
      this.scene.setViewport(viewport);
    } else {
      this.#animation = { from: this.scene.viewport, to: viewport, startMs: undefined };
    }
    this.redraw();
  }

  /** Ends a movement where it is: somebody takes the graph in hand. */
  halt(): void {
    this.#animation = undefined;
  }

  redraw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((nowMs) => this.#draw(nowMs));
  }

  #draw(nowMs: number): void {
    this.#frame = 0;
    if (devicePixelRatio !== this.#pixelRatio) this.#resize();
    this.#animate(nowMs);
    const context = this.canvas.getContext("2d");
    if (context !== null && this.scene.width > 0) {
      this.#painter ??= new FlamePainter(
        this.#input.model,
        { ...this.#input, theme: themeOfDocument() },
        fitterOf(context),
      );
      this.#painter.paint(context, this.scene, this.#input.search);
    }
    if (this.#animation !== undefined) this.redraw();
  }

  #animate(nowMs: number): void {
    const animation = this.#animation;
    if (animation === undefined) return;
    animation.startMs ??= nowMs;
    const part = (nowMs - animation.startMs) / animationMs;
    this.scene.setViewport(easeViewport(animation.from, animation.to, part));
    this.scene.clearHover();
    if (part >= 1) this.#animation = undefined;
  }

  #restyle(): void {
    this.#painter = undefined;
    this.redraw();
  }

  /** The canvas is never higher than the window: pixels cost, frames do not. Resizing forgets the context's state. */
  #resize(): void {
    const parent = this.canvas.parentElement;
    if (parent === null) return;
    const width = parent.clientWidth;
    const height = Math.min(parent.clientHeight, innerHeight);
    this.#pixelRatio = devicePixelRatio;
    this.canvas.width = Math.round(width * this.#pixelRatio);
    this.canvas.height = Math.round(height * this.#pixelRatio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const context = this.canvas.getContext("2d");
    if (context !== null) {
      const { fontSize, fontFamily } = getComputedStyle(this.canvas);
      context.setTransform(this.#pixelRatio, 0, 0, this.#pixelRatio, 0, 0);
      context.font = `${fontSize} ${fontFamily}`;
      context.textBaseline = "middle";
    }
    this.scene.resize(width, height);
    this.redraw();
  }
}

function themeOfDocument(): Theme {
  return document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}

function fitterOf(context: CanvasRenderingContext2D): TextFitter {
  return new TextFitter((text) => context.measureText(text).width);
}
