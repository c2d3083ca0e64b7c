import type { CallTree } from "./call-tree.ts";
import { FunctionTableBuilder } from "./function-table-builder.ts";
import { checkSum, sumValues } from "./int64.ts";
import { type MemoryAccount, noAccount } from "./memory-account.ts";
import type { TreeShapeOptions } from "./tree-shape.ts";
import { TreeShape } from "./tree-shape.ts";

/** Grows a call tree: paths as in {@link TreeShape}, and an own value for each node. */
export class CallTreeBuilder {
  readonly #shape: TreeShape;
  readonly #account: MemoryAccount;
  #self: BigInt64Array = new BigInt64Array(512);
  #sum = 0n;

  constructor(options: TreeShapeOptions = {}) {
    this.#shape = new TreeShape(options);
    this.#account = options.account ?? noAccount;
  }

  get functions(): FunctionTableBuilder {
    return this.#shape.functions;
  }

  /** The child of a node that names a function; made if there is none. */
  child(parent: number, functionIndex: number): number {
    return this.#shape.child(parent, functionIndex);
  }

  /**
   * Adds `values[i]` to the own value of node `nodes[i]`, for all i < count; no value may be negative.
   *
   * @throws BasaltError `value_overflow` if the tree's total would pass int64; the tree is as before.
   */
  addSelf(nodes: Uint32Array, values: BigInt64Array, count: number = nodes.length): void {
    this.#sum = checkSum(this.#sum + sumValues(values, count));
    const self = this.#selfOfAll();
    for (let i = 0; i < count; i++) {
      const node = nodes[i] as number;
      self[node] = (self[node] as bigint) + (values[i] as bigint);
    }
  }

  /**
   * Adds a whole tree.
   *
   * @throws BasaltError `value_overflow` if the total would pass int64.
   */
  add(tree: CallTree): void {
    this.addSelf(this.#shape.place(tree), tree.self, tree.length);
  }

  /** The tree. It shares memory with the builder, which must not be used any more. */
  finish(): CallTree {
    const { length, parent, functionIndex, functions } = this.#shape;
    return { length, parent, functionIndex, self: this.#selfOfAll().subarray(0, length), functions: functions.table() };
  }

  #selfOfAll(): BigInt64Array {
    this.#self = grownSelf(this.#self, this.#shape.length, this.#account);
    return this.#self;
  }
}

/** Values by node, or a copy with room for at least `least` nodes; new ones are 0. */
export function grownSelf(self: BigInt64Array, least: number, account: MemoryAccount): BigInt64Array {
  if (least <= self.length) return self;
  const length = Math.max(least, self.length * 2);
  account.columns(length * 8);
  const grown = new BigInt64Array(length);
  grown.set(self);
  account.columns(-self.byteLength);
  return grown;
}

/**
 * The sum of trees: paths of equal function names become one. Functions of one name are one unless every tree tells
 * files apart.
 *
 * @throws BasaltError `value_overflow` if the total passes int64; what the account throws.
 */
export function mergeTrees(trees: readonly CallTree[], account: MemoryAccount = noAccount): CallTree {
  const [only] = trees;
  if (trees.length === 1 && only !== undefined) return only;
  const tellFilesApart = trees.length > 0 && trees.every((tree) => tree.functions.files !== undefined);
  const expectedNodes = trees.reduce((most, tree) => Math.max(most, tree.length), 0);
  const functions = new FunctionTableBuilder({ tellFilesApart, account });
  const builder = new CallTreeBuilder({ functions, expectedNodes, account });
  for (const tree of trees) builder.add(tree);
  return builder.finish();
}
