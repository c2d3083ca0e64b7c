import type { SymbolColumns } from "@basalt/model";
import type { StackedSymbols } from "@basalt/symdb";
import { corrupt } from "../format/corrupt.ts";
import type { StackNodes } from "../format/stack-chunk.ts";
import type { PartitionPlace } from "../format/symdb-index.ts";

/** The symbols of a partition, and which of its stacks a number in a row means. */
export interface PartitionSymbols {
  readonly tables: StackedSymbols;
  /** Stack by the id in rows. @throws BasaltError `block_corrupt`. */
  stackOf(stacktraceId: number): number;
}

/**
 * Puts the chunks of a partition's stacks into one tree.
 *
 * @throws BasaltError `block_corrupt` for a location out of range.
 */
export function joinStacks(
  symbols: SymbolColumns,
  place: PartitionPlace,
  chunks: readonly StackNodes[],
): PartitionSymbols {
  // The roots of all chunks are one stack, the empty one.
  const stackCount = chunks.reduce((count, { parent }) => count + Math.max(0, parent.length - 1), 1);
  const stackParent = new Uint32Array(stackCount);
  const stackLocation = new Uint32Array(stackCount);
  const starts: number[] = [];
  let start = 0;
  for (const { parent, location } of chunks) {
    starts.push(start);
    for (let node = 1; node < parent.length; node++) {
      const above = parent[node] as number;
      const own = location[node] as number;
      if (own >= symbols.locationCount) {
        throw corrupt("stacks of a symdb", `name location ${own} of ${symbols.locationCount}`);
      }
      stackParent[start + node] = above === 0 ? 0 : start + above;
      stackLocation[start + node] = own;
    }
    start += Math.max(0, parent.length - 1);
  }
  const stackOf = (stacktraceId: number): number => {
    const chunk = chunkOf(place, stacktraceId);
    const node = stacktraceId - chunk * (place.chunks[0]?.stackIdsEach ?? 0);
    if (node >= (chunks[chunk]?.parent.length ?? 0)) {
      throw corrupt("profiles.parquet", `names stack ${stacktraceId}, which partition ${place.id} does not have`);
    }
    return node === 0 ? 0 : (starts[chunk] as number) + node;
  };
  return { tables: { ...symbols, stackCount, stackParent, stackLocation }, stackOf };
}

function chunkOf({ chunks }: PartitionPlace, stacktraceId: number): number {
  const each = chunks[0]?.stackIdsEach ?? 0;
  return chunks.length > 1 && each > 0 ? Math.floor(stacktraceId / each) : 0;
}
