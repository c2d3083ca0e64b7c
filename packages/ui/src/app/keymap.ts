/** Keys that work everywhere, unless something is being typed. */

export interface Keymap {
  readonly search: () => void;
  readonly help: () => void;
  readonly refresh: () => void;
  readonly escape: () => void;
  readonly go: (page: "services" | "profile" | "compare") => void;
  readonly nextMatch: (direction: 1 | -1) => void;
}

/** What the help dialog lists. */
export const keyHelp: readonly (readonly [string, string])[] = [
  ["/", "search frames and services"],
  ["n, N", "zoom to the next, the previous match"],
  ["Esc", "back: close, clear the search, leave the zoom"],
  ["g then s, p, c", "services, profile, compare"],
  ["r", "refresh"],
  ["?", "this help"],
  ["arrows, Enter", "in a flame graph: walk through frames, zoom into one"],
  ["← →, + −", "on a timeline: move, narrow, widen the range"],
];

const pageOfKey: ReadonlyMap<string, "services" | "profile" | "compare"> = new Map([
  ["s", "services"],
  ["p", "profile"],
  ["c", "compare"],
]);

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Listens until the answer is called. */
export function listenToKeys(keymap: Keymap): () => void {
  let afterG = false;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") !== null) return;
    if (event.key === "Escape") keymap.escape();
    if (isTyping(event.target)) return;
    const page = afterG ? pageOfKey.get(event.key) : undefined;
    afterG = event.key === "g";
    const act = page === undefined ? actionOf(event.key, keymap) : () => keymap.go(page);
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

function actionOf(key: string, keymap: Keymap): (() => void) | undefined {
  if (key === "/") return keymap.search;
  if (key === "?") return keymap.help;
  if (key === "r") return keymap.refresh;
  if (key === "n") return () => keymap.nextMatch(1);
  return key === "N" ? () => keymap.nextMatch(-1) : undefined;
}
