import type { CallTree } from "./call-tree.ts";
import { FunctionTableBuilder } from "./function-table-builder.ts";
import { type MemoryAccount, noAccount } from "./memory-account.ts";

/** What a new shape or tree may be told. */
export interface TreeShapeOptions {
  /** Shared with others so that they name functions alike. */
  readonly functions?: FunctionTableBuilder;
  /** Nodes to make room for; it grows beyond. */
  readonly expectedNodes?: number;
  /** Told of the columns, not of the functions. Default: none. */
  readonly account?: MemoryAccount;
}

/** 16: parent and function of a node, and two slots. */
const nodeBytes = 16;

/**
 * The paths of a call tree, without values, as they grow: children are found by (parent, function) in an open-addressed
 * table, so equal paths become one. Nodes are numbered in the order in which they are made, parents first, and keep
 * their numbers. Node 0 is the root.
 */
export class TreeShape {
  readonly functions: FunctionTableBuilder;
  readonly #account: MemoryAccount;
  #length = 1;
  #parent: Int32Array;
  #functionIndex: Uint32Array;
  /** Node number, 0 = free: the root is nobody's child. At most half full. */
  #slots: Int32Array;

  constructor(options: TreeShapeOptions = {}) {
    this.functions = options.functions ?? new FunctionTableBuilder();
    const capacity = powerOfTwoFrom(Math.max(options.expectedNodes ?? 0, 512));
    this.#account = options.account ?? noAccount;
    this.#account.columns(capacity * nodeBytes);
    this.#parent = new Int32Array(capacity);
    this.#functionIndex = new Uint32Array(capacity);
    this.#slots = new Int32Array(capacity * 2);
    this.#parent[0] = -1;
  }

  /** Nodes so far, the root included. */
  get length(): number {
    return this.#length;
  }

  /** Parents of the nodes so far; a view that holds until the shape grows. */
  get parent(): Int32Array {
    return this.#parent.subarray(0, this.#length);
  }

  /** Functions of the nodes so far; a view that holds until the shape grows. */
  get functionIndex(): Uint32Array {
    return this.#functionIndex.subarray(0, this.#length);
  }

  /** The child of a node that names a function; made if there is none. @throws what the account throws. */
  child(parent: number, functionIndex: number): number {
    const slots = this.#slots;
    const parents = this.#parent;
    const functionIndexes = this.#functionIndex;
    const mask = slots.length - 1;
    let slot = hashOf(parent, functionIndex) & mask;
    for (let node = slots[slot] as number; node !== 0; node = slots[slot] as number) {
      if (parents[node] === parent && functionIndexes[node] === functionIndex) return node;
      slot = (slot + 1) & mask;
    }
    const node = this.#length;
    if (node === parents.length) return this.#childAfterGrowth(parent, functionIndex);
    this.#length = node + 1;
    parents[node] = parent;
    functionIndexes[node] = functionIndex;
    slots[slot] = node;
    return node;
  }

  /** Makes sure that every path of another tree exists, and gives the node here of each node there. */
  place(tree: CallTree): Uint32Array {
    const functionHere = this.functions.adopt(tree.functions);
    const { parent, functionIndex, length } = tree;
    this.#account.columns(length * 4);
    const nodes = new Uint32Array(length);
    for (let i = 1; i < length; i++) {
      nodes[i] = this.child(nodes[parent[i] as number] as number, functionHere[functionIndex[i] as number] as number);
    }
    return nodes;
  }

  #childAfterGrowth(parent: number, functionIndex: number): number {
    const capacityBefore = this.#parent.length;
    const capacity = capacityBefore * 2;
    this.#account.columns(capacity * nodeBytes);
    const grownParent = new Int32Array(capacity);
    const grownFunctionIndex = new Uint32Array(capacity);
    grownParent.set(this.#parent);
    grownFunctionIndex.set(this.#functionIndex);
    const slots = new Int32Array(capacity * 2);
    const mask = slots.length - 1;
    for (let node = 1; node < this.#length; node++) {
      let slot = hashOf(grownParent[node] as number, grownFunctionIndex[node] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.#parent = grownParent;
    this.#functionIndex = grownFunctionIndex;
    this.#slots = slots;
    this.#account.columns(-capacityBefore * nodeBytes);
    return this.child(parent, functionIndex);
  }
}

function hashOf(parent: number, functionIndex: number): number {
  let hash = (Math.imul(parent, 0x9e3779b1) + Math.imul(functionIndex, 0x85ebca77)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
  return hash ^ (hash >>> 13);
}

function powerOfTwoFrom(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}
