import type { BlockId, TenantId, TimeRange, UnixNano } from "@basalt/model";
import { overlaps } from "@basalt/model";
import type { FileSystem } from "@basalt/runtime";
import { blockBytes, blockTotals, type SourcePart, sourceKey } from "../block/block-meta.ts";
import type { SegmentReference } from "../row-source.ts";
import { type SegmentDirectory, type SegmentPart, segmentPath } from "../segment/segment-file.ts";

/** A part of a segment as the one who plans cuts sees it: plain data. */
export interface SegmentPartInfo {
  readonly segment: BlockId;
  readonly path: string;
  readonly tenant: TenantId;
  readonly windowStart: UnixNano;
  readonly range: TimeRange;
  readonly bytes: number;
  readonly rows: number;
  readonly samples: number;
  readonly firstWriteMs: number;
}

/** What the name of a damaged file ends in, while it lies aside for people. */
export const damagedSuffix = ".damaged";

/** Bytes of a segment that were found damaged. */
export interface DamagedPart {
  readonly segment: BlockId;
  readonly tenant: TenantId;
  /** The part's; undefined if the segment cannot be opened at all: then nothing of it can be read. */
  readonly windowStart: UnixNano | undefined;
}

interface HeldSegment {
  readonly id: BlockId;
  readonly path: string;
  /** Parts that no block has taken over yet. */
  readonly parts: Set<SegmentPart>;
  /** Readers that may still open it. */
  pins: number;
  /** Whether the file is to be put aside in place of being removed. */
  isDamaged: boolean;
}

/** The segments of a shard: which parts wait for their cut, and who still reads. A file goes when neither is left. */
export class SegmentSet {
  readonly #fileSystem: FileSystem;
  readonly #folder: string;
  readonly #segments = new Map<BlockId, HeldSegment>();

  constructor(fileSystem: FileSystem, folder: string) {
    this.#fileSystem = fileSystem;
    this.#folder = folder;
  }

  get count(): number {
    return this.#segments.size;
  }

  /** Bytes of parts that wait for their cut. */
  get byteLength(): number {
    let bytes = 0;
    for (const { parts } of this.#segments.values()) for (const { meta } of parts) bytes += blockBytes(meta);
    return bytes;
  }

  add({ id, parts }: SegmentDirectory): void {
    this.#segments.set(id, {
      id,
      path: segmentPath(this.#folder, id),
      parts: new Set(parts),
      pins: 0,
      isDamaged: false,
    });
  }

  /** Every part that waits for its cut. */
  uncut(): SegmentPartInfo[] {
    return [...this.#segments.values()].flatMap(({ id, path, parts }) =>
      [...parts].map(({ meta, firstWriteMs }) => ({
        segment: id,
        path,
        tenant: meta.tenant,
        windowStart: meta.window.start,
        range: meta.range,
        bytes: blockBytes(meta),
        rows: blockTotals(meta).rows,
        samples: blockTotals(meta).samples,
        firstWriteMs,
      })),
    );
  }

  /** References to the uncut parts of a tenant that overlap a range; each names a file that stays until it is unpinned. */
  pin(
    tenant: TenantId,
    range: TimeRange,
  ): { readonly references: SegmentReference[]; readonly release: () => Promise<void> } {
    const references: SegmentReference[] = [];
    const pinned: HeldSegment[] = [];
    for (const segment of this.#segments.values()) {
      const found = [...segment.parts].filter(({ meta }) => meta.tenant === tenant && overlaps(meta.range, range));
      if (found.length === 0) continue;
      segment.pins++;
      pinned.push(segment);
      for (const { meta } of found) {
        references.push({
          id: segment.id,
          tenant,
          path: segment.path,
          windowStart: meta.window.start,
          range: meta.range,
        });
      }
    }
    return {
      references,
      release: async () => {
        for (const segment of pinned.splice(0)) {
          segment.pins--;
          await this.#removeIfDone(segment);
        }
      },
    };
  }

  /** Lets go of parts that a block has taken over, and of files of which no part is left. */
  async markCut(tenant: TenantId, sources: readonly SourcePart[]): Promise<void> {
    const cut = new Set(sources.map(sourceKey));
    const segments = new Set(sources.flatMap(({ id }) => this.#segments.get(id) ?? []));
    for (const segment of segments) {
      for (const part of segment.parts) {
        const { id, tenant: own, window } = part.meta;
        if (own === tenant && cut.has(sourceKey({ id, windowStart: window.start }))) segment.parts.delete(part);
      }
      await this.#removeIfDone(segment);
    }
  }

  /** Lets go of what is damaged; the file is put aside, for people, when no other part needs it. Gives where, if it is here. */
  async dropDamaged({ segment: id, tenant, windowStart }: DamagedPart): Promise<string | undefined> {
    const segment = this.#segments.get(id);
    if (segment === undefined) return undefined;
    segment.isDamaged = true;
    for (const part of segment.parts) {
      const { tenant: own, window } = part.meta;
      if (windowStart === undefined || (own === tenant && window.start === windowStart)) segment.parts.delete(part);
    }
    await this.#removeIfDone(segment);
    return `${segment.path}${damagedSuffix}`;
  }

  async #removeIfDone(segment: HeldSegment): Promise<void> {
    if (segment.parts.size > 0 || segment.pins > 0 || !this.#segments.delete(segment.id)) return;
    if (!segment.isDamaged) return this.#fileSystem.removeAll(segment.path);
    if ((await this.#fileSystem.stat(segment.path)) === undefined) return;
    await this.#fileSystem.rename(segment.path, `${segment.path}${damagedSuffix}`);
    await this.#fileSystem.syncFolder(this.#folder);
  }
}
