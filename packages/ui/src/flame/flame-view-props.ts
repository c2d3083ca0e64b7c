import type { FlameModel } from "./flame-model.ts";

/** What the flame graph component needs; the URL holds what changes. */
export interface FlameViewProps {
  readonly model: FlameModel;
  /** Tells one of two graphs from the other; `Flame graph` if left out. */
  readonly label?: string;
  /** What values are: `nanoseconds`, `bytes`, `count` … */
  readonly unit: string;
  /** Text or /regex/ that highlights frames; empty = none. */
  readonly search: string;
  /** Root-first names from below the root to the focused frame; empty = the whole graph. */
  readonly focus: readonly string[];
  readonly onFocus: (path: readonly string[]) => void;
  /** Puts a text into the search; without it the menu has no entry for that. */
  readonly onSearch?: (text: string) => void;
  /** How a diff is coloured: by the change of shares or of values. */
  readonly diffMode?: "share" | "absolute";
}
