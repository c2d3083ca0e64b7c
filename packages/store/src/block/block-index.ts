import { type Bucket, blockKey, blockOfFolder, blocksPrefix, listAll } from "@basalt/bucket";
import { BasaltError, type BlockId, overlaps, type TenantId, type TimeRange } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import { type BlockMeta, decodeMeta } from "./block-meta.ts";
import { metaFile } from "./block-schema.ts";

export interface BlockIndexOptions {
  readonly bucket: Bucket;
  readonly clock: Clock;
  /** How old a listing may be; default 5 s. Newer blocks come with the ingesters' snapshots. */
  readonly listingAgeMaxMs?: number;
  /** Tenants whose listing is remembered; default 1,000. */
  readonly tenantsMax?: number;
}

/** The visible blocks of a tenant, and what is wrong with others. */
export interface BlockListing {
  readonly blocks: readonly BlockMeta[];
  /** `block_corrupt` or `block_version`, one for each block that cannot be read: answers without it are partial. */
  readonly problems: readonly BasaltError[];
}

interface TenantListing {
  readonly metas: Map<BlockId, BlockMeta | BasaltError>;
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
    const meta = listing.metas.get(block) ?? (await this.#read(tenant, block));
    if (meta !== undefined) listing.metas.set(block, meta);
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
        quarantined: new Map(),
        listedAtMs: Number.NEGATIVE_INFINITY,
        refreshing: undefined,
      };
      const [oldest] = this.#tenants.keys();
      if (oldest !== undefined && this.#tenants.size >= (this.#options.tenantsMax ?? 1000))
        this.#tenants.delete(oldest);
      this.#tenants.set(tenant, listing);
    }
    return listing;
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
      const metas = await Promise.all(blocks.map((block) => this.#read(tenant, block)));
      for (const [i, block] of blocks.entries()) {
        const meta = metas[i];
        if (meta !== undefined) listing.metas.set(block, meta);
      }
    }
    for (const known of [listing.metas, listing.quarantined]) {
      for (const block of known.keys()) if (!present.has(block)) known.delete(block);
    }
    listing.listedAtMs = startMs;
  }

  /** Undefined if the block is not (yet) visible; an error if it cannot be read by this program, ever. */
  async #read(tenant: TenantId, block: BlockId): Promise<BlockMeta | BasaltError | undefined> {
    try {
      return decodeMeta(await this.#options.bucket.get(blockKey(tenant, block, metaFile)));
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
}
