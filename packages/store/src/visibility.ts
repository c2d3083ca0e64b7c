import type { BlockId } from "@basalt/model";
import { type BlockMeta, sourceKey } from "./block/block-meta.ts";
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
 * blocks. What a block names as a source is dropped: other blocks, segments' parts, heads.
 */
export function visibleSet(blocks: readonly BlockMeta[], snapshots: readonly IngesterSnapshot[]): VisibleSet {
  const byId = new Map(blocks.map((block) => [block.id, block]));
  const sources = [...byId.values()].flatMap((block) => block.sources);
  const covered = new Set(sources.map(sourceKey));
  // A head becomes its segment in one turn, all windows together.
  const sealed = new Set(sources.map(({ id }) => id));
  return {
    blocks: [...byId.values()].filter(({ id, window }) => !covered.has(sourceKey({ id, windowStart: window.start }))),
    segments: snapshots.flatMap(({ segments }) => segments).filter((segment) => !covered.has(sourceKey(segment))),
    doubledHeads: snapshots.flatMap(({ heads }) => heads).filter((id) => sealed.has(id)),
  };
}
