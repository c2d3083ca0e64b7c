/** The functions that the nodes of a tree name. Index 0 is the root's: the empty name. */
export interface FunctionTable {
  readonly names: readonly string[];
  /** Source file of each function; present when the tree tells functions of one name apart by file. */
  readonly files?: readonly string[];
}

/**
 * A weighted call tree as columns. Node 0 is the root, `parent[0] = -1`, and `parent[i] < i`, so one reverse pass sums
 * totals. No two children of a node name the same function. Values are not negative.
 */
export interface CallTree {
  readonly length: number;
  readonly parent: Int32Array;
  /** Index into the function table. */
  readonly functionIndex: Uint32Array;
  readonly self: BigInt64Array;
  readonly functions: FunctionTable;
}
