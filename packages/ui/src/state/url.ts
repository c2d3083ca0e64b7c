/** The URL, the only store of what is looked at: its reading and printing. No DOM here; url-store.ts holds the current one. */

export type PageName = "services" | "profile" | "compare";
export type ProfileViewName = "both" | "flame" | "table";
export type CompareMode = "side" | "diff";

/** One side of a comparison, or the profile of the profile page. */
export interface Selection {
  /** `<profile type>{…}`; empty = not chosen yet. */
  readonly query: string;
  readonly from: string;
  readonly until: string;
}

export interface ViewState {
  readonly page: PageName;
  readonly main: Selection;
  /** What a side of the comparison has of its own; the rest it has from `main`: see `sideOf`. */
  readonly left: Partial<Selection>;
  readonly right: Partial<Selection>;
  readonly view: ProfileViewName;
  readonly mode: CompareMode;
  /** What is searched for. */
  readonly q: string;
  /** Order of the table: a column, with `-` before it when the largest comes first. */
  readonly sort: string;
  /** Root-first names down to the focused frame; empty = everything. */
  readonly focus: readonly string[];
  /** Parameters that this version does not know, kept as they came. */
  readonly unknown: readonly (readonly [string, string])[];
}

export const defaultFrom = "now-1h";
export const defaultUntil = "now";

const pathOfPage: Readonly<Record<PageName, string>> = { services: "/", profile: "/profile", compare: "/compare" };
const views: readonly string[] = ["both", "flame", "table"] satisfies readonly ProfileViewName[];

const known: ReadonlySet<string> = new Set([
  ...["query", "from", "until", "view", "q", "sort", "focus", "mode"],
  ...["leftQuery", "leftFrom", "leftUntil", "rightQuery", "rightFrom", "rightUntil"],
]);

/** Reads a path and its parameters; what is missing or makes no sense becomes the default. */
export function parseUrl(pathname: string, search: string): ViewState {
  const params = new URLSearchParams(search);
  const text = (name: string, otherwise: string): string => params.get(name) ?? otherwise;
  const view = text("view", "both");
  return {
    page: pageOfPath(pathname),
    main: { query: text("query", ""), from: text("from", defaultFrom), until: text("until", defaultUntil) },
    left: sideParams(params, "left"),
    right: sideParams(params, "right"),
    view: views.includes(view) ? (view as ProfileViewName) : "both",
    mode: text("mode", "side") === "diff" ? "diff" : "side",
    q: text("q", ""),
    sort: text("sort", "-self"),
    focus: params.getAll("focus"),
    unknown: [...params].filter(([name]) => !known.has(name)),
  };
}

const sideNames = { query: "Query", from: "From", until: "Until" } as const;
const sideFields: readonly (keyof typeof sideNames)[] = ["query", "from", "until"];

function sideParams(params: URLSearchParams, side: "left" | "right"): Partial<Selection> {
  const found = sideFields.map((field) => [field, params.get(side + sideNames[field])] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== null));
}

/** A side of the comparison in full. */
export function sideOf(state: ViewState, side: "left" | "right"): Selection {
  return { ...state.main, ...state[side] };
}

function pageOfPath(pathname: string): PageName {
  if (/\/(profile|explore|single)\/?$/.test(pathname)) return "profile";
  return /\/(compare|comparison|comparison-diff)\/?$/.test(pathname) ? "compare" : "services";
}

/** Path and parameters of a view. Parsing the answer gives the same view again. */
export function printUrl(state: ViewState): string {
  const parts: (readonly [string, string])[] = [];
  const add = (name: string, value: string, otherwise: string): void => {
    if (value !== otherwise) parts.push([name, value]);
  };
  const { main } = state;
  add("query", main.query, "");
  add("from", main.from, state.page === "services" ? defaultFrom : "");
  add("until", main.until, state.page === "services" ? defaultUntil : "");
  for (const side of ["left", "right"] as const) {
    for (const field of sideFields) {
      const value = state[side][field];
      if (value !== undefined) parts.push([side + sideNames[field], value]);
    }
  }
  add("mode", state.mode, "side");
  add("view", state.view, "both");
  add("q", state.q, "");
  add("sort", state.sort, "-self");
  for (const name of state.focus) parts.push(["focus", name]);
  parts.push(...state.unknown);
  const search = parts.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  return pathOfPage[state.page] + (search === "" ? "" : `?${search}`);
}

/** Percent-encodes only what a query string cannot hold, so that queries stay readable in the address bar. */
function encode(text: string): string {
  const safe = text.toWellFormed();
  return encodeURIComponent(safe).replace(/%(?:2F|3A|2C|40|24|3B|7B|7D|7C)/g, decodeURIComponent);
}
