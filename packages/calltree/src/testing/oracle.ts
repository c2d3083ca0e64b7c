import type { CallTree } from "../call-tree.ts";

const utf8 = new TextEncoder();

/** A node as an object: the plain, slow way, which tests compare the columns with. */
export interface OracleNode {
  readonly name: string;
  self: bigint;
  total: bigint;
  /** Sorted by name in byte order. */
  readonly children: OracleNode[];
}

/** What a flame graph is on the wire. */
export interface OracleFlame {
  readonly names: string[];
  readonly levels: bigint[][];
  readonly maxSelf: bigint;
}

/** A tree as objects. */
export function oracleTree(tree: CallTree): OracleNode {
  const nodes: OracleNode[] = [];
  for (let i = 0; i < tree.length; i++) {
    const name = tree.functions.names[tree.functionIndex[i] ?? 0] ?? "";
    const self = tree.self[i] ?? 0n;
    const node = { name, self, total: 0n, children: [] };
    nodes.push(node);
    if (i > 0) nodes[tree.parent[i] ?? 0]?.children.push(node);
  }
  const [root = emptyNode("")] = nodes;
  finish(root);
  return root;
}

function emptyNode(name: string): OracleNode {
  return { name, self: 0n, total: 0n, children: [] };
}

function finish(node: OracleNode): void {
  for (const child of node.children) finish(child);
  node.children.sort(byName);
  node.total = node.children.reduce((sum, child) => sum + child.total, node.self);
}

function byName(a: OracleNode, b: OracleNode): number {
  const [left, right] = [utf8.encode(a.name), utf8.encode(b.name)];
  const differsAt = left.findIndex((byte, i) => byte !== right[i]);
  return differsAt < 0 ? left.length - right.length : (left[differsAt] ?? 0) - (right[differsAt] ?? -1);
}

/** The threshold as parity describes it: a walk that keeps the largest totals in a list, and skips what cannot enter. */
export function oracleThreshold(root: OracleNode, nodesMax: number): bigint {
  if (nodesMax < 1 || countBelow(root) <= nodesMax) return 0n;
  const largest: bigint[] = [];
  const walk = (node: OracleNode): void => {
    if (largest.length === nodesMax && node.total <= (largest[0] ?? 0n)) return;
    if (largest.length === nodesMax) largest.shift();
    largest.push(node.total);
    largest.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    node.children.forEach(walk);
  };
  root.children.forEach(walk);
  return largest[0] ?? 0n;
}

function countBelow(node: OracleNode): number {
  return node.children.reduce((count, child) => count + 1 + countBelow(child), 0);
}

/** The flame graph as parity describes it: a stack of nodes, the last child first. */
export function oracleFlame(root: OracleNode, nodesMax: number): OracleFlame {
  const threshold = oracleThreshold(root, nodesMax);
  const flame: OracleFlame & { maxSelf: bigint } = { names: ["total"], levels: [], maxSelf: 0n };
  const stack = [{ node: root, level: 0, x: 0n }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { node, level } = entry;
    if (node.self > flame.maxSelf) flame.maxSelf = node.self;
    const name = node === root ? "total" : node.name;
    if (!flame.names.includes(name)) flame.names.push(name);
    flame.levels[level] ??= [];
    flame.levels[level].unshift(entry.x, node.total, node.self, BigInt(flame.names.indexOf(name)));
    let x = entry.x + node.self;
    const other = emptyNode("other");
    for (const child of node.children) {
      if (child.total >= threshold && child.name !== "other") {
        stack.push({ node: child, level: level + 1, x });
        x += child.total;
      } else other.total += child.total;
    }
    other.self = other.total;
    if (other.total > 0n) stack.push({ node: other, level: level + 1, x });
  }
  for (const values of flame.levels) encodeDistances(values, 4, 0);
  return flame;
}

function encodeDistances(values: bigint[], width: number, column: number): void {
  let end = 0n;
  for (let i = column; i < values.length; i += width) {
    const offset = values[i] ?? 0n;
    values[i] = offset - end;
    end = offset + (values[i + 1] ?? 0n);
  }
}

/** Tree bytes as parity describes them, from a tree whose nodes it changes. */
export function oracleTreeBytes(root: OracleNode, nodesMax: number): Uint8Array {
  if (root.children.length === 0) return new Uint8Array();
  const threshold = oracleThreshold(root, nodesMax);
  const bytes: number[] = [];
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const name = utf8.encode(node.name);
    bytes.push(...uvarint(BigInt(name.length)), ...name, ...uvarint(node.self));
    const isKept = (child: OracleNode): boolean => child.total >= threshold || child.name === "other";
    const kept = node.children.filter(isKept);
    const rest = node.children.filter((child) => !isKept(child)).reduce((sum, child) => sum + child.total, 0n);
    if (rest > 0n) {
      const other = kept.find((child) => child.name === "other") ?? emptyNode("other");
      other.self += rest;
      other.total += rest;
      if (!kept.includes(other)) kept.push(other);
      kept.sort(byName);
    }
    bytes.push(...uvarint(BigInt(kept.length)));
    stack.push(...kept);
  }
  return Uint8Array.from(bytes);
}

function uvarint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

interface Pair {
  readonly left: OracleNode;
  readonly right: OracleNode;
  readonly children: Pair[];
}

function pairUp(left: OracleNode, right: OracleNode): Pair {
  const names = [...new Set([...left.children, ...right.children].map(({ name }) => name))];
  const children = names.map((name) =>
    pairUp(
      left.children.find((child) => child.name === name) ?? emptyNode(name),
      right.children.find((child) => child.name === name) ?? emptyNode(name),
    ),
  );
  children.sort((a, b) => byName(a.left, b.left));
  return { left, right, children };
}

function largerTotals(pair: Pair): bigint[] {
  const totals = [pair.left.total, pair.right.total];
  if (pair.left.total < pair.right.total) totals.reverse();
  return [...totals.slice(0, 1), ...pair.children.flatMap(largerTotals)];
}

/** The flame graph of two sides as parity describes it. */
export function oracleFlameDiff(left: OracleNode, right: OracleNode, nodesMax: number): OracleFlame {
  const root = pairUp(left, right);
  const totals = largerTotals(root).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  const threshold = nodesMax < 1 || totals.length <= nodesMax ? 0n : (totals[nodesMax - 1] ?? 0n);
  const flame: OracleFlame & { maxSelf: bigint } = { names: ["total"], levels: [], maxSelf: 0n };
  const indexOfName = new Map([["", 0]]);
  const stack = [{ pair: root, level: 0, xLeft: 0n, xRight: 0n }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { pair, level } = entry;
    for (const { self } of [pair.left, pair.right]) if (self > flame.maxSelf) flame.maxSelf = self;
    const { name } = pair.left;
    if (!indexOfName.has(name)) indexOfName.set(name, flame.names.push(name) - 1);
    const index = BigInt(indexOfName.get(name) ?? 0);
    flame.levels[level] ??= [];
    const values = [
      entry.xLeft,
      pair.left.total,
      pair.left.self,
      entry.xRight,
      pair.right.total,
      pair.right.self,
      index,
    ];
    flame.levels[level].unshift(...values);
    let xLeft = entry.xLeft + pair.left.self;
    let xRight = entry.xRight + pair.right.self;
    const other: Pair = { left: emptyNode("other"), right: emptyNode("other"), children: [] };
    for (const child of pair.children) {
      if (child.left.total >= threshold || child.right.total >= threshold) {
        stack.push({ pair: child, level: level + 1, xLeft, xRight });
        xLeft += child.left.total;
        xRight += child.right.total;
      } else {
        other.left.total = other.left.self += child.left.total;
        other.right.total = other.right.self += child.right.total;
      }
    }
    if (other.left.total + other.right.total > 0n) stack.push({ pair: other, level: level + 1, xLeft, xRight });
  }
  for (const values of flame.levels) for (const column of [0, 3]) encodeDistances(values, 7, column);
  return flame;
}

/** Costs by function name: walks every path and counts a name once a path. */
export function oracleCosts(root: OracleNode): Map<string, { self: bigint; total: bigint }> {
  const costs = new Map<string, { self: bigint; total: bigint }>();
  const walk = (node: OracleNode, above: readonly string[]): void => {
    const cost = costs.get(node.name) ?? { self: 0n, total: 0n };
    cost.self += node.self;
    if (!above.includes(node.name)) cost.total += node.total;
    costs.set(node.name, cost);
    for (const child of node.children) walk(child, [...above, node.name]);
  };
  for (const child of root.children) walk(child, []);
  return costs;
}
