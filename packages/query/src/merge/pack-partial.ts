import { decodeTree, encodeTree, type MemoryAccount } from "@basalt/calltree";
import { columnBytes } from "@basalt/symdb";
import type { PartialOutcome, QueryPartial, TreePartial } from "./query-partial.ts";

/** A tree partial as it crosses threads and processes. */
interface PackedTree extends PartialOutcome {
  readonly kind: "packedTree";
  /** `encodeTree`; no bytes = no rows. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A partial as it crosses threads: plain data, a tree in its wire form. */
export type PackedPartial = PackedTree | Exclude<QueryPartial, TreePartial>;

/** Makes a partial ready for a message, and names the buffers that may move with it instead of being copied. */
export function packPartial(partial: QueryPartial): {
  readonly message: PackedPartial;
  readonly transfer: readonly ArrayBuffer[];
} {
  if (partial.kind === "tree") {
    const { tree, isPartial, warnings, cost } = partial;
    const bytes = tree === undefined ? new Uint8Array(0) : encodeTree(tree);
    return { message: { kind: "packedTree", bytes, isPartial, warnings, cost }, transfer: [bytes.buffer] };
  }
  return { message: partial, transfer: partial.kind === "series" ? seriesBuffers(partial) : [] };
}

/** The buffers of points; merged ones may share one, which moves once. */
function seriesBuffers(partial: Extract<QueryPartial, { kind: "series" }>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { pointIndex, sum, rowCount } of partial.series) {
    for (const column of [pointIndex, sum, rowCount]) {
      if (column.buffer instanceof ArrayBuffer) buffers.add(column.buffer);
    }
  }
  return [...buffers];
}

/**
 * The inverse of {@link packPartial}.
 *
 * @throws BasaltError `tree_malformed`; what the account throws, which is told of what the partial takes.
 */
export function unpackPartial(packed: PackedPartial, account?: MemoryAccount): QueryPartial {
  if (packed.kind === "pprof" && packed.profile !== undefined) account?.columns(columnBytes(packed.profile));
  if (packed.kind !== "packedTree") return packed;
  const { bytes, isPartial, warnings, cost } = packed;
  return { kind: "tree", tree: bytes.length === 0 ? undefined : decodeTree(bytes, account), isPartial, warnings, cost };
}
