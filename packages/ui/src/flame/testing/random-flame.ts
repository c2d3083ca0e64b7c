/** A call tree as objects, for tests alone: what the columns are compared with. */
export interface TestNode {
  readonly name: string;
  /** Of one side or two. */
  readonly self: readonly number[];
  readonly children: readonly TestNode[];
}

export type Random = () => number;

/** Numbers in [0, 1), the same for a seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A tree whose leaves all have a value, of `depthMax` levels below its root. */
export function randomTree(random: Random, options: { sideCount: number; depthMax: number; name?: string }): TestNode {
  const { sideCount, depthMax, name = "total" } = options;
  const childCount = depthMax === 0 ? 0 : Math.floor(random() * 5);
  // No two children of a node have one name.
  const names = new Set(Array.from({ length: childCount }, () => `f${Math.floor(random() * 12)}`));
  const children = [...names].map((childName) =>
    randomTree(random, { sideCount, depthMax: depthMax - 1, name: childName }),
  );
  const self = Array.from({ length: sideCount }, () => Math.floor(random() * 3) * Math.floor(random() * 50));
  if (childCount === 0 && !self.some((value) => value > 0)) self[0] = 1 + Math.floor(random() * 9);
  return { name, self, children };
}

export function totalOf(node: TestNode, side: number): number {
  return node.children.reduce((sum, child) => sum + totalOf(child, side), node.self[side] ?? 0);
}

/** Connect JSON of the tree as the wire has it: offsets from the right edge of the node before, int64 as text. */
export function encodeLevels(root: TestNode): { names: string[]; levels: { values: (string | number)[] }[] } {
  const names: string[] = [root.name];
  const levels: { values: (string | number)[] }[] = [];
  const rightEdges: number[][] = [];
  const visit = (node: TestNode, depth: number, x: readonly number[]): void => {
    levels[depth] ??= { values: [] };
    const values = levels[depth]?.values ?? [];
    rightEdges[depth] ??= x.map(() => 0);
    const edges = rightEdges[depth] ?? [];
    for (const [side, left] of x.entries()) {
      const total = totalOf(node, side);
      values.push(String(left - (edges[side] ?? 0)), String(total), String(node.self[side] ?? 0));
      edges[side] = left + total;
    }
    if (!names.includes(node.name)) names.push(node.name);
    values.push(String(names.indexOf(node.name)));
    const next = x.map((left, side) => left + (node.self[side] ?? 0));
    for (const child of node.children) {
      visit(child, depth + 1, next);
      for (const [side, left] of next.entries()) next[side] = left + totalOf(child, side);
    }
  };
  visit(
    root,
    0,
    root.self.map(() => 0),
  );
  return { names, levels };
}

/** The tree by levels, each left to right: what the columns say in objects. */
export function nodesByLevel(root: TestNode): { node: TestNode; x: number; parent: TestNode | undefined }[] {
  const all: { node: TestNode; x: number; parent: TestNode | undefined; depth: number }[] = [];
  const visit = (node: TestNode, parent: TestNode | undefined, x: number, depth: number): void => {
    all.push({ node, x, parent, depth });
    let left = x + sum(node.self);
    for (const child of node.children) {
      visit(child, node, left, depth + 1);
      left += bothSides(child);
    }
  };
  visit(root, undefined, 0, 0);
  return all.sort((a, b) => a.depth - b.depth);
}

/** Total of all sides. */
export function bothSides(node: TestNode): number {
  return sum(node.self.map((_, side) => totalOf(node, side)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
