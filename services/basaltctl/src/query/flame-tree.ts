import type { querierV1 } from "@basalt/rpc";

/** A frame of a flame graph. */
export interface FlameNode {
  /** Index of the node that called it; -1 for the root. */
  readonly parent: number;
  readonly depth: number;
  readonly name: string;
  readonly total: bigint;
  readonly self: bigint;
}

interface Bar {
  readonly start: bigint;
  readonly end: bigint;
  readonly name: string;
  readonly self: bigint;
  readonly children: Bar[];
}

/**
 * The frames in the order of a walk from the root, callees from left to right. Levels hold four values a bar: distance
 * to the bar before, total, self, index of its name.
 */
export function flameTree({ names, levels }: querierV1.FlameGraph): readonly FlameNode[] {
  let above: readonly Bar[] = [];
  let root: Bar | undefined;
  for (const { values } of levels) {
    const level: Bar[] = [];
    let at = 0n;
    let parent = 0;
    for (let i = 0; i + 3 < values.length; i += 4) {
      const start = at + (values[i] ?? 0n);
      const end = start + (values[i + 1] ?? 0n);
      const bar = {
        start,
        end,
        name: names[Number(values[i + 3] ?? 0n)] ?? "",
        self: values[i + 2] ?? 0n,
        children: [],
      };
      at = end;
      while (parent < above.length && (above[parent]?.end ?? 0n) <= start) parent++;
      above[parent]?.children.push(bar);
      level.push(bar);
    }
    root ??= level[0];
    above = level;
  }
  return root === undefined ? [] : walk(root);
}

function walk(root: Bar): readonly FlameNode[] {
  const nodes: FlameNode[] = [];
  const stack: { readonly bar: Bar; readonly parent: number; readonly depth: number }[] = [
    { bar: root, parent: -1, depth: 0 },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { bar, parent, depth } = next;
    const node = nodes.push({ parent, depth, name: bar.name, total: bar.end - bar.start, self: bar.self }) - 1;
    for (const child of bar.children.toReversed()) stack.push({ bar: child, parent: node, depth: depth + 1 });
  }
  return nodes;
}
