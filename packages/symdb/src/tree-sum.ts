import type { CallTree, MemoryAccount } from "@basalt/calltree";
import {
  addLanes,
  checkSum,
  copyLanes,
  FunctionTableBuilder,
  lanesOf,
  noAccount,
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

/** 32 MiB: the names of so many nodes, of a hundred characters each and half of them different. */
const namesBytesMax = 32 * 2 ** 20;

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
  /** Tells the sum that is adding now of what the generation takes. */
  readonly account: LentAccount;
}

/** The account of whoever makes a generation grow at the moment. */
class LentAccount implements MemoryAccount {
  of: MemoryAccount = noAccount;
  readonly columns = (bytes: number): void => this.of.columns(bytes);
  readonly heap = (bytes: number): void => this.of.heap(bytes);
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

  /**
   * Begins the sum of one query. Several may run at once. The account is told of the memory that the query adds to what
   * the index remembers already, which has bounds of its own.
   */
  sum(account: MemoryAccount = noAccount): TreeSum {
    this.trim();
    this.#generation ??= this.#newGeneration();
    return new TreeSum(this.#generation, account);
  }

  /** Forgets all paths if they are more than the index may remember: call it when a query has ended. */
  trim(): void {
    if (this.#generation === undefined) return;
    const { length, functions } = this.#generation.shape;
    if (length > this.#nodesMax || functions.heapBytes > namesBytesMax) this.#generation = undefined;
  }

  #newGeneration(): Generation {
    const account = new LentAccount();
    const functions = new FunctionTableBuilder({ tellFilesApart: this.#tellFilesApart, account });
    return {
      shape: new TreeShape({ functions, account }),
      indexes: new FunctionIndexes(functions, { seed: this.#seed, account }),
      pathsOf: new WeakMap(),
      account,
    };
  }
}

/** 30: marks and the new number of a node, 14; where it stays, its columns, 16. */
const prunedNodeBytes = 30;

/** Adds the stacks of many tables up to one call tree, by function names. */
export class TreeSum {
  readonly #generation: Generation;
  readonly #account: MemoryAccount;
  #self: BigInt64Array = new BigInt64Array(512);
  #sum = 0n;
  /** Stacks with a value in the table that is being added, and their values. */
  #stacks: Uint32Array = new Uint32Array(256);
  #values: BigInt64Array = new BigInt64Array(256);

  /** See {@link PathIndex.sum}. */
  constructor(generation: Generation, account: MemoryAccount) {
    this.#generation = generation;
    this.#account = account;
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
   * @throws BasaltError `value_overflow` if the tree's total would pass int64, and what the account throws; nothing is
   * added then.
   */
  addSome(tables: PathTables, stackIds: Uint32Array, values: BigInt64Array): void {
    const sum = checkSum(this.#sum + sumValues(values, stackIds.length));
    const nodeOf = this.#nodesOf(tables, stackIds);
    this.#reserveSelf();
    this.#sum = sum;
    const [self, lanes] = [lanesOf(this.#self), lanesOf(values)];
    for (let i = 0; i < stackIds.length; i++) addLanes(self, nodeOf[stackIds[i] as number] as number, lanes, i);
  }

  /** The tree of all that was added; with a call site, of the stacks that begin, at the root, with its function names. */
  finish(callSite: readonly string[] = []): CallTree {
    const { length, parent, functionIndex, functions } = this.#generation.shape;
    this.#reserveSelf();
    this.#account.columns(length * prunedNodeBytes);
    const self = this.#self.subarray(0, length);
    return pruneTree({ length, parent, functionIndex, self, functions: functions.table() }, callSite);
  }

  /** The node of each stack, by stack id; those of the given stacks are made if there are none. */
  #nodesOf(tables: PathTables, stackIds: Uint32Array): Uint32Array {
    const { account } = this.#generation;
    account.of = this.#account;
    try {
      const paths = this.#pathsOf(tables);
      const { nodeOf } = paths;
      for (let i = 0; i < stackIds.length; i++) {
        const stack = stackIds[i] as number;
        if (nodeOf[stack] === 0) paths.lookUp(tables, stack);
      }
      return nodeOf;
    } finally {
      account.of = noAccount;
    }
  }

  #reserveSelf(): void {
    const { length } = this.#generation.shape;
    const { length: room, byteLength } = this.#self;
    if (length <= room) return;
    this.#account.columns(8 * Math.max(length, 2 * room));
    this.#self = grownBigInt64(this.#self, length);
    this.#account.columns(-byteLength);
  }

  #pathsOf(tables: PathTables): TablePaths {
    const { shape, indexes, pathsOf, account } = this.#generation;
    const lineage = lineageOf(tables);
    let paths = pathsOf.get(lineage);
    if (paths === undefined) {
      paths = new TablePaths(shape, { indexes, account });
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
