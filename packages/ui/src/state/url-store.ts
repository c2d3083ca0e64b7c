/** The current view: what the address bar says, and the only way to change it. */
import { useEffect, useState } from "preact/hooks";
import { parseUrl, printUrl, type ViewState } from "./url.ts";

type Listener = () => void;

const listeners = new Set<Listener>();
let current: ViewState = parseUrl(location.pathname, location.search);

function changed(): void {
  current = parseUrl(location.pathname, location.search);
  for (const listener of listeners) listener();
}

globalThis.addEventListener("popstate", changed);

export function currentView(): ViewState {
  return current;
}

/** `push` makes an entry of the history: for navigation. `replace` does not: for typing and dragging. */
export function navigate(change: Partial<ViewState>, how: "push" | "replace" = "push"): void {
  const url = printUrl({ ...current, ...change });
  if (url === location.pathname + location.search) return;
  if (how === "push") history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  changed();
}

/** The address of a view that differs so from the current one: for links. */
export function hrefOf(change: Partial<ViewState>): string {
  return printUrl({ ...current, ...change });
}

/** The current view; the component is drawn again when it changes. */
export function useView(): ViewState {
  const [view, setView] = useState(current);
  useEffect(() => {
    const listener = (): void => setView(current);
    listener();
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return view;
}

/** Follows a link that `hrefOf` made. */
export function openHref(href: string): void {
  if (href === location.pathname + location.search) return;
  history.pushState(null, "", href);
  changed();
}
