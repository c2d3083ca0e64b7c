import type { FlameModel } from "./flame-model.ts";

/** What a search found. */
export interface FlameSearch {
  /** Nodes found before each node; of length nodeCount + 1. Tells at once how many of a run of nodes were found. */
  readonly foundBefore: Uint32Array;
  readonly foundCount: number;
  /** Value of all stacks that hold a found frame: frames below another found one are not counted twice. */
  readonly foundTotal: number;
  /** Why a regular expression is none, as the browser says it. Nothing is found then. */
  readonly error?: string;
}

export type NameTest = (name: string) => boolean;

/** Longer patterns and names are cut: neither a pasted file nor an absurd name holds the page up. */
const patternCharactersMax = 512;
const nameCharactersMax = 2048;

/** A test of names by text, in any case, or by `/regular expression/` (`/…/c` respects case); undefined of no text. */
export function compileSearch(text: string): { test: NameTest; error?: string } | undefined {
  const wanted = text.trim().slice(0, patternCharactersMax);
  if (wanted === "") return undefined;
  const [, pattern, flags = ""] = /^\/(.+)\/(c?)$/s.exec(wanted) ?? [];
  if (pattern === undefined) {
    const lowerCase = wanted.toLowerCase();
    return { test: (name) => name.toLowerCase().includes(lowerCase) };
  }
  try {
    const expression = new RegExp(pattern, flags === "c" ? "u" : "iu");
    return { test: (name) => expression.test(name.slice(0, nameCharactersMax)) };
  } catch (error) {
    return { test: () => false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Searches all frames but the root; undefined of no text. Names are tested once each. */
export function searchModel(model: FlameModel, text: string): FlameSearch | undefined {
  const compiled = compileSearch(text);
  if (compiled === undefined) return undefined;
  const { nameIndex, parent, total, nodeCount } = model;
  const nameFound = Uint8Array.from(model.names, (name) => (compiled.test(name) ? 1 : 0));
  const foundBefore = new Uint32Array(nodeCount + 1);
  /** 1 if the node or one above it was found. */
  const covered = new Uint8Array(nodeCount);
  let foundTotal = 0;
  for (let node = 1; node < nodeCount; node++) {
    const found = nameFound[nameIndex[node] ?? 0] ?? 0;
    const above = covered[parent[node] ?? 0] ?? 0;
    if (found === 1 && above === 0) foundTotal += total[node] ?? 0;
    covered[node] = found | above;
    foundBefore[node + 1] = (foundBefore[node] ?? 0) + found;
  }
  const result = { foundBefore, foundCount: foundBefore[nodeCount] ?? 0, foundTotal };
  return compiled.error === undefined ? result : { ...result, error: compiled.error };
}

/** Whether a node from `first` to `last` was found. */
export function isFound(search: FlameSearch, first: number, last: number): boolean {
  return (search.foundBefore[last + 1] ?? 0) > (search.foundBefore[first] ?? 0);
}

/** The found node after (`step` 1) or before (−1) a node, round the end; −1 if nothing was found. */
export function nextFound(search: FlameSearch, node: number, step: 1 | -1): number {
  const nodeCount = search.foundBefore.length - 1;
  if (search.foundCount === 0) return -1;
  let at = node;
  do {
    at = (at + step + nodeCount) % nodeCount;
  } while (!isFound(search, at, at));
  return at;
}
