import type { BlockId, UnixNano } from "@basalt/model";

/** What the rule must know of a block. */
export interface VisibleBlock {
  readonly id: BlockId;
  /** Blocks, and segments of its window, whose rows are in this one; flattened: also the sources of its sources. */
  readonly sources: readonly BlockId[];
  /** The aligned window that it covers, [start, end). */
  readonly window: { readonly start: UnixNano; readonly end: UnixNano };
}

/** What the rule must know of a segment's part. */
export interface VisibleSegment {
  readonly id: BlockId;
  /** Start of the 15-min window of this part. */
  readonly windowStart: UnixNano;
}

/** Blocks and segments that together hold every row outside the heads exactly once. */
export interface VisibleSources<Block, Segment> {
  readonly blocks: readonly Block[];
  readonly segments: readonly Segment[];
  /** Whether a block holds rows that a head has answered for: it was cut in between, and one must look again. */
  readonly overtakesHead: boolean;
}

/** What was listed, and what an ingester pinned. */
export interface SeenSources<Block, Segment> {
  readonly blocks: readonly Block[];
  readonly segments: readonly Segment[];
  /** Heads that the ingester answered for: the ids of the segments that they become. */
  readonly heads: readonly BlockId[];
}

/**
 * The rule against gap and double count (DESIGN §3.16): of what was listed and what the ingesters pinned, drop whatever a
 * visible block names as its source, and count once what was seen twice. Of a segment only the part of the block's window
 * is dropped. The list must be taken after the snapshot, or be completed by the snapshot's recent blocks: a segment that
 * is not pinned any more is then in a block that is listed.
 */
export function visibleSources<Block extends VisibleBlock, Segment extends VisibleSegment>(
  seen: SeenSources<Block, Segment>,
): VisibleSources<Block, Segment> {
  const blocksOfSource = new Map<BlockId, Block[]>();
  for (const block of seen.blocks) {
    for (const source of block.sources) {
      const known = blocksOfSource.get(source);
      if (known === undefined) blocksOfSource.set(source, [block]);
      else known.push(block);
    }
  }
  const isReplaced = ({ id, windowStart }: VisibleSegment): boolean =>
    (blocksOfSource.get(id) ?? []).some(({ window }) => window.start <= windowStart && windowStart < window.end);
  const blocks = seen.blocks.filter(({ id }) => !blocksOfSource.has(id));
  const segments = seen.segments.filter((segment) => !isReplaced(segment));
  return {
    blocks: [...new Map(blocks.map((block) => [block.id, block])).values()],
    segments: [...new Map(segments.map((part) => [`${part.id} ${part.windowStart}`, part])).values()],
    overtakesHead: seen.heads.some((head) => blocksOfSource.has(head)),
  };
}
