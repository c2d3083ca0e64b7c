import type { CallTree, FunctionCost } from "@basalt/calltree";
import { checkSum, topFunctionPairs, topFunctions, totalsOf } from "@basalt/calltree";
import type { FunctionOrder, TopFunctionsAnswer } from "./answer-spec.ts";

/** One function with its exact costs. */
export interface FunctionAnswer {
  readonly name: string;
  readonly file: string;
  /** Of the only side, or of both together. */
  readonly cost: FunctionCost;
  /** Present when two sides are compared. */
  readonly sides?: { readonly left: FunctionCost; readonly right: FunctionCost };
}

/** A part of the exact function table. */
export interface FunctionsAnswer {
  readonly functions: readonly FunctionAnswer[];
  /** Functions that match, before the limit. */
  readonly functionCount: number;
  readonly total: bigint;
  /** 0 without a right side. */
  readonly rightTotal: bigint;
}

/** What of a table is wanted. */
export type FunctionsQuery = Pick<TopFunctionsAnswer, "order" | "limit" | "isAscending" | "nameContains">;

/**
 * The function table of one tree, or of two; an absent tree is one without values.
 *
 * @throws BasaltError `value_overflow` if the sum of both sides passes int64.
 */
export function answerFunctions(
  trees: { readonly left: CallTree | undefined; readonly right?: CallTree | undefined; readonly isPair: boolean },
  query: FunctionsQuery,
): FunctionsAnswer {
  const { left = emptyTree, right = emptyTree } = trees;
  const all = { order: "name", limit: 0 } as const;
  const rows = trees.isPair
    ? topFunctionPairs(left, right, all).rows.map((row) => ({
        name: row.name,
        file: row.file ?? "",
        cost: bothCosts(row.left, row.right),
        sides: { left: row.left, right: row.right },
      }))
    : topFunctions(left, all).rows.map(({ name, file = "", self, total }) => ({ name, file, cost: { self, total } }));
  const { nameContains, limit } = query;
  const matching = nameContains === "" ? rows : rows.filter(({ name }) => name.toLowerCase().includes(nameContains));
  const sorted = [...matching].sort(comparatorOf(query.order, query.isAscending));
  return {
    functions: limit > 0 ? sorted.slice(0, limit) : sorted,
    functionCount: matching.length,
    total: totalsOf(left)[0] ?? 0n,
    rightTotal: trees.isPair ? (totalsOf(right)[0] ?? 0n) : 0n,
  };
}

function bothCosts(left: FunctionCost, right: FunctionCost): FunctionCost {
  return { self: checkSum(left.self + right.self), total: checkSum(left.total + right.total) };
}

type Compare = (a: FunctionAnswer, b: FunctionAnswer) => number;

/** Largest first unless ascending; names the other way round. Equal values are in the order of names, then files. */
function comparatorOf(order: FunctionOrder, isAscending: boolean): Compare {
  const direction = isAscending ? 1 : -1;
  if (order === "name") return (a, b) => -direction * byName(a, b);
  return (a, b) => direction * compareBigInts(keyOf(a, order), keyOf(b, order)) || byName(a, b);
}

function keyOf({ cost, sides }: FunctionAnswer, order: Exclude<FunctionOrder, "name">): bigint {
  switch (order) {
    case "self":
      return cost.self;
    case "total":
      return cost.total;
    case "selfDifference":
      return sides === undefined ? cost.self : sides.right.self - sides.left.self;
    case "totalDifference":
      return sides === undefined ? cost.total : sides.right.total - sides.left.total;
  }
}

function byName(a: FunctionAnswer, b: FunctionAnswer): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0;
}

function compareBigInts(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A tree without values: its root. */
export const emptyTree: CallTree = {
  length: 1,
  parent: new Int32Array([-1]),
  functionIndex: new Uint32Array(1),
  self: new BigInt64Array(1),
  functions: { names: [""], files: [""] },
};
