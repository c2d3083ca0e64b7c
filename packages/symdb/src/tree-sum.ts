import type { CallTree } from "@basalt/calltree";
import { checkSum, FunctionTableBuilder, lanesOf, pruneTree, sumValues, TreeShape } from "@basalt/calltree";
import { assert } from "@basalt/model";
import { grownBigInt64 } from "./grow.ts";
import type { SymbolTables } from "./symbol-tables.ts";
import type { SymbolTexts } from "./symbol-texts.ts";
import { textsOf } from "./symbol-texts.ts";
import { TablePaths } from "./table-paths.ts";

/** 2^18: such a shape takes 4 MiB, and 2 MiB of values for each query that runs over it. */
const shapeNodesMax = 1 << 18;

/** How an index of paths is kept. */
export interface PathIndexOptions {
  /** Whether functions of one name in two files are two. Default: they are one. */
  readonly tellFilesApart?: boolean;
  /** Nodes that the index may remember between queries; beyond, it begins anew. */
  readonly nodesMax?: number;
}

/** A shape, and for tables (by their texts, which views of one partition share) their nodes in it. */
interface Generation {
  readonly shape: TreeShape;
  readonly pathsOf: WeakMap<SymbolTexts, TablePaths>;
}

/**
 * Remembers, for the tables that queries read, which node of one common call tree each stack is. So the second query
 * over the same tables adds up numbers by index and looks at no symbol. One for each worker, for as long as it lives.
 */
export class PathIndex {
  readonly #tellFilesApart: boolean;
  readonly #nodesMax: number;
  #generation: Generation | undefined;

  constructor(options: PathIndexOptions = {}) {
    this.#tellFilesApart = options.tellFilesApart ?? false;
    this.#nodesMax = options.nodesMax ?? shapeNodesMax;
  }

  /** Begins the sum of one query. Several may run at once. */
  sum(): TreeSum {
    if (this.#generation === undefined || this.#generation.shape.length > this.#nodesMax) {
      const functions = new FunctionTableBuilder({ tellFilesApart: this.#tellFilesApart });
      this.#generation = { shape: new TreeShape({ functions }), pathsOf: new WeakMap() };
    }
    return new TreeSum(this.#generation);
  }
}

/** Adds the stacks of many tables up to one call tree, by function names. */
export class TreeSum {
  readonly #generation: Generation;
  #self: BigInt64Array = new BigInt64Array(512);
  #sum = 0n;

  /** See {@link PathIndex.sum}. */
  constructor(generation: Generation) {
    this.#generation = generation;
  }

  /**
   * Adds values by stack id of a table; no value may be negative.
   *
   * @throws BasaltError `value_overflow` if the tree's total would pass int64; nothing is added then.
   */
  add(tables: SymbolTables, values: BigInt64Array): void {
    const { stackCount } = tables;
    assert(values.length >= stackCount, "values are given for every stack");
    this.#sum = checkSum(this.#sum + sumValues(values, stackCount));
    const { nodeOf } = this.#pathsOf(tables, values);
    this.#self = grownBigInt64(this.#self, this.#generation.shape.length);
    const self = this.#self;
    for (let stack = 0; stack < stackCount; stack++) {
      const node = nodeOf[stack] as number;
      self[node] = (self[node] as bigint) + (values[stack] as bigint);
    }
  }

  /**
   * Adds the values of some stacks of a table, for a query that meets few of them; no value may be negative.
   *
   * @throws BasaltError `value_overflow` if the tree's total would pass int64; nothing is added then.
   */
  addSome(tables: SymbolTables, stackIds: Uint32Array, values: BigInt64Array): void {
    this.#sum = checkSum(this.#sum + sumValues(values, stackIds.length));
    const paths = this.#pathsOfTables(tables);
    for (let i = 0; i < stackIds.length; i++) {
      const stack = stackIds[i] as number;
      if (paths.nodeOf[stack] === 0) paths.lookUp(tables, stack);
    }
    const { nodeOf } = paths;
    this.#self = grownBigInt64(this.#self, this.#generation.shape.length);
    const self = this.#self;
    for (let i = 0; i < stackIds.length; i++) {
      const node = nodeOf[stackIds[i] as number] as number;
      self[node] = (self[node] as bigint) + (values[i] as bigint);
    }
  }

  /** The tree of all that was added; with a call site, of the stacks that begin, at the root, with its function names. */
  finish(callSite: readonly string[] = []): CallTree {
    const { length, parent, functionIndex, functions } = this.#generation.shape;
    const self = grownBigInt64(this.#self, length).subarray(0, length);
    return pruneTree({ length, parent, functionIndex, self, functions: functions.table() }, callSite);
  }

  /** The paths of a table with a node for each stack that has a value. */
  #pathsOf(tables: SymbolTables, values: BigInt64Array): TablePaths {
    const paths = this.#pathsOfTables(tables);
    const { nodeOf } = paths;
    const lanes = lanesOf(values);
    for (let stack = 0; stack < tables.stackCount; stack++) {
      const hasValue = ((lanes[2 * stack] as number) | (lanes[2 * stack + 1] as number)) !== 0;
      if (hasValue && nodeOf[stack] === 0) paths.lookUp(tables, stack);
    }
    return paths;
  }

  #pathsOfTables(tables: SymbolTables): TablePaths {
    const { shape, pathsOf } = this.#generation;
    const texts = textsOf(tables);
    let paths = pathsOf.get(texts);
    if (paths === undefined) {
      paths = new TablePaths(shape);
      pathsOf.set(texts, paths);
    }
    paths.follow(tables);
    return paths;
  }
}

/** What a tree of one table may be told. */
export interface CallTreeOptions {
  /** Whether functions of one name in two files are two. */
  readonly tellFilesApart?: boolean;
  /** Function names from the root on; only stacks that begin so are taken, whole. */
  readonly callSite?: readonly string[];
}

/** The call tree of one table and the values of its stacks; for many tables or queries, keep a {@link PathIndex}. */
export function toCallTree(tables: SymbolTables, values: BigInt64Array, options: CallTreeOptions = {}): CallTree {
  const sum = new PathIndex({ tellFilesApart: options.tellFilesApart ?? false }).sum();
  sum.add(tables, values);
  return sum.finish(options.callSite);
}
