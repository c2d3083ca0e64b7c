import { ByteReader, malformed } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { CallTree } from "./call-tree.ts";
import { CallTreeBuilder } from "./call-tree-builder.ts";
import { lanesOf } from "./int64.ts";
import { sortChildren } from "./layout.ts";
import { truncateTree } from "./truncate.ts";

/**
 * Pyroscope's PROFILE_FORMAT_TREE of a tree cut to `nodesMax` nodes (below 1: no limit): for each node, parents first
 * and the last child before its siblings, `uvarint(name length) name uvarint(self) uvarint(child count)`. Children are
 * sorted by name. A tree without values is no bytes.
 */
export function treeBytes(tree: CallTree, nodesMax: number): Uint8Array {
  const cut = truncateTree(tree, nodesMax);
  const writer = new ByteWriter(cut.length * 32);
  if (cut.length === 1) return writer.finish();
  const { start, list } = sortChildren(cut);
  const lanes = lanesOf(cut.self);
  const stack = new Uint32Array(cut.length);
  for (let height = 1; height > 0; ) {
    const node = stack[--height] as number;
    const first = start[node] as number;
    const end = start[node + 1] as number;
    writer.textWithLength(cut.functions.names[cut.functionIndex[node] as number] as string);
    writer.varint64(lanes[2 * node] as number, lanes[2 * node + 1] as number);
    writer.varint(end - first);
    for (let i = first; i < end; i++) stack[height++] = list[i] as number;
  }
  return writer.finish();
}

/**
 * Reads what {@link treeBytes} writes.
 *
 * @throws BasaltError `tree_malformed`, or `value_overflow` if the total passes int64.
 */
export function treeFromBytes(bytes: Uint8Array): CallTree {
  const builder = new CallTreeBuilder();
  if (bytes.length === 0) return builder.finish();
  const reader = new ByteReader(bytes);
  const nodes: number[] = [];
  const lanes: number[] = [];
  const openNode: number[] = [];
  const childrenLeft: number[] = [];
  do {
    const parent = openNode.at(-1);
    const name = reader.text();
    if (parent === undefined && name !== "") throw malformed("its root has a name");
    nodes.push(parent === undefined ? 0 : builder.child(parent, builder.functions.indexOf(name)));
    lanes.push(reader.varint64(), reader.high);
    closeOne(openNode, childrenLeft);
    // A node takes three bytes at least.
    const childCount = reader.count(3);
    if (childCount > 0) {
      openNode.push(nodes.at(-1) ?? 0);
      childrenLeft.push(childCount);
    }
  } while (openNode.length > 0);
  reader.end();
  builder.addSelf(Uint32Array.from(nodes), new BigInt64Array(Uint32Array.from(lanes).buffer));
  return builder.finish();
}

/** Counts one child of the innermost open node as read; the node closes with its last one. */
function closeOne(openNode: number[], childrenLeft: number[]): void {
  const last = childrenLeft.length - 1;
  if (last < 0) return;
  childrenLeft[last] = (childrenLeft[last] ?? 0) - 1;
  if (childrenLeft[last] === 0) {
    openNode.pop();
    childrenLeft.pop();
  }
}
