import type { CallTree, FunctionTable } from "./call-tree.ts";
import { totalsOf } from "./call-tree.ts";
import { FunctionTableBuilder } from "./function-table-builder.ts";
import { TreeShape } from "./tree-shape.ts";

/** The values of one side of a tree by node; both columns have the tree's length. */
export interface Side {
  readonly self: BigInt64Array;
  readonly total: BigInt64Array;
}

/** The shape of a call tree with the values of one side, or of two that are compared. Ordered as a CallTree is. */
export interface SidedTree extends TreePaths {
  readonly sides: readonly Side[];
}

/** A call tree without values. */
export interface TreePaths {
  readonly length: number;
  readonly parent: Int32Array;
  readonly functionIndex: Uint32Array;
  readonly functions: FunctionTable;
}

/** A tree with its totals. */
export function oneSided(tree: CallTree): SidedTree & { readonly sides: readonly [Side] } {
  return { ...tree, sides: [{ self: tree.self, total: totalsOf(tree) }] };
}

/**
 * Two trees laid over each other by function names (and files, if both tell them apart). Where one lacks a node, its
 * values are 0.
 */
export function twoSided(left: CallTree, right: CallTree): SidedTree & { readonly sides: readonly [Side, Side] } {
  const tellFilesApart = left.functions.files !== undefined && right.functions.files !== undefined;
  const shape = new TreeShape({
    functions: new FunctionTableBuilder({ tellFilesApart }),
    expectedNodes: Math.max(left.length, right.length),
  });
  const nodesOfLeft = shape.place(left);
  const nodesOfRight = shape.place(right);
  const { length, parent, functionIndex } = shape;
  const paths = { length, parent, functionIndex, functions: shape.functions.table() };
  return { ...paths, sides: [sideOver(paths, left, nodesOfLeft), sideOver(paths, right, nodesOfRight)] };
}

function sideOver(paths: TreePaths, tree: CallTree, nodes: Uint32Array): Side {
  const self = new BigInt64Array(paths.length);
  for (let i = 0; i < tree.length; i++) {
    const node = nodes[i] as number;
    self[node] = (self[node] as bigint) + (tree.self[i] as bigint);
  }
  return { self, total: totalsOf({ ...paths, self }) };
}
