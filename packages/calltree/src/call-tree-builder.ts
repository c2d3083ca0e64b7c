import type { CallTree } from "./call-tree.ts";
import { FunctionTableBuilder } from "./function-table-builder.ts";
import { checkSum, sumValues } from "./int64.ts";

/** What a new builder may be told. */
export interface CallTreeBuilderOptions {
  /** Shared with other builders so that their trees name functions alike. */
  readonly functions?: FunctionTableBuilder;
  /** Nodes to make room for; it grows beyond. */
  readonly expectedNodes?: number;
}

/**
 * Grows a call tree: children are found by (parent, function) in an open-addressed table, so equal paths become one.
 * Nodes are numbered in the order in which they are made, parents first.
 */
export class CallTreeBuilder {
  readonly functions: FunctionTableBuilder;
  #length = 1;
  #parent: Int32Array;
  #functionIndex: Uint32Array;
  #self: BigInt64Array;
  /** Node number, 0 = free: the root is nobody's child. At most half full. */
  #slots: Int32Array;
  #sum = 0n;

  constructor(options: CallTreeBuilderOptions = {}) {
    this.functions = options.functions ?? new FunctionTableBuilder();
    const capacity = powerOfTwoFrom(Math.max(options.expectedNodes ?? 0, 512));
    this.#parent = new Int32Array(capacity);
    this.#functionIndex = new Uint32Array(capacity);
    this.#self = new BigInt64Array(capacity);
    this.#slots = new Int32Array(capacity * 2);
    this.#parent[0] = -1;
  }

  /** Nodes so far, the root included. */
  get length(): number {
    return this.#length;
  }

  /** The child of a node that names a function; made if there is none. */
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

  /**
   * Adds `values[i]` to the own value of node `nodes[i]`, for all i < count; no value may be negative.
   *
   * @throws BasaltError `value_overflow` if the tree's total would pass int64; the tree is as before.
   */
  addSelf(nodes: Uint32Array, values: BigInt64Array, count: number = nodes.length): void {
    this.#sum = checkSum(this.#sum + sumValues(values, count));
    const self = this.#self;
    for (let i = 0; i < count; i++) {
      const node = nodes[i] as number;
      self[node] = (self[node] as bigint) + (values[i] as bigint);
    }
  }

  /** Makes sure that every path of a tree exists, without values, and gives the node here of each node there. */
  place(tree: CallTree): Uint32Array {
    const functionHere = this.functions.adopt(tree.functions);
    const { parent, functionIndex, length } = tree;
    const nodes = new Uint32Array(length);
    for (let i = 1; i < length; i++) {
      nodes[i] = this.child(nodes[parent[i] as number] as number, functionHere[functionIndex[i] as number] as number);
    }
    return nodes;
  }

  /**
   * Adds a whole tree.
   *
   * @throws BasaltError `value_overflow` if the total would pass int64.
   */
  add(tree: CallTree): void {
    this.addSelf(this.place(tree), tree.self, tree.length);
  }

  /** The tree. It shares memory with the builder, which must not be used any more. */
  finish(): CallTree {
    return {
      length: this.#length,
      parent: this.#parent.subarray(0, this.#length),
      functionIndex: this.#functionIndex.subarray(0, this.#length),
      self: this.#self.subarray(0, this.#length),
      functions: this.functions.table(),
    };
  }

  #childAfterGrowth(parent: number, functionIndex: number): number {
    const capacity = this.#parent.length * 2;
    const grownParent = new Int32Array(capacity);
    const grownFunctionIndex = new Uint32Array(capacity);
    const grownSelf = new BigInt64Array(capacity);
    grownParent.set(this.#parent);
    grownFunctionIndex.set(this.#functionIndex);
    grownSelf.set(this.#self);
    const slots = new Int32Array(capacity * 2);
    const mask = slots.length - 1;
    for (let node = 1; node < this.#length; node++) {
      let slot = hashOf(grownParent[node] as number, grownFunctionIndex[node] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.#parent = grownParent;
    this.#functionIndex = grownFunctionIndex;
    this.#self = grownSelf;
    this.#slots = slots;
    return this.child(parent, functionIndex);
  }
}

/**
 * The sum of trees: paths of equal function names become one. Functions of one name are one unless every tree tells
 * files apart.
 *
 * @throws BasaltError `value_overflow` if the total passes int64.
 */
export function mergeTrees(trees: readonly CallTree[]): CallTree {
  const [only] = trees;
  if (trees.length === 1 && only !== undefined) return only;
  const tellFilesApart = trees.length > 0 && trees.every((tree) => tree.functions.files !== undefined);
  const expectedNodes = trees.reduce((most, tree) => Math.max(most, tree.length), 0);
  const builder = new CallTreeBuilder({ functions: new FunctionTableBuilder({ tellFilesApart }), expectedNodes });
  for (const tree of trees) builder.add(tree);
  return builder.finish();
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
