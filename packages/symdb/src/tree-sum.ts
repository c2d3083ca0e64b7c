import type { CallTree } from "@basalt/calltree";
import {
  addLanes,
  checkSum,
  copyLanes,
  FunctionTableBuilder,
  lanesOf,
  nonZeroIndexes,
  pruneTree,
  sumValues,
  TreeShape,
} from "@basalt/calltree";
import { assert } from "@basalt/model";
import { FunctionIndexes } from "./function-indexes.ts";
import { grownBigInt64, grownUint32 } from "./grow.ts";
import { lineageOf } from "./lineage.ts";
import type { PathTables } from "./path-tables.ts";
import { TablePaths } from "./table-paths.ts";

/** 2^18: such a shape takes 4 MiB, and 2 MiB of values for each query that runs over it. */
const shapeNodesMax = 1 << 18;

/** How an index of paths is kept. */
export interface PathIndexOptions {
  /** 32 random bits of the process, so that nobody can choose names that meet in one hash slot; 0 if absent. */
  readonly seed?: number;
  /** Whether functions of one name in two files are two. Default: they are one. */
  readonly tellFilesApart?: boolean;
  /** Nodes that the index may remember between queries; beyond, it begins anew. */
  readonly nodesMax?: number;
}

/** A shape, and for tables (by their lineage) their nodes in it. */
interface Generation {
  readonly shape: TreeShape;
  readonly indexes: FunctionIndexes;
  readonly pathsOf: WeakMap<object, TablePaths>;
}

/**
 * Remembers, for the tables that queries read, which node of one common call tree each stack is. So the second query
 * over the same tables adds up numbers by index and looks at no symbol. One for each worker, for as long as it lives.
 */
export class PathIndex {
  readonly #seed: number;
  readonly #tellFilesApart: boolean;
  readonly #nodesMax: number;
  #generation: Generation | undefined;

  constructor(options: PathIndexOptions = {}) {
    this.#seed = options.seed ?? 0;
    this.#tellFilesApart = options.tellFilesApart ?? false;
    this.#nodesMax = options.nodesMax ?? shapeNodesMax;
  }

  /** Begins the sum of one query. Several may run at once. */
  sum(): TreeSum {
    if (this.#generation === undefined || this.#generation.shape.length > this.#nodesMax) {
      const functions = new FunctionTableBuilder({ tellFilesApart: this.#tellFilesApart });
      this.#generation = {
        shape: new TreeShape({ functions }),
        indexes: new FunctionIndexes(functions, this.#seed),
        pathsOf: new WeakMap(),
      };
    }
    return new TreeSum(this.#generation);
  }
}

/** Adds the stacks of many tables up to one call tree, by function names. */
export class TreeSum {
  readonly #generation: Generation;
  #self: BigInt64Array = new BigInt64Array(512);
  #sum = 0n;
  /** Stacks with a value in the table that is being added, and their values. */
  #stacks: Uint32Array = new Uint32Array(256);
  #values: BigInt64Array = new BigInt64Array(256);

  /** See {@link PathIndex.sum}. */
  constructor(generation: Generation) {
    this.#generation = generation;
  }

  /**
   * Adds values by stack id of a table; no value may be negative.
   *
   * @throws BasaltError `value_overflow` if the tree's total would pass int64; nothing is added then.
   */
  add(tables: PathTables, values: BigInt64Array): void {
    const { stackCount } = tables;
    assert(values.length >= stackCount, "values are given for every stack");
    this.#stacks = grownUint32(this.#stacks, stackCount);
    const count = nonZeroIndexes(values, stackCount, this.#stacks);
    this.#values = grownBigInt64(this.#values, count);
    const [found, lanes] = [lanesOf(this.#values), lanesOf(values)];
    for (let i = 0; i < count; i++) copyLanes(found, i, lanes, this.#stacks[i] as number);
    this.addSome(tables, this.#stacks.subarray(0, count), this.#values.subarray(0, count));
  }

  /**
   * Adds the values of some stacks of a table, value by value, for a query that meets few of them; no value may be
   * negative.
   *
   * @throws BasaltError `value_overflow` if the tree's total would pass int64; nothing is added then.
   */
  addSome(tables: PathTables, stackIds: Uint32Array, values: BigInt64Array): void {
    this.#sum = checkSum(this.#sum + sumValues(values, stackIds.length));
    const paths = this.#pathsOf(tables);
    const { nodeOf } = paths;
    for (let i = 0; i < stackIds.length; i++) {
      const stack = stackIds[i] as number;
      if (nodeOf[stack] === 0) paths.lookUp(tables, stack);
    }
    this.#self = grownBigInt64(this.#self, this.#generation.shape.length);
    const [self, lanes] = [lanesOf(this.#self), lanesOf(values)];
    for (let i = 0; i < stackIds.length; i++) addLanes(self, nodeOf[stackIds[i] as number] as number, lanes, i);
  }

  /** The tree of all that was added; with a call site, of the stacks that begin, at the root, with its function names. */
  finish(callSite: readonly string[] = []): CallTree {
    const { length, parent, functionIndex, functions } = this.#generation.shape;
    const self = grownBigInt64(this.#self, length).subarray(0, length);
    return pruneTree({ length, parent, functionIndex, self, functions: functions.table() }, callSite);
  }

  #pathsOf(tables: PathTables): TablePaths {
    const { shape, indexes, pathsOf } = this.#generation;
    const lineage = lineageOf(tables);
    let paths = pathsOf.get(lineage);
    if (paths === undefined) {
      paths = new TablePaths(shape, indexes);
      pathsOf.set(lineage, paths);
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
  /** As in {@link PathIndexOptions}; 0 if absent, for tables that can be trusted. */
  readonly seed?: number;
}

/** The call tree of one table and the values of its stacks; for many tables or queries, keep a {@link PathIndex}. */
export function toCallTree(tables: PathTables, values: BigInt64Array, options: CallTreeOptions = {}): CallTree {
  const sum = new PathIndex({ tellFilesApart: options.tellFilesApart ?? false, seed: options.seed ?? 0 }).sum();
  sum.add(tables, values);
  return sum.finish(options.callSite);
}
