import { corrupt } from "./corrupt.ts";
import { crc32c } from "./crc32c.ts";
import type { StackChunkPlace } from "./symdb-index.ts";

/** A tree of stacks: node 0 is the root, `parent[i] < i`. */
export interface StackNodes {
  readonly parent: Uint32Array;
  /** Index of a location in the partition; of the root meaningless. */
  readonly location: Uint32Array;
}

/** Four numbers of at least a byte, and a byte that says how long each is, make two nodes. */
const bytesPerTwoNodes = 5;

const what = "stacks of a symdb";

/**
 * Decodes a chunk: for each node its parent, as the difference (zigzag) to the parent of the node before it, and its
 * location, in groups of four numbers as group varint: a control byte with two bits a number, the lowest first, then the
 * numbers, little-endian. The root's parent is -1. A parent always stands before its child, so no stack is endless.
 *
 * @throws BasaltError `block_corrupt`.
 */
export function decodeStackChunk(bytes: Uint8Array, place: Pick<StackChunkPlace, "nodeCount" | "crc">): StackNodes {
  const { nodeCount } = place;
  if (crc32c(bytes) !== place.crc) throw corrupt(what, "do not match their checksum");
  if (Math.ceil(nodeCount / 2) * bytesPerTwoNodes > bytes.length) {
    throw corrupt(what, `${nodeCount} nodes in ${bytes.length} bytes`);
  }
  const parent = new Uint32Array(nodeCount);
  const location = new Uint32Array(nodeCount);
  const group = new Uint32Array(4);
  let offset = 0;
  let last = 0;
  for (let node = 0; node < nodeCount; node += 2) {
    offset = readGroup(bytes, offset, group);
    for (let i = 0; i < 2 && node + i < nodeCount; i++) {
      const difference = group[2 * i] as number;
      last += (difference >>> 1) ^ -(difference & 1);
      if (last >= node + i || (last < 0 && node + i > 0)) throw corrupt(what, `node ${node + i} has parent ${last}`);
      parent[node + i] = Math.max(last, 0);
      location[node + i] = group[2 * i + 1] as number;
    }
  }
  return { parent, location };
}

/** Reads four numbers; gives the offset behind them. */
function readGroup(bytes: Uint8Array, start: number, group: Uint32Array): number {
  const control = bytes[start] ?? 0;
  let offset = start + 1;
  for (let i = 0; i < 4; i++) {
    const length = ((control >>> (2 * i)) & 3) + 1;
    let value = 0;
    for (let byte = 0; byte < length; byte++) value += (bytes[offset + byte] ?? 0) * 2 ** (8 * byte);
    group[i] = value;
    offset += length;
  }
  if (offset > bytes.length) throw corrupt(what, "end early");
  return offset;
}
