import type { MemoryAccount, TreeShape } from "@basalt/calltree";
import { functionsOfLocation, noStackName, unsymbolisedName } from "./frames.ts";
import type { FunctionIndexes } from "./function-indexes.ts";
import { grownInt32, grownUint32 } from "./grow.ts";
import type { PathTables } from "./path-tables.ts";
import { bytesOfPaths } from "./symbol-tables.ts";

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
  readonly #account: MemoryAccount;
  /** Over the strings of the tables last followed. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** By location: index of its only function plus one; 0 = not looked up; -1 - place in #several. */
  #onlyOf: Int32Array = new Int32Array(0);
  /** By function: its index plus one; 0 = not looked up. */
  #indexOf: Uint32Array = new Uint32Array(0);
  readonly #several: number[][] = [];
  /** Stacks on the way up that have no node yet. */
  #pending: Uint32Array = new Uint32Array(64);

  constructor(shape: TreeShape, by: { readonly indexes: FunctionIndexes; readonly account: MemoryAccount }) {
    this.#shape = shape;
    this.#indexes = by.indexes;
    this.#account = by.account;
  }

  /** Takes tables, the same or grown ones; call it before the others. @throws what the account throws. */
  follow(tables: PathTables): void {
    if (tables.stackCount > this.nodeOf.length) this.#account.columns(2 * bytesOfPaths(tables));
    this.nodeOf = grownUint32(this.nodeOf, tables.stackCount);
    this.#onlyOf = grownInt32(this.#onlyOf, tables.locationCount);
    this.#indexOf = grownUint32(this.#indexOf, tables.functionCount);
    const { buffer, byteOffset, byteLength } = tables.stringBytes;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  /** Finds the node of a stack that has none in {@link nodeOf} yet. @throws what the account throws. */
  lookUp(tables: PathTables, stack: number): void {
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

  #descend(tables: PathTables, above: number, location: number): number {
    let only = this.#onlyOf[location] as number;
    if (only === 0) only = this.#lookUpLocation(tables, location);
    if (only > 0) return this.#shape.child(above, only - 1);
    let node = above;
    for (const index of this.#several[-1 - only] ?? []) node = this.#shape.child(node, index);
    return node;
  }

  #lookUpLocation(tables: PathTables, location: number): number {
    const entry = this.#entryOf(tables, location);
    this.#onlyOf[location] = entry;
    return entry;
  }

  #entryOf(tables: PathTables, location: number): number {
    const line = tables.locationLineStart[location] as number;
    const lineCount = (tables.locationLineStart[location + 1] as number) - line;
    const first = lineCount === 1 ? (tables.lineFunction[line] as number) : 0;
    if (first !== 0) return this.#functionIndex(tables, first - 1) + 1;
    const indexes = functionsOfLocation(tables, location).map((callee) => this.#functionIndex(tables, callee));
    const [only = this.#shape.functions.indexOf(unsymbolisedName(tables, location))] = indexes;
    return indexes.length > 1 ? -this.#several.push(indexes) : only + 1;
  }

  #functionIndex(tables: PathTables, callee: number): number {
    const known = this.#indexOf[callee] as number;
    if (known !== 0) return known - 1;
    const index = this.#indexes.indexOf(tables, this.#view, callee);
    this.#indexOf[callee] = index + 1;
    return index;
  }
}
