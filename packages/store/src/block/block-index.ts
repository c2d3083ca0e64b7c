import { type Bucket, blockKey, blockOfFolder, blocksPrefix, listAll } from "@basalt/bucket";
import { BasaltError, type BlockId, overlaps, type TenantId, type TimeRange } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import { type BlockMeta, decodeMeta, metaMemoryBytes } from "./block-meta.ts";
import { metaFile } from "./block-schema.ts";

export interface BlockIndexOptions {
  readonly bucket: Bucket;
  readonly clock: Clock;
  /** How old a listing may be; default 5 s. Newer blocks come with the ingesters' snapshots. */
  readonly listingAgeMaxMs?: number;
  /** Tenants whose listing is remembered; default 1,000. Beyond it the one that was not asked for longest goes. */
  readonly tenantsMax?: number;
  /** Memory of all listings, by the same rule; default 64 MiB: 16,000 blocks of twenty services. A listing in use stays. */
  readonly metaBytesMax?: number;
}

/** The visible blocks of a tenant, and what is wrong with others. */
export interface BlockListing {
  readonly blocks: readonly BlockMeta[];
  /** `block_corrupt` or `block_version`, one for each block that cannot be read: answers without it are partial. */
  readonly problems: readonly BasaltError[];
}

interface TenantListing {
  readonly metas: Map<BlockId, BlockMeta | BasaltError>;
  /** Memory of the metas. */
  byteLength: number;
  /** Blocks that were found damaged when they were read, whose metas are fine. */
  readonly quarantined: Map<BlockId, { readonly problem: BasaltError; readonly untilMs: number }>;
  listedAtMs: number;
  refreshing: Promise<void> | undefined;
}

/** A block found damaged is left alone for 5 minutes, then tried again: the fault may have been the disk's or the network's. */
const quarantineMs = 300_000;

/** Metas are read so many at a time. */
const concurrentReads = 16;

/** Which blocks of a tenant are visible: those with a `meta.json`. Metas never change, so each is read once. */
export class BlockIndex {
  readonly #options: BlockIndexOptions;
  /** In the order of their last use. */
  readonly #tenants = new Map<TenantId, TenantListing>();

  constructor(options: BlockIndexOptions) {
    this.#options = options;
  }

  /** Blocks whose rows may overlap a range. With `isFresh` the listing is made now, whatever its age. */
  async list(tenant: TenantId, range: TimeRange, isFresh: boolean = false): Promise<BlockListing> {
    const listing = this.#listing(tenant);
    const age = this.#options.clock.monotonicMs() - listing.listedAtMs;
    if (isFresh) {
      // A listing under way may have begun before what the caller wants to see.
      await listing.refreshing;
    }
    if (isFresh || age > (this.#options.listingAgeMaxMs ?? 5000)) {
      listing.refreshing ??= this.#refresh(tenant, listing).finally(() => {
        listing.refreshing = undefined;
      });
      await listing.refreshing;
    }
    const blocks: BlockMeta[] = [];
    const problems: BasaltError[] = [];
    for (const meta of listing.metas.values()) {
      if (meta instanceof BasaltError) problems.push(meta);
      else if (overlaps(meta.range, range)) {
        const problem = this.#quarantined(listing, meta.id);
        if (problem === undefined) blocks.push(meta);
        else problems.push(problem);
      }
    }
    return { blocks, problems };
  }

  /** The meta of one block that a snapshot names; undefined if it is not there, or has no row in the range. */
  async get(tenant: TenantId, block: BlockId, range?: TimeRange): Promise<BlockMeta | BasaltError | undefined> {
    const listing = this.#listing(tenant);
    const known = listing.metas.get(block);
    const meta = known ?? (await readBlockMeta(this.#options.bucket, tenant, block));
    if (known === undefined && meta !== undefined) this.#remember(tenant, block, meta);
    if (meta === undefined || meta instanceof BasaltError) return meta;
    if (range !== undefined && !overlaps(meta.range, range)) return undefined;
    return this.#quarantined(listing, block) ?? meta;
  }

  /** Puts a block that was found damaged into quarantine: for a while it is a problem of the ranges that it overlaps. */
  setProblem(tenant: TenantId, block: BlockId, problem: BasaltError): void {
    const untilMs = this.#options.clock.monotonicMs() + quarantineMs;
    this.#listing(tenant).quarantined.set(block, { problem, untilMs });
  }

  #quarantined({ quarantined }: TenantListing, block: BlockId): BasaltError | undefined {
    const found = quarantined.get(block);
    if (found === undefined) return undefined;
    if (this.#options.clock.monotonicMs() < found.untilMs) return found.problem;
    quarantined.delete(block);
    return undefined;
  }

  #listing(tenant: TenantId): TenantListing {
    let listing = this.#tenants.get(tenant);
    if (listing === undefined) {
      listing = {
        metas: new Map(),
        byteLength: 0,
        quarantined: new Map(),
        listedAtMs: Number.NEGATIVE_INFINITY,
        refreshing: undefined,
      };
    }
    this.#tenants.delete(tenant);
    this.#tenants.set(tenant, listing);
    this.#evict(tenant);
    return listing;
  }

  #remember(tenant: TenantId, block: BlockId, meta: BlockMeta | BasaltError): void {
    const listing = this.#listing(tenant);
    listing.byteLength += memoryBytes(meta) - memoryBytes(listing.metas.get(block));
    listing.metas.set(block, meta);
    this.#evict(tenant);
  }

  /** Forgets listings until the others are within bounds; not that of the tenant that is asked for. */
  #evict(inUse: TenantId): void {
    const { tenantsMax = 1000, metaBytesMax = 64 * 2 ** 20 } = this.#options;
    let bytes = 0;
    for (const { byteLength } of this.#tenants.values()) bytes += byteLength;
    for (const [tenant, { byteLength }] of this.#tenants) {
      if (tenant === inUse || (bytes <= metaBytesMax && this.#tenants.size <= tenantsMax)) return;
      this.#tenants.delete(tenant);
      bytes -= byteLength;
    }
  }

  async #refresh(tenant: TenantId, listing: TenantListing): Promise<void> {
    const startMs = this.#options.clock.monotonicMs();
    const present = new Set<BlockId>();
    for await (const folder of listAll(this.#options.bucket, { prefix: blocksPrefix(tenant), mode: "folders" })) {
      const block = blockOfFolder(tenant, folder);
      if (block !== undefined) present.add(block);
    }
    const unknown = [...present].filter((block) => !listing.metas.has(block));
    for (let at = 0; at < unknown.length; at += concurrentReads) {
      const blocks = unknown.slice(at, at + concurrentReads);
      const metas = await Promise.all(blocks.map((block) => readBlockMeta(this.#options.bucket, tenant, block)));
      for (const [i, block] of blocks.entries()) {
        const meta = metas[i];
        if (meta !== undefined) listing.metas.set(block, meta);
      }
    }
    for (const known of [listing.metas, listing.quarantined]) {
      for (const block of known.keys()) if (!present.has(block)) known.delete(block);
    }
    listing.byteLength = 0;
    for (const meta of listing.metas.values()) listing.byteLength += memoryBytes(meta);
    this.#evict(tenant);
    listing.listedAtMs = startMs;
  }
}

/** An error in place of a meta is taken for 1 KB of text and stack. */
function memoryBytes(meta: BlockMeta | BasaltError | undefined): number {
  if (meta === undefined) return 0;
  return meta instanceof BasaltError ? 1000 : metaMemoryBytes(meta);
}

/** A block's meta; undefined if it is not (yet) visible; an error if it cannot be read by this program, ever. */
export async function readBlockMeta(
  bucket: Bucket,
  tenant: TenantId,
  block: BlockId,
): Promise<BlockMeta | BasaltError | undefined> {
  try {
    return decodeMeta(await bucket.get(blockKey(tenant, block, metaFile)));
  } catch (error) {
    if (!(error instanceof BasaltError)) throw error;
    if (error.code === "object_not_found") return undefined;
    if (error.code === "block_corrupt" || error.code === "block_version") {
      return new BasaltError(error.code, `block ${block} of tenant ${tenant}: ${error.message}`, {
        details: { block, tenant },
        cause: error,
      });
    }
    throw error;
  }
}
