import type { FunctionTable } from "./call-tree.ts";
import { addLanes, copyLanes, isBelow, lanesOf, subtractLanes } from "./int64.ts";
import type { Side, SidedTree, TreePaths } from "./sided-tree.ts";

/** The children of every node, each list sorted. */
export interface Children {
  /** Children of node i are list[start[i] .. start[i+1]). */
  readonly start: Uint32Array;
  readonly list: Uint32Array;
}

/** Sorts the children of all nodes by function name in byte order, then by file; the function `last` comes after all. */
export function sortChildren(tree: TreePaths, last = -1): Children {
  const { length, parent } = tree;
  const start = new Uint32Array(length + 1);
  for (let node = 1; node < length; node++) {
    const above = parent[node] as number;
    start[above + 1] = (start[above + 1] as number) + 1;
  }
  for (let node = 0; node < length; node++) start[node + 1] = (start[node + 1] as number) + (start[node] as number);
  const next = start.slice();
  const list = new Uint32Array(length - 1);
  for (const node of nodesByFunction(tree, last)) {
    const above = parent[node] as number;
    const at = next[above] as number;
    list[at] = node;
    next[above] = at + 1;
  }
  return { start, list };
}

/** All nodes but the root, sorted by function: one sort of the functions in use, then a counting sort of the nodes. */
function nodesByFunction(tree: TreePaths, last: number): Uint32Array {
  const { length, functionIndex, functions } = tree;
  const count = new Uint32Array(functions.names.length);
  for (let node = 1; node < length; node++) {
    const index = functionIndex[node] as number;
    count[index] = (count[index] as number) + 1;
  }
  const used: number[] = [];
  for (let index = 0; index < count.length; index++) if (count[index] !== 0 && index !== last) used.push(index);
  used.sort(functionOrder(functions, used));
  if (last >= 0) used.push(last);
  let start = 0;
  for (const index of used) {
    const nodes = count[index] as number;
    count[index] = start;
    start += nodes;
  }
  const sorted = new Uint32Array(length - 1);
  for (let node = 1; node < length; node++) {
    const index = functionIndex[node] as number;
    const at = count[index] as number;
    sorted[at] = node;
    count[index] = at + 1;
  }
  return sorted;
}

function functionOrder(functions: FunctionTable, used: readonly number[]): (a: number, b: number) => number {
  const { names, files } = functions;
  const compare = used.some((index) => hasUnitsOverSurrogates.test(names[index] ?? ""))
    ? compareCodePoints
    : compareUnits;
  return (a, b) => {
    const order = compare(names[a] ?? "", names[b] ?? "");
    return order !== 0 || files === undefined ? order : compareUnits(files[a] ?? "", files[b] ?? "");
  };
}

/** Where UTF-16 order and UTF-8 order differ: a surrogate pair comes before U+E000 … U+FFFF in the first alone. */
const hasUnitsOverSurrogates = /[\ud800-\uffff]/;

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareCodePoints(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return (a.codePointAt(i) ?? 0) - (b.codePointAt(i) ?? 0);
  }
  return a.length - b.length;
}

/** A flame graph as flat columns: bars level by level from the root down, each level from left to right. */
export interface Bars {
  /** Bars of level i are [levelStart[i], levelStart[i+1]). */
  readonly levelStart: Uint32Array;
  /**
   * For each bar and side three values, then one index of a name. The three are: distance from the right end of the bar
   * before it on its level (from 0 for the first), total, self.
   */
  readonly values: BigInt64Array;
  /** The largest own value of a bar on any side. */
  readonly maxSelf: bigint;
}

/** Gives the index of a bar's name by its function; asked for all bars but the root's, parents first, right before left. */
export type NameIndexer = (functionIndex: number) => number;

/**
 * Lays a tree out: a bar begins where its parent begins plus the parent's own value plus its left siblings.
 * The children must be those of {@link sortChildren}; the root's name is 0.
 */
export function layOut(tree: SidedTree, children: Children, nameIndexOf: NameIndexer): Bars {
  const levels = levelsOf(tree);
  const { bar, visited } = placeBars(tree, children, levels);
  const width = 3 * tree.sides.length + 1;
  const values = new BigInt64Array(tree.length * width);
  for (const [i, side] of tree.sides.entries()) {
    const columns = { width, column: 3 * i };
    writeSide(values, { tree, children, side, bar, ...columns });
    distancesFromOffsets(values, levels.levelStart, columns);
  }
  const lanes = lanesOf(values);
  for (let at = 1; at < tree.length; at++) {
    const node = visited[at] as number;
    lanes[2 * ((bar[node] as number) * width + width - 1)] = nameIndexOf(tree.functionIndex[node] as number);
  }
  return { levelStart: levels.levelStart, values, maxSelf: maxSelfOf(tree.sides) };
}

interface Levels {
  readonly levelStart: Uint32Array;
  /** Level of each node, the root's is 0. */
  readonly depth: Uint32Array;
}

function levelsOf(tree: SidedTree): Levels {
  const depth = new Uint32Array(tree.length);
  let deepest = 0;
  for (let node = 1; node < tree.length; node++) {
    const below = (depth[tree.parent[node] as number] as number) + 1;
    depth[node] = below;
    if (below > deepest) deepest = below;
  }
  const levelStart = new Uint32Array(deepest + 2);
  for (const level of depth) levelStart[level + 1] = (levelStart[level + 1] as number) + 1;
  for (let level = 0; level <= deepest; level++) {
    levelStart[level + 1] = (levelStart[level + 1] as number) + (levelStart[level] as number);
  }
  return { levelStart, depth };
}

interface Placed {
  /** The bar of each node: its place in the order of levels. */
  readonly bar: Uint32Array;
  /** Nodes in the order of the walk: parents first, right before left. */
  readonly visited: Uint32Array;
}

function placeBars(tree: SidedTree, children: Children, levels: Levels): Placed {
  const { start, list } = children;
  const bar = new Uint32Array(tree.length);
  const visited = new Uint32Array(tree.length);
  const endOfFree = levels.levelStart.slice(1);
  const stack = new Uint32Array(tree.length);
  let height = 1;
  for (let at = 0; at < tree.length; at++) {
    const node = stack[--height] as number;
    const level = levels.depth[node] as number;
    const place = (endOfFree[level] as number) - 1;
    visited[at] = node;
    bar[node] = place;
    endOfFree[level] = place;
    const end = start[node + 1] as number;
    for (let i = start[node] as number; i < end; i++) stack[height++] = list[i] as number;
  }
  return { bar, visited };
}

/** Where the three values of a side lie: `width` values a bar, the side's from `column` on. */
interface Columns {
  readonly width: number;
  readonly column: number;
}

interface SideWriting extends Columns {
  readonly tree: SidedTree;
  readonly children: Children;
  readonly side: Side;
  readonly bar: Uint32Array;
}

/** Writes offset, total and self of each bar of a side. Offsets are absolute; parents come before children by number. */
function writeSide(values: BigInt64Array, writing: SideWriting): void {
  const { tree, side, bar, width, column } = writing;
  const { start, list } = writing.children;
  const [lanes, self, total] = [lanesOf(values), lanesOf(side.self), lanesOf(side.total)];
  for (let node = 0; node < tree.length; node++) {
    const at = (bar[node] as number) * width + column;
    copyLanes(lanes, at + 1, total, node);
    copyLanes(lanes, at + 2, self, node);
    let before = at;
    let widthBefore = self;
    let nodeBefore = node;
    const end = start[node + 1] as number;
    for (let i = start[node] as number; i < end; i++) {
      const child = list[i] as number;
      const childAt = (bar[child] as number) * width + column;
      copyLanes(lanes, childAt, lanes, before);
      addLanes(lanes, childAt, widthBefore, nodeBefore);
      before = childAt;
      widthBefore = total;
      nodeBefore = child;
    }
  }
}

function distancesFromOffsets(values: BigInt64Array, levelStart: Uint32Array, columns: Columns): void {
  const { width, column } = columns;
  const lanes = lanesOf(values);
  for (let level = levelStart.length - 2; level >= 0; level--) {
    const first = levelStart[level] as number;
    for (let bar = (levelStart[level + 1] as number) - 1; bar > first; bar--) {
      const at = bar * width + column;
      subtractLanes(lanes, at, lanes, at - width);
      subtractLanes(lanes, at, lanes, at - width + 1);
    }
  }
}

function maxSelfOf(sides: readonly Side[]): bigint {
  const most = new BigInt64Array(1);
  const mostLanes = lanesOf(most);
  for (const { self } of sides) {
    const lanes = lanesOf(self);
    for (let node = 0; node < self.length; node++) {
      if (isBelow(mostLanes, 0, lanes, node)) copyLanes(mostLanes, 0, lanes, node);
    }
  }
  return most[0] as bigint;
}
