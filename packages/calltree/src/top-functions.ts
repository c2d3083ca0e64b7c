import type { CallTree, FunctionTable } from "./call-tree.ts";
import { totalsOf } from "./call-tree.ts";
import { FunctionTableBuilder } from "./function-table-builder.ts";

/** What one function costs. */
export interface FunctionCost {
  /** The values of stacks whose leaf it is. */
  readonly self: bigint;
  /** The values of stacks that hold it, each stack once however often it recurs in it. */
  readonly total: bigint;
}

/** A row of the exact table. */
export interface FunctionRow extends FunctionCost {
  readonly name: string;
  /** Present when the tree tells files apart. */
  readonly file?: string;
}

/** A row of the exact table of two sides; a side that lacks the function has zeros. */
export interface FunctionPairRow {
  readonly name: string;
  readonly file?: string;
  readonly left: FunctionCost;
  readonly right: FunctionCost;
}

/** Which rows, and in which order. Equal values are ordered by name, then file. */
export interface FunctionTableQuery {
  readonly order: "self" | "total" | "name";
  /** Rows to give; below 1: all. */
  readonly limit: number;
}

/** The first rows of a table, and how many it has. */
export interface FunctionRows<Row> {
  readonly rows: readonly Row[];
  readonly functionCount: number;
}

/** The exact function table of a tree, to be asked for before the tree is cut. */
export function topFunctions(tree: CallTree, query: FunctionTableQuery): FunctionRows<FunctionRow> {
  const cost = costOf(tree);
  const indexes = rowsInOrder(tree.functions, cost, query);
  return {
    functionCount: indexes.functionCount,
    rows: indexes.first.map((i) => ({ ...functionAt(tree.functions, i), ...costAt(cost, i) })),
  };
}

/** The exact table of two trees; values are ordered by the sum of both sides. */
export function topFunctionPairs(
  left: CallTree,
  right: CallTree,
  query: FunctionTableQuery,
): FunctionRows<FunctionPairRow> {
  const tellFilesApart = left.functions.files !== undefined && right.functions.files !== undefined;
  const builder = new FunctionTableBuilder({ tellFilesApart });
  const [remapLeft, remapRight] = [builder.adopt(left.functions), builder.adopt(right.functions)];
  const functions = builder.table();
  const onLeft = costOf(left, remapLeft, builder.count);
  const onRight = costOf(right, remapRight, builder.count);
  const both = { self: sumOf(onLeft.self, onRight.self), total: sumOf(onLeft.total, onRight.total) };
  const indexes = rowsInOrder(functions, both, query);
  return {
    functionCount: indexes.functionCount,
    rows: indexes.first.map((i) => ({
      ...functionAt(functions, i),
      left: costAt(onLeft, i),
      right: costAt(onRight, i),
    })),
  };
}

/** Costs by function index. */
interface CostColumns {
  readonly self: BigInt64Array | BigUint64Array;
  readonly total: BigInt64Array | BigUint64Array;
}

/**
 * Sums the nodes of each function; of nested nodes of one function only the outermost gives its total. In the order of a
 * depth-first walk a node's descendants follow it, so "nested" is "before the end of the outermost open one".
 */
function costOf(tree: CallTree, remap?: Uint32Array, functionCount: number = tree.functions.names.length): CostColumns {
  const totals = totalsOf(tree);
  const { order, end } = depthFirst(tree);
  const self = new BigInt64Array(functionCount);
  const total = new BigInt64Array(functionCount);
  const openUntil = new Uint32Array(functionCount);
  for (let at = 1; at < tree.length; at++) {
    const node = order[at] as number;
    const there = tree.functionIndex[node] as number;
    const index = remap === undefined ? there : (remap[there] as number);
    self[index] = (self[index] as bigint) + (tree.self[node] as bigint);
    if (at < (openUntil[index] as number)) continue;
    openUntil[index] = end[node] as number;
    total[index] = (total[index] as bigint) + (totals[node] as bigint);
  }
  return { self, total };
}

/** The nodes in the order of a depth-first walk, and for each node the place after its last descendant. */
function depthFirst(tree: CallTree): { order: Uint32Array; end: Uint32Array } {
  const { length, parent } = tree;
  const size = new Uint32Array(length).fill(1);
  for (let node = length - 1; node > 0; node--) {
    const above = parent[node] as number;
    size[above] = (size[above] as number) + (size[node] as number);
  }
  const order = new Uint32Array(length);
  const end = new Uint32Array(length);
  const nextChildAt = new Uint32Array(length);
  nextChildAt[0] = 1;
  end[0] = length;
  for (let node = 1; node < length; node++) {
    const above = parent[node] as number;
    const at = nextChildAt[above] as number;
    order[at] = node;
    nextChildAt[node] = at + 1;
    end[node] = at + (size[node] as number);
    nextChildAt[above] = end[node] as number;
  }
  return { order, end };
}

/** Sums of two sides: each is below 2^63, so the sum fits 64 bits without a sign. */
function sumOf(left: CostColumns["self"], right: CostColumns["self"]): BigUint64Array {
  return BigUint64Array.from(left, (value, i) => value + (right[i] ?? 0n));
}

function rowsInOrder(
  functions: FunctionTable,
  cost: CostColumns,
  query: FunctionTableQuery,
): { first: number[]; functionCount: number } {
  const present: number[] = [];
  for (let i = 0; i < cost.total.length; i++) if (cost.total[i] !== 0n) present.push(i);
  const { names, files } = functions;
  const byName = (a: number, b: number): number =>
    compareText(names[a], names[b]) || compareText(files?.[a], files?.[b]);
  const key = query.order === "name" ? undefined : cost[query.order];
  present.sort((a, b) => {
    const x = key?.[a] ?? 0n;
    const y = key?.[b] ?? 0n;
    return x > y ? -1 : x < y ? 1 : byName(a, b);
  });
  return { first: query.limit < 1 ? present : present.slice(0, query.limit), functionCount: present.length };
}

function compareText(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function functionAt(functions: FunctionTable, index: number): { readonly name: string; readonly file?: string } {
  const name = functions.names[index] ?? "";
  return functions.files === undefined ? { name } : { name, file: functions.files[index] ?? "" };
}

function costAt(cost: CostColumns, index: number): FunctionCost {
  return { self: cost.self[index] ?? 0n, total: cost.total[index] ?? 0n };
}
