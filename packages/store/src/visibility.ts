import { type BlockId, windowNanos } from "@basalt/model";
import { type BlockMeta, sourceKey } from "./block/block-meta.ts";
import type { IngesterSnapshot, SegmentReference } from "./row-source.ts";
import { type Holding, type UnsettledWindow, unsettledWindows } from "./settled.ts";

/** Blocks and segments to read: together with the ingesters' heads they hold each row once. */
export interface VisibleSet {
  readonly blocks: readonly BlockMeta[];
  readonly segments: readonly SegmentReference[];
  /**
   * Heads that were answered for although a visible block holds their rows by now. Not empty: the snapshots straddle a
   * cut, and the whole question must be asked again (it happens within milliseconds of a flush, if ever).
   */
  readonly doubledHeads: readonly BlockId[];
  /** Where rows may lie with two producers; see {@link unsettledWindows}. */
  readonly unsettled: readonly UnsettledWindow[];
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
  const visible = [...byId.values()].filter(
    ({ id, window }) => !covered.has(sourceKey({ id, windowStart: window.start })),
  );
  return {
    blocks: visible,
    segments: snapshots.flatMap(({ segments }) => segments).filter((segment) => !covered.has(sourceKey(segment))),
    doubledHeads: snapshots.flatMap(({ heads }) => heads).filter((id) => sealed.has(id)),
    unsettled: unsettledWindows([...visible.map(holdingOf), ...snapshots.flatMap(holdingsOf)]),
  };
}

function holdingOf({ producer, window, partitions }: BlockMeta): Holding {
  return { producer, window, services: partitions.map(({ service }) => service) };
}

function holdingsOf({ producer, windows }: IngesterSnapshot): Holding[] {
  return windows.map((start) => ({ producer, window: { start, end: start + windowNanos }, services: undefined }));
}
