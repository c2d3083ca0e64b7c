import type { SymbolColumns } from "@basalt/model";

/**
 * The symbols of one partition (one service in one block, segment or head) with its stacks as a parent-pointer tree.
 * Stack 0 is the empty stack; `stackParent[i] < i`. Location 0 … are 0-based here and in the columns alike.
 */
export interface SymbolTables extends SymbolColumns {
  readonly stackCount: number;
  /** The stack without its leaf; stackParent[0] = 0. */
  readonly stackParent: Uint32Array;
  /** The leaf's location; stackLocation[0] is meaningless. */
  readonly stackLocation: Uint32Array;
  /** 64-bit hash of the stack's content (function names, files, lines, addresses), equal in every block. */
  readonly stackHash: BigUint64Array;
}
