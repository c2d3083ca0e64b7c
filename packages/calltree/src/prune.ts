import type { CallTree } from "./call-tree.ts";
import { lanesOf } from "./int64.ts";

/**
 * Only the nodes that a value lies on or below, and only the functions that they name. With a call site, function names
 * from the root on, only the values of stacks that begin so; the stacks stay whole. It is Pyroscope's
 * `stack_trace_selector.call_site`. The order of what stays is kept.
 */
export function pruneTree(tree: CallTree, callSite: readonly string[] = []): CallTree {
  const hasValue = nodesWithValue(tree, callSite);
  const isKept = hasValue.slice();
  for (let node = tree.length - 1; node > 0; node--) {
    if (isKept[node] === 1) isKept[tree.parent[node] as number] = 1;
  }
  isKept[0] = 1;
  const nodeAfter = new Uint32Array(tree.length);
  let length = 0;
  for (let node = 0; node < tree.length; node++) if (isKept[node] === 1) nodeAfter[node] = length++;
  const parent = new Int32Array(length);
  const functionIndex = new Uint32Array(length);
  const self = new BigInt64Array(length);
  const functions = new UsedFunctions(tree);
  for (let node = 0; node < tree.length; node++) {
    if (isKept[node] === 0) continue;
    const after = nodeAfter[node] as number;
    parent[after] = nodeAfter[tree.parent[node] as number] as number;
    functionIndex[after] = functions.indexOf(tree.functionIndex[node] as number);
    if (hasValue[node] === 1) self[after] = tree.self[node] as bigint;
  }
  parent[0] = -1;
  return { length, parent, functionIndex, self, functions: functions.table() };
}

/** Marks with 1 the nodes with an own value of stacks that begin with the call site. */
function nodesWithValue(tree: CallTree, callSite: readonly string[]): Uint8Array {
  const { length, parent, functionIndex, functions } = tree;
  const lanes = lanesOf(tree.self);
  const marks = new Uint8Array(length);
  for (let node = 0; node < length; node++) {
    if (((lanes[2 * node] as number) | (lanes[2 * node + 1] as number)) !== 0) marks[node] = 1;
  }
  if (callSite.length === 0) return marks;
  /** Names of the call site that the path begins with, plus one; 0 = it begins with others. */
  const matched = new Uint32Array(length);
  matched[0] = 1;
  const wanted = callSite.length + 1;
  for (let node = 1; node < length; node++) {
    const above = matched[parent[node] as number] as number;
    if (above === wanted) matched[node] = wanted;
    else if (above > 0 && functions.names[functionIndex[node] as number] === callSite[above - 1])
      matched[node] = above + 1;
  }
  for (let node = 0; node < length; node++) if (matched[node] !== wanted) marks[node] = 0;
  return marks;
}

/** Numbers functions anew in the order in which they are asked for; 0 stays the root's. */
class UsedFunctions {
  readonly #from: CallTree["functions"];
  readonly #indexAfter: Uint32Array;
  readonly #names: string[] = [""];
  readonly #files: string[] = [""];

  constructor(tree: CallTree) {
    this.#from = tree.functions;
    this.#indexAfter = new Uint32Array(tree.functions.names.length);
  }

  indexOf(index: number): number {
    const known = this.#indexAfter[index] as number;
    if (known !== 0 || index === 0) return known;
    const after = this.#names.push(this.#from.names[index] ?? "") - 1;
    this.#files.push(this.#from.files?.[index] ?? "");
    this.#indexAfter[index] = after;
    return after;
  }

  table(): CallTree["functions"] {
    return this.#from.files === undefined ? { names: this.#names } : { names: this.#names, files: this.#files };
  }
}
