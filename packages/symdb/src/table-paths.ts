import type { TreeShape } from "@basalt/calltree";
import { functionsOfLocation, noStackName, unsymbolisedName } from "./frames.ts";
import type { FunctionIndexes } from "./function-indexes.ts";
import { grownInt32, grownUint32 } from "./grow.ts";
import type { SymbolTables } from "./symbol-tables.ts";

/**
 * Which node of a shape each stack of one table is, found when it is first asked for. Inlined functions are nodes of
 * their own, a location without functions is `binary+0xaddr`, and the empty stack is `[no stack]`. Tables that grow are
 * followed: the ids of their stacks, locations and functions keep their meaning.
 */
export class TablePaths {
  /** Node by stack; 0 = not looked up. At least as long as the stacks of the tables last passed to {@link follow}. */
  nodeOf: Uint32Array = new Uint32Array(0);
  readonly #shape: TreeShape;
  readonly #indexes: FunctionIndexes;
  /** Over the strings of the tables last followed. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** By location: index of its only function plus one; 0 = not looked up; -1 - place in #several. */
  #onlyOf: Int32Array = new Int32Array(0);
  readonly #several: number[][] = [];
  /** Stacks on the way up that have no node yet. */
  #pending: Uint32Array = new Uint32Array(64);

  constructor(shape: TreeShape, indexes: FunctionIndexes) {
    this.#shape = shape;
    this.#indexes = indexes;
  }

  /** Takes tables, the same or grown ones; call it before the others. */
  follow(tables: SymbolTables): void {
    this.nodeOf = grownUint32(this.nodeOf, tables.stackCount);
    this.#onlyOf = grownInt32(this.#onlyOf, tables.locationCount);
    const { buffer, byteOffset, byteLength } = tables.stringBytes;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  /** Finds the node of a stack that has none in {@link nodeOf} yet. */
  lookUp(tables: SymbolTables, stack: number): void {
    if (stack === 0) {
      this.nodeOf[0] = this.#shape.child(0, this.#shape.functions.indexOf(noStackName));
      return;
    }
    const { stackParent, stackLocation } = tables;
    let pendingCount = 0;
    let above = stack;
    for (; above !== 0 && this.nodeOf[above] === 0; above = stackParent[above] as number) {
      if (pendingCount === this.#pending.length) this.#pending = grownUint32(this.#pending, pendingCount + 1);
      this.#pending[pendingCount++] = above;
    }
    let node = above === 0 ? 0 : (this.nodeOf[above] as number);
    while (pendingCount > 0) {
      const below = this.#pending[--pendingCount] as number;
      node = this.#descend(tables, node, stackLocation[below] as number);
      this.nodeOf[below] = node;
    }
  }

  #descend(tables: SymbolTables, above: number, location: number): number {
    let only = this.#onlyOf[location] as number;
    if (only === 0) only = this.#lookUpLocation(tables, location);
    if (only > 0) return this.#shape.child(above, only - 1);
    let node = above;
    for (const index of this.#several[-1 - only] ?? []) node = this.#shape.child(node, index);
    return node;
  }

  #lookUpLocation(tables: SymbolTables, location: number): number {
    const functions = functionsOfLocation(tables, location);
    const indexes = functions.map((callee) => this.#indexes.indexOf(tables, this.#view, callee));
    if (indexes.length === 0) indexes.push(this.#shape.functions.indexOf(unsymbolisedName(tables, location)));
    const [only = 0] = indexes;
    const entry = indexes.length > 1 ? -this.#several.push(indexes) : only + 1;
    this.#onlyOf[location] = entry;
    return entry;
  }
}
