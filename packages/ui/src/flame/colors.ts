import { hexOf, oklch } from "./color-space.ts";

export type Theme = "light" | "dark";

/** Colours of what is not a frame of its own; all `#rrggbb`. Text on any fill of the same palette has a contrast ≥ 4.5. */
export interface FlamePalette {
  /** Text on coloured frames. */
  readonly text: string;
  /** The root and runs of frames too narrow to be seen. */
  readonly plain: string;
  readonly run: string;
  /** Frames that a search did not find, and their text. */
  readonly dimmed: string;
  readonly dimmedText: string;
  /** Lines around the frame under the pointer, and around that under the keyboard's cursor. */
  readonly hover: string;
  readonly cursor: string;
  readonly scrollbar: string;
  /** Of frames: lightness in the middle and how far it goes to either side; chroma. */
  readonly lightness: number;
  readonly lightnessRange: number;
  readonly chroma: number;
}

/** The background of the panel the canvas lies on is the app's: #151920 and #fff. */
export const colorTokens: Readonly<Record<Theme, FlamePalette>> = {
  dark: {
    text: "#0e1116",
    plain: "#8b949e",
    run: "#7d8794",
    dimmed: "#262c36",
    dimmedText: "#9aa5b1",
    hover: "#ffffff",
    cursor: "#7cc4ff",
    scrollbar: "#5b6675",
    lightness: 0.73,
    lightnessRange: 0.05,
    chroma: 0.1,
  },
  light: {
    text: "#14181f",
    plain: "#c3cad3",
    run: "#aab3bf",
    dimmed: "#eceff3",
    dimmedText: "#5d6875",
    hover: "#000000",
    cursor: "#0a58ca",
    scrollbar: "#9aa5b1",
    lightness: 0.83,
    lightnessRange: 0.05,
    chroma: 0.09,
  },
};

/** As many hues as can be told apart side by side, or a few more. */
const hueCount = 36;
const lightnessCount = 5;

/** The colour of a frame: hue by its package (of none: by its function), lightness by its function. The same in every view, session and machine. */
export function frameColor(packageName: string, functionName: string, theme: Theme): string {
  const { lightness, lightnessRange, chroma } = colorTokens[theme];
  const hue = ((hashOf(packageName || functionName) % hueCount) * 360) / hueCount;
  const step = (hashOf(functionName) % lightnessCount) / (lightnessCount - 1);
  return hexOf(oklch(lightness + (step * 2 - 1) * lightnessRange, chroma, hue));
}

/** Hues of less and more: blue and orange are told apart by all kinds of colour blindness but that to all colours. */
const lessHue = 250;
const moreHue = 60;

/** The colour of a change: −1 (removed) is blue, 0 grey, +1 (new) orange. */
export function diffColor(change: number, theme: Theme): string {
  // Fifteen steps to a side: two canvases of nearly one change look alike, and colours are few enough to keep.
  const strength = Math.round(Math.min(Math.abs(change), 1) * 15) / 15;
  const lightness = theme === "dark" ? 0.74 : 0.84 - 0.08 * strength;
  return hexOf(oklch(lightness, 0.012 + 0.138 * strength ** 0.7, change < 0 ? lessHue : moreHue));
}

/** The change between two sides as −1 … 1: the part of the larger that came or went. Of nothing on both sides: 0. */
export function changeOf(left: number, right: number): number {
  const larger = Math.max(left, right);
  return larger > 0 ? (right - left) / larger : 0;
}

/** FNV-1a over UTF-16 units, mixed at the end so that its low bits are good. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
