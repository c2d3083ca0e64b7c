import type { CallTree } from "../call-tree.ts";
import { totalsOf } from "../call-tree.ts";
import { CallTreeBuilder } from "../call-tree-builder.ts";
import type { FlameGraph, FlameGraphDiff } from "../flame-graph.ts";
import { FunctionTableBuilder } from "../function-table-builder.ts";
import { sortChildren } from "../layout.ts";

/**
 * A tree drawn as folded stacks, one a line: `main;work;hash 10`, root first. `name@file` tells files apart, and then the
 * tree does. A line of a number alone is an own value of the root.
 */
export function treeFromPicture(picture: string): CallTree {
  const lines = picture.split("\n").filter((line) => line.trim() !== "");
  const tellFilesApart = picture.includes("@");
  const builder = new CallTreeBuilder({ functions: new FunctionTableBuilder({ tellFilesApart }) });
  const nodes: number[] = [];
  const values: bigint[] = [];
  for (const line of lines) {
    const [, stack = "", value = ""] = /^\s*(?:(.*) )?(\d+)\s*$/.exec(line) ?? [];
    let node = 0;
    for (const frame of stack === "" ? [] : stack.split(";")) {
      const [name = "", file = ""] = frame.split("@");
      node = builder.child(node, builder.functions.indexOf(name, file));
    }
    nodes.push(node);
    values.push(BigInt(value));
  }
  builder.addSelf(Uint32Array.from(nodes), BigInt64Array.from(values));
  return builder.finish();
}

/** A tree as folded stacks, sorted: one line for each node with an own value. Equal for equal trees. */
export function foldedStacks(tree: CallTree): string {
  const paths = pathsOf(tree);
  const lines: string[] = [];
  for (let node = 0; node < tree.length; node++) {
    if (tree.self[node] !== 0n) lines.push(`${paths[node]} ${tree.self[node]}`.trim());
  }
  return lines.sort().join("\n");
}

function pathsOf(tree: CallTree): string[] {
  const paths = [""];
  for (let node = 1; node < tree.length; node++) {
    const above = tree.parent[node] ?? 0;
    paths.push(above === 0 ? nameOf(tree, node) : `${paths[above]};${nameOf(tree, node)}`);
  }
  return paths;
}

function nameOf(tree: CallTree, node: number): string {
  const index = tree.functionIndex[node] ?? 0;
  const file = tree.functions.files?.[index];
  return `${tree.functions.names[index]}${file === undefined || file === "" ? "" : `@${file}`}`;
}

/** A tree as an indented outline, children by name: `name total` and, where there is one, `(self)`. */
export function outline(tree: CallTree): string {
  const totals = totalsOf(tree);
  const { start, list } = sortChildren(tree);
  const lines: string[] = [];
  const stack: [node: number, depth: number][] = [[0, 0]];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const [node, depth] = entry;
    const self = tree.self[node] === 0n ? "" : ` (${tree.self[node]})`;
    lines.push(`${"  ".repeat(depth)}${node === 0 ? "." : nameOf(tree, node)} ${totals[node]}${self}`);
    const children = Array.from(list.subarray(start[node], start[node + 1]));
    for (const child of children.reverse()) stack.push([child, depth + 1]);
  }
  return lines.join("\n");
}

/**
 * A flame graph, one line a level, bars from left to right: `name[from..to] self`, where from and to are places on the
 * level. Of two sides both are drawn: `name[from..to] self | [from..to] self`.
 */
export function flamePicture(graph: FlameGraph | FlameGraphDiff): string {
  const sideCount = "leftTicks" in graph ? 2 : 1;
  const width = 3 * sideCount + 1;
  const lines: string[] = [];
  for (let level = 0; level + 1 < graph.levelStart.length; level++) {
    const ends = [0n, 0n];
    const bars: string[] = [];
    for (let bar = graph.levelStart[level] ?? 0; bar < (graph.levelStart[level + 1] ?? 0); bar++) {
      const sides: string[] = [];
      for (let side = 0; side < sideCount; side++) {
        const [distance = 0n, total = 0n, self = 0n] = graph.values.subarray(bar * width + 3 * side);
        const from = (ends[side] ?? 0n) + distance;
        ends[side] = from + total;
        sides.push(`[${from}..${from + total}]${self === 0n ? "" : ` ${self}`}`);
      }
      bars.push(`${graph.names[Number(graph.values[bar * width + width - 1])]}${sides.join(" | ")}`);
    }
    lines.push(bars.join("  "));
  }
  return lines.join("\n");
}
