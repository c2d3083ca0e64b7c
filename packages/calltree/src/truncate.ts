import { defined } from "@basalt/model";
import type { CallTree, FunctionTable } from "./call-tree.ts";
import { addLanes, isBelow, lanesOf } from "./int64.ts";
import { kthLargest } from "./select.ts";
import type { Side, SidedTree } from "./sided-tree.ts";
import { oneSided } from "./sided-tree.ts";

/** The name of the node that stands for the nodes left out below its parent. */
export const otherName = "other";

/**
 * The least total that a node must have to stay when at most `nodesMax` nodes, the root not counted, shall: 0 if they
 * fit or the limit is below 1. Nodes that tie with the last one stay as well, so more than the limit may.
 */
export function keepThreshold(totals: BigInt64Array, nodesMax: number): bigint {
  if (nodesMax < 1 || totals.length - 1 <= nodesMax) return 0n;
  return kthLargest(totals.slice(1), nodesMax);
}

/** The rule of two sides: nodes are ranked by their larger total, and the root counts as one of them. */
export function keepThresholdOfPairs(left: BigInt64Array, right: BigInt64Array, nodesMax: number): bigint {
  if (nodesMax < 1 || left.length <= nodesMax) return 0n;
  const larger = left.slice();
  for (let i = 0; i < larger.length; i++) {
    if ((right[i] as bigint) > (larger[i] as bigint)) larger[i] = right[i] as bigint;
  }
  return kthLargest(larger, nodesMax);
}

/** What becomes of functions that are really called `other`. */
export type RealOther = "folded" | "kept" | "ranked";

/**
 * Marks with 1 the nodes that stay: those with a total of at least the threshold on some side, and more than 0, below a
 * parent that stays. Functions really called `other` are always folded, always kept, or ranked as any other.
 */
export function nodesToKeep(tree: SidedTree, threshold: bigint, realOther: RealOther): Uint8Array {
  const { parent, functionIndex, length } = tree;
  const isOther = Uint8Array.from(tree.functions.names, (name) => (name === otherName ? 1 : 0));
  const keep = nodesFrom(tree, threshold > 0n ? threshold : 1n);
  keep[0] = 1;
  for (let node = 1; node < length; node++) {
    if (keep[parent[node] as number] === 0) keep[node] = 0;
    else if (realOther !== "ranked" && isOther[functionIndex[node] as number] === 1) {
      keep[node] = realOther === "kept" ? 1 : 0;
    }
  }
  return keep;
}

function nodesFrom(tree: SidedTree, least: bigint): Uint8Array {
  const marks = new Uint8Array(tree.length);
  const leastLanes = lanesOf(BigInt64Array.of(least));
  for (const { total } of tree.sides) {
    const lanes = lanesOf(total);
    for (let node = 0; node < marks.length; node++) if (!isBelow(lanes, node, leastLanes, 0)) marks[node] = 1;
  }
  return marks;
}

/** A tree in which nodes were folded, and the function index of the nodes that stand for them. */
export interface FoldedTree extends SidedTree {
  readonly foldedIndex: number;
}

/**
 * Keeps the marked nodes. The rest of each node's children, with all below them, become one child, whose own value is
 * the sum of their totals. It is of the function `into` of the table, and one with such a child if that is kept;
 * without `into`, of a new last entry `other`, and no other node is of that.
 */
export function foldRest(tree: SidedTree, keep: Uint8Array, into?: number): FoldedTree {
  const foldedIndex = into ?? tree.functions.names.length;
  const functions = into === undefined ? withOther(tree.functions) : tree.functions;
  const { nodeAfter, foldAfter, length } = renumber(tree, keep, { foldedIndex, weighty: nodesFrom(tree, 1n) });
  const parent = new Int32Array(length);
  const functionIndex = new Uint32Array(length);
  parent[0] = -1;
  for (let node = 1; node < tree.length; node++) {
    const above = tree.parent[node] as number;
    if (keep[above] === 0) continue;
    const after = keep[node] === 1 ? (nodeAfter[node] as number) : (foldAfter[above] as number);
    if (after === 0) continue;
    parent[after] = nodeAfter[above] as number;
    functionIndex[after] = keep[node] === 1 ? (tree.functionIndex[node] as number) : foldedIndex;
  }
  const sides = tree.sides.map((side) => foldSide(tree, side, { keep, nodeAfter, foldAfter, length }));
  return { length, parent, functionIndex, functions, sides, foldedIndex };
}

interface Renumbering {
  /** New number of each node that stays. */
  readonly nodeAfter: Uint32Array;
  /** New number of the child that takes the folded children of a node; 0 = it has none. */
  readonly foldAfter: Uint32Array;
  readonly length: number;
}

/** Nodes without a value (`weighty` 0) are folded into nothing. */
function renumber(
  tree: SidedTree,
  keep: Uint8Array,
  by: { readonly foldedIndex: number; readonly weighty: Uint8Array },
): Renumbering {
  const { parent, functionIndex } = tree;
  const { foldedIndex, weighty } = by;
  const nodeAfter = new Uint32Array(tree.length);
  const foldAfter = new Uint32Array(tree.length);
  let length = 0;
  for (let node = 0; node < tree.length; node++) {
    if (keep[node] === 0) continue;
    if (functionIndex[node] === foldedIndex) foldAfter[parent[node] as number] = length;
    nodeAfter[node] = length++;
  }
  for (let node = 1; node < tree.length; node++) {
    const above = parent[node] as number;
    if (keep[node] === 1 || keep[above] === 0 || weighty[node] === 0) continue;
    if (foldAfter[above] === 0) foldAfter[above] = length++;
  }
  return { nodeAfter, foldAfter, length };
}

function foldSide(tree: SidedTree, side: Side, by: Renumbering & { readonly keep: Uint8Array }): Side {
  const { keep, nodeAfter, foldAfter } = by;
  const self = new BigInt64Array(by.length);
  const total = new BigInt64Array(by.length);
  const [selfAfter, totalAfter] = [lanesOf(self), lanesOf(total)];
  const [selfBefore, totalBefore] = [lanesOf(side.self), lanesOf(side.total)];
  for (let node = 0; node < tree.length; node++) {
    const isKept = keep[node] === 1;
    const above = isKept ? 0 : (tree.parent[node] as number);
    if (keep[above] === 0) continue;
    const after = isKept ? (nodeAfter[node] as number) : (foldAfter[above] as number);
    addLanes(selfAfter, after, isKept ? selfBefore : totalBefore, node);
    addLanes(totalAfter, after, totalBefore, node);
  }
  return { self, total };
}

function withOther(functions: FunctionTable): FunctionTable {
  const names = [...functions.names, otherName];
  return functions.files === undefined ? { names } : { names, files: [...functions.files, ""] };
}

/**
 * Cuts a tree to about `nodesMax` nodes (see {@link keepThreshold}; below 1: no limit): what is left out of a node's
 * children is added to its child `other`, which is made if needed. A function really called `other` always stays.
 * Totals of what stays are as before.
 */
export function truncateTree(tree: CallTree, nodesMax: number): CallTree {
  const sided = oneSided(tree);
  const threshold = keepThreshold(sided.sides[0].total, nodesMax);
  if (threshold === 0n) return tree;
  const { names, files } = tree.functions;
  const real = names.findIndex((name, i) => name === otherName && (files?.[i] ?? "") === "");
  const folded = foldRest(sided, nodesToKeep(sided, threshold, "kept"), real < 0 ? undefined : real);
  const { length, parent, functionIndex, functions, sides } = folded;
  return { length, parent, functionIndex, functions, self: defined(sides[0], "the only side").self };
}
