import { addLanes, lanesOf } from "./int64.ts";

/** The functions that the nodes of a tree name. Index 0 is the root's: the empty name. */
export interface FunctionTable {
  readonly names: readonly string[];
  /** Source file of each function; present when the tree tells functions of one name apart by file. */
  readonly files?: readonly string[];
}

/**
 * A weighted call tree as columns of `length` elements. Node 0 is the root, `parent[0] = -1`, and `parent[i] < i`, so one
 * reverse pass sums totals. No two children of a node name the same function. Values are not negative, and their sum
 * fits int64: who makes a tree checks that (`value_overflow`), so no total of it can overflow.
 */
export interface CallTree {
  readonly length: number;
  readonly parent: Int32Array;
  /** Index into the function table. */
  readonly functionIndex: Uint32Array;
  readonly self: BigInt64Array;
  readonly functions: FunctionTable;
}

/** The sum of each node's own value and of all nodes below it; element 0 is the tree's total. */
export function totalsOf(tree: CallTree): BigInt64Array {
  const { parent } = tree;
  const totals = tree.self.slice(0, tree.length);
  const lanes = lanesOf(totals);
  for (let node = tree.length - 1; node > 0; node--) addLanes(lanes, parent[node] as number, lanes, node);
  return totals;
}
