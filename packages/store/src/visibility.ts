import type { BlockId } from "@basalt/model";
import type { BlockMeta } from "./block/block-meta.ts";
import type { IngesterSnapshot, SegmentReference } from "./row-source.ts";

/** Blocks and segments to read: together with the ingesters' heads they hold each row once. */
export interface VisibleSet {
  readonly blocks: readonly BlockMeta[];
  readonly segments: readonly SegmentReference[];
  /**
   * Heads that were answered for although a visible block holds their rows by now. Not empty: the snapshots straddle a
   * cut, and the whole question must be asked again (it happens within milliseconds of a flush, if ever).
   */
  readonly doubledHeads: readonly BlockId[];
}

/**
 * The rule against gap and double count. Blocks are the listing, made *before* the snapshots, and the snapshots' recent
 * blocks. What a block names as a source of its window is dropped: other blocks, segments, heads.
 */
export function visibleSet(blocks: readonly BlockMeta[], snapshots: readonly IngesterSnapshot[]): VisibleSet {
  const byId = new Map(blocks.map((block) => [block.id, block]));
  const covering = new Map<BlockId, BlockMeta[]>();
  for (const block of byId.values()) {
    for (const source of block.sources) {
      const known = covering.get(source);
      if (known === undefined) covering.set(source, [block]);
      else known.push(block);
    }
  }
  const isCovered = (id: BlockId, windowStart: bigint): boolean =>
    covering.get(id)?.some(({ window }) => windowStart >= window.start && windowStart < window.end) === true;
  return {
    blocks: [...byId.values()].filter(({ id, window }) => !isCovered(id, window.start)),
    segments: snapshots
      .flatMap(({ segments }) => segments)
      .filter(({ id, windowStart }) => !isCovered(id, windowStart)),
    doubledHeads: snapshots.flatMap(({ heads }) => heads).filter((id) => covering.has(id)),
  };
}
