import type { FlameModel } from "./flame-model.ts";

/** Level of a node: 0 of the root. */
export function levelOf(model: FlameModel, node: number): number {
  let low = 0;
  let high = model.levelStart.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((model.levelStart[middle] ?? 0) <= node) low = middle;
    else high = middle;
  }
  return low;
}

export function nameOf(model: FlameModel, node: number): string {
  return model.names[model.nameIndex[node] ?? 0] ?? "";
}

/** Names from below the root to the node; empty of the root. */
export function pathOf(model: FlameModel, node: number): string[] {
  const path: string[] = [];
  for (let at = node; at > 0; at = model.parent[at] ?? 0) path.push(nameOf(model, at));
  return path.reverse();
}

/** Children of a node, [from, end): they follow one another in the level below. */
export function childrenOf(model: FlameModel, node: number): { from: number; end: number } {
  const level = levelOf(model, node);
  const levelStart = model.levelStart[level + 1] ?? model.nodeCount;
  const levelEnd = model.levelStart[level + 2] ?? levelStart;
  return {
    from: firstWithParent(model, node, levelStart, levelEnd),
    end: firstWithParent(model, node + 1, levelStart, levelEnd),
  };
}

/** The first node in [from, end) whose parent is `parent` or right of it. */
function firstWithParent(model: FlameModel, parent: number, from: number, end: number): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((model.parent[middle] ?? 0) >= parent) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The node a path leads to, and how many of its names were found: the deepest there is if the path breaks off. */
export function findPath(model: FlameModel, path: readonly string[]): { node: number; found: number } {
  let node = 0;
  for (const [found, name] of path.entries()) {
    const { from, end } = childrenOf(model, node);
    let child = from;
    while (child < end && nameOf(model, child) !== name) child++;
    if (child === end) return { node, found };
    node = child;
  }
  return { node, found: path.length };
}

/** The child with the largest total; the node itself if it has none. */
export function largestChildOf(model: FlameModel, node: number): number {
  const { from, end } = childrenOf(model, node);
  let largest = from < end ? from : node;
  for (let child = from; child < end; child++) {
    if ((model.total[child] ?? 0) > (model.total[largest] ?? 0)) largest = child;
  }
  return largest;
}
