import type { CallTree } from "./call-tree.ts";
import { checkSum } from "./int64.ts";
import type { Bars } from "./layout.ts";
import { layOut, sortChildren } from "./layout.ts";
import type { SidedTree } from "./sided-tree.ts";
import { oneSided, twoSided } from "./sided-tree.ts";
import { foldRest, keepThreshold, keepThresholdOfPairs, nodesToKeep } from "./truncate.ts";

/** What `querier.v1.FlameGraph` carries, as columns. Four values a bar: distance, total, self, index of its name. */
export interface FlameGraph extends Bars {
  readonly names: readonly string[];
  readonly total: bigint;
}

/**
 * What `querier.v1.FlameGraphDiff` carries, as columns. Seven values a bar: distance, total and self of the left side,
 * the same of the right side, index of its name. `total` is the sum of both sides.
 */
export interface FlameGraphDiff extends FlameGraph {
  readonly leftTicks: bigint;
  readonly rightTicks: bigint;
}

/**
 * The flame graph that Pyroscope's clients expect of a tree cut to `nodesMax` nodes (below 1: no limit). Left-out
 * children become one bar `other` at the right end of their parent, and so does a function really called `other`.
 * Name 0 is `total`, the root; a function really called `total` shares it, and one with an empty name has its own entry.
 */
export function flameGraph(tree: CallTree, nodesMax: number): FlameGraph {
  const sided = oneSided(tree);
  const { total } = sided.sides[0];
  const keep = nodesToKeep(sided, keepThreshold(total, nodesMax), "folded");
  return { ...draw(sided, keep, "total"), total: total[0] ?? 0n };
}

/**
 * Two trees laid over each other, cut to `nodesMax` pairs by their larger side (below 1: no limit): what stays, stays on
 * both. Name 0 is `total`, the root; functions with an empty name share it, one really called `total` has its own entry.
 *
 * @throws BasaltError `value_overflow` if the sum of both sides passes int64.
 */
export function flameGraphDiff(left: CallTree, right: CallTree, nodesMax: number): FlameGraphDiff {
  const sided = twoSided(left, right);
  const [{ total: leftTotal }, { total: rightTotal }] = sided.sides;
  const keep = nodesToKeep(sided, keepThresholdOfPairs(leftTotal, rightTotal, nodesMax), "ranked");
  const leftTicks = leftTotal[0] ?? 0n;
  const rightTicks = rightTotal[0] ?? 0n;
  return { ...draw(sided, keep, ""), total: checkSum(leftTicks + rightTicks), leftTicks, rightTicks };
}

/** Folds what does not stay and lays the rest out. Functions called `rootAlias` share the root's name. */
function draw(tree: SidedTree, keep: Uint8Array, rootAlias: string): Bars & { readonly names: readonly string[] } {
  const folded = foldRest(tree, keep);
  const names = ["total"];
  const indexOfName = new Map([[rootAlias, 0]]);
  const bars = layOut(folded, sortChildren(folded, folded.foldedIndex), (functionIndex) => {
    const name = folded.functions.names[functionIndex] ?? "";
    const known = indexOfName.get(name);
    if (known !== undefined) return known;
    indexOfName.set(name, names.length);
    return names.push(name) - 1;
  });
  return { names, ...bars };
}
