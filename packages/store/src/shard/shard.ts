import {
  BasaltError,
  type BlockId,
  blockIdFrom,
  decodeSeriesBatch,
  overlaps,
  type SeriesBatch,
  type TenantId,
  type TimeRange,
  type UnixNano,
  windowNanos,
  windowStart,
} from "@basalt/model";
import type { SourcePart } from "../block/block-meta.ts";
import { isOutOfSpace } from "../disk-error.ts";
import { Head } from "../head/head.ts";
import { HeadSource } from "../head/head-source.ts";
import type { IngesterSnapshot, RowSource } from "../row-source.ts";
import { sealHead } from "../segment/seal-head.ts";
import type { Wal } from "../wal/wal.ts";
import { DamageLog } from "./damage-log.ts";
import { DuplicateCounters } from "./duplicate-counters.ts";
import { growthEstimate, HeadStore } from "./head-store.ts";
import { openLog, openSegments, segmentDamage } from "./open-shard.ts";
import { ignoreMissing, ownSources } from "./own-sources.ts";
import { RecentBlocks } from "./recent-blocks.ts";
import { type DamagedPart, type SegmentPartInfo, SegmentSet } from "./segment-set.ts";
import { SeriesRegistry } from "./series-registry.ts";
import type { ShardOptions, ShardStatistics } from "./shard-options.ts";
import { type LeaseId, SnapshotLeases } from "./snapshot-leases.ts";
import { SymbolRegistry } from "./symbol-registry.ts";
import { WindowRegistry } from "./window-registry.ts";
import type { WindowState } from "./window-state.ts";

/** What a push came to. */
export interface PushResult {
  /** Rows that are durable now because of this push. */
  readonly rows: number;
  /** Rows that were there already. */
  readonly duplicates: number;
}

/** A part of a tenant's data at one instant; see {@link IngesterSnapshot}. */
export interface ShardSnapshot extends IngesterSnapshot {
  readonly sources: readonly RowSource[];
  /** Keeps segment files for who reads them, until {@link Shard.release}, for 30 s at most; undefined if there are none. */
  readonly lease: LeaseId | undefined;
}

/** A block that took parts of segments over. */
export interface CutNotice {
  readonly block: BlockId;
  readonly tenant: TenantId;
  readonly sources: readonly SourcePart[];
}

/**
 * The rows of some services in one ingest worker: log, heads, segments. A push is acknowledged when it is in the log; each
 * row that was acknowledged is at any instant in exactly one of a head, a segment, or a block. Lives in one thread.
 */
export class Shard {
  readonly #options: ShardOptions;
  readonly #series: SeriesRegistry;
  readonly #symbols: SymbolRegistry;
  readonly #heads: HeadStore;
  readonly #windows: WindowRegistry;
  readonly #segments: SegmentSet;
  readonly #recent: RecentBlocks;
  readonly #leases: SnapshotLeases;
  readonly #counters = {
    ...{ pushes: 0, rows: 0, samples: 0, refusedHeadFull: 0, seals: 0, sealFailures: 0 },
    ...{ walDamages: 0, walTornTails: 0 },
  };
  readonly #duplicates = new DuplicateCounters();
  /** Pushes under way by profile id: a retry waits for what the first try comes to. */
  readonly #inFlight = new Map<string, Promise<unknown>>();
  readonly #damages = new DamageLog();
  #wal: Wal | undefined;
  #sealing: Promise<void> | undefined;
  /** For each frozen head the log's boundary: see {@link Wal.rotate}. Undefined if the log could not be divided. */
  readonly #boundaries = new Map<Head, Promise<number | undefined>>();

  private constructor(options: ShardOptions) {
    const { headBytesMax, keyBytesMax, clock, fileSystem, folder, lateWindowsMax } = options;
    this.#options = options;
    this.#series = new SeriesRegistry(options.seriesLimiter, clock);
    // Half of the head is the most that symbols may take before the largest begin anew.
    const limits = { partitionBytesMax: headBytesMax / 4, totalBytesMax: headBytesMax / 2 };
    this.#symbols = new SymbolRegistry(seedOf(options), limits, clock);
    this.#heads = new HeadStore(new Head(this.#newId()), this.#series, this.#symbols);
    this.#windows = new WindowRegistry({
      clock,
      lateWindowsMax,
      keyBytesMax,
      loadKeys: (window, onLoaded) => this.#loadKeys(window, onLoaded),
      isHeld: (key) => this.#heads.holds(key),
    });
    this.#segments = new SegmentSet(fileSystem, `${folder}/segments`);
    this.#recent = new RecentBlocks(clock);
    this.#leases = new SnapshotLeases(clock, options.onProblem);
  }

  /** Opens the folder: reads the segments' directories, then replays the log into heads, sealing as they fill. */
  static async open(options: ShardOptions): Promise<Shard> {
    const shard = new Shard(options);
    for (const directory of await openSegments(options, shard.#damages)) shard.#segments.add(directory);
    const { wal, damages, tornTails } = await openLog(options, shard.#damages, (payload) => shard.#replay(payload));
    shard.#wal = wal;
    shard.#counters.walDamages = damages;
    shard.#counters.walTornTails = tornTails;
    // Nothing is left in heads if a crash came between a segment and the end of the log that it covers.
    if (shard.#heads.isEmpty) await wal.drop(await wal.rotate());
    return shard;
  }

  /**
   * Appends a batch and resolves when it is durable. A batch that was pushed before is acknowledged and counted.
   *
   * @param bytes the encoded batch; it must not change until the promise settles.
   * @param decoded the same batch, if the caller has it already: it is read before this returns, or not at all.
   * @throws BasaltError `head_full`, `keys_full`, `disk_full`, `series_limit_exceeded`, `late_windows_limit`, `shutting_down`, …
   */
  async push(bytes: Uint8Array, decoded?: SeriesBatch): Promise<PushResult> {
    const batch = decoded !== undefined && this.#canTakeNow(decoded) ? decoded : decodeSeriesBatch(bytes);
    this.#counters.pushes++;
    const id = batch.profileId.join();
    let other = this.#inFlight.get(id);
    while (other !== undefined) {
      await other;
      other = this.#inFlight.get(id);
    }
    const done = this.#pushOnce(bytes, batch);
    const settled = done.then(ignore, ignore);
    this.#inFlight.set(id, settled);
    try {
      return await done;
    } finally {
      this.#inFlight.delete(id);
    }
  }

  /** Resolves when every row pushed before is in a segment. */
  async seal(): Promise<void> {
    // A seal under way may have begun before the last push.
    while (this.#sealing !== undefined) await this.#sealing.catch(ignore);
    await this.#startSeal();
  }

  /** What this shard holds of a tenant in a range, at this instant: sources for its heads, references to segments. */
  snapshot(tenant: TenantId, range: TimeRange): ShardSnapshot {
    const { producer } = this.#options;
    const sources: RowSource[] = [];
    const windows = new Set<UnixNano>();
    for (const head of [...this.#heads.frozen, this.#heads.open]) {
      for (const part of head.parts.values()) {
        const window = { start: part.windowStart, end: part.windowStart + windowNanos - 1n };
        if (part.tenant !== tenant || !overlaps(window, range)) continue;
        sources.push(new HeadSource(head, part, producer));
        windows.add(part.windowStart);
      }
    }
    const { references, release } = this.#segments.pin(tenant, range);
    const heads = [...new Set(sources.map(({ id }) => id))];
    for (const { windowStart: start } of references) windows.add(start);
    return {
      producer,
      windows: [...windows],
      sources,
      heads,
      segments: references,
      recentBlocks: this.#recent.of(tenant),
      damages: this.#damages.of(tenant, range),
      lease: references.length === 0 ? undefined : this.#leases.add(release),
    };
  }

  /** Lets the segment files of a snapshot go, if nobody else reads them; nothing if its lease has ended. */
  release(lease: LeaseId | undefined): Promise<void> {
    return lease === undefined ? Promise.resolve() : this.#leases.end(lease);
  }

  /** Parts of segments that no block has taken over yet. */
  uncutParts(): readonly SegmentPartInfo[] {
    return this.#segments.uncut();
  }

  /** Tenants' windows of which rows are in heads. */
  headWindows(): readonly { readonly tenant: TenantId; readonly windowStart: bigint; readonly firstWriteMs: number }[] {
    return [...this.#heads.frozen, this.#heads.open].flatMap((head) =>
      [...head.parts.values()].map(({ tenant, windowStart: start, firstWriteMs }) => ({
        tenant,
        windowStart: start,
        firstWriteMs,
      })),
    );
  }

  /** Notes that a block is visible: its sources are no longer answered for, and their files go when nobody reads them. */
  async applyCut({ block, tenant, sources }: CutNotice): Promise<void> {
    this.#recent.add(tenant, block);
    const removed = this.#segments.markCut(tenant, sources);
    this.#windows.markCut(tenant, new Set(sources.map(({ windowStart: start }) => start)));
    await removed;
  }

  /** Lets go of a segment's part whose bytes are damaged. */
  async dropDamaged(damaged: DamagedPart): Promise<void> {
    const path = await this.#segments.dropDamaged(damaged);
    if (path === undefined) return;
    const { tenant, windowStart: start } = damaged;
    if (start === undefined) this.#damages.addUnknown(segmentDamage(path), this.#options.clock.nowNanos());
    else this.#damages.add(segmentDamage(path), tenant, { start, end: start + windowNanos - 1n });
  }

  statistics(): ShardStatistics {
    const wal = this.#wal?.statistics;
    return {
      ...this.#counters,
      refusedKeysFull: this.#windows.refusedKeysFull,
      duplicates: this.#duplicates.counts,
      symbolRestarts: this.#symbols.restarts,
      walRecords: wal?.records ?? 0,
      walBytes: wal?.bytes ?? 0,
      walSyncs: wal?.syncs ?? 0,
      walRefused: wal?.refused ?? 0,
      headBytes: this.#heads.rowBytes,
      symbolBytes: this.#symbols.byteLength,
      keyBytes: this.#windows.keyBytes,
      series: this.#series.count,
      windows: this.#windows.count,
      leases: this.#leases.count,
      segments: this.#segments.count,
      segmentBytes: this.#segments.byteLength,
    };
  }

  /** Waits for pushes and a seal under way, syncs and closes the log. What is in heads is replayed at the next start. */
  async close(): Promise<void> {
    await Promise.all(this.#inFlight.values());
    await this.#sealing?.catch(ignore);
    await this.#wal?.close();
  }

  /** Whether a batch will be in the head before anything is awaited: then its columns may be the caller's scratch. */
  #canTakeNow({ tenant, timeNanos, profileId }: SeriesBatch): boolean {
    return this.#windows.get(tenant, windowStart(timeNanos)) !== undefined && !this.#inFlight.has(profileId.join());
  }

  async #pushOnce(bytes: Uint8Array, batch: SeriesBatch): Promise<PushResult> {
    const wal = this.#wal;
    if (wal === undefined) throw new BasaltError("not_ready", "the log is being replayed");
    const start = windowStart(batch.timeNanos);
    let window = this.#windows.get(batch.tenant, start);
    while (window === undefined) {
      await this.#windows.load(batch.tenant, start, false);
      window = this.#windows.get(batch.tenant, start);
    }
    this.#checkRoom(batch, window, bytes.length);
    // From here to the append to the log nothing is awaited: a seal finds both done, or neither.
    const appended = this.#heads.append(batch, window, this.#options.clock.nowMs(), false);
    this.#windows.account(window);
    this.#duplicates.add(batch, appended.duplicates);
    if (appended.rows === 0) return { rows: 0, duplicates: appended.duplicates };
    const durable = wal.append(bytes);
    this.#sealIfDue();
    try {
      await durable;
    } catch (error) {
      appended.undo();
      throw error;
    }
    this.#counters.rows += appended.rows;
    this.#counters.samples += appended.samples;
    return { rows: appended.rows, duplicates: appended.duplicates };
  }

  async #replay(batch: SeriesBatch): Promise<void> {
    const start = windowStart(batch.timeNanos);
    let window = this.#windows.get(batch.tenant, start);
    while (window === undefined) {
      await this.#windows.load(batch.tenant, start, true);
      window = this.#windows.get(batch.tenant, start);
    }
    this.#heads.append(batch, window, this.#options.clock.nowMs(), true);
    this.#windows.account(window);
    // On a full disk the process must start and answer queries all the same. Heads held these rows before it ended, too.
    if (this.#isSealDue()) await this.seal().catch(ignoreFullDisk);
  }

  #checkRoom(batch: SeriesBatch, window: WindowState, batchBytes: number): void {
    this.#windows.checkRoom(batch.rows.length);
    const { headBytesMax } = this.#options;
    const growth = growthEstimate(this.#heads.open, batch, window.windowStart) + batchBytes;
    const held = this.#heads.rowBytes + this.#symbols.byteLength + this.#series.byteLength;
    if (held + growth <= headBytesMax) return;
    this.#counters.refusedHeadFull++;
    if (this.#sealing === undefined) this.#sealInBackground();
    const message = `heads hold ${held} of ${headBytesMax} bytes (-ingester.head-bytes-max)`;
    throw new BasaltError("head_full", message, { retryAfterSeconds: 1 });
  }

  #sealIfDue(): void {
    if (this.#sealing === undefined && this.#isSealDue()) this.#sealInBackground();
  }

  #isSealDue(): boolean {
    return this.#heads.open.byteLength > this.#options.headBytesMax / 4;
  }

  #sealInBackground(): void {
    this.#startSeal().catch((error: unknown) => this.#report(error));
  }

  #startSeal(): Promise<void> {
    this.#sealing ??= this.#sealAll().finally(() => {
      this.#sealing = undefined;
    });
    return this.#sealing;
  }

  /** Freezes the open head and writes all frozen ones, oldest first. */
  async #sealAll(): Promise<void> {
    if (this.#heads.open.rowCount > 0) {
      // In one turn: what is in the log before the boundary is in the frozen head, what comes after it is not.
      const frozen = this.#heads.freeze(new Head(this.#newId()));
      const boundary = this.#wal?.rotate().catch((error: unknown) => this.#report(error));
      this.#boundaries.set(frozen, Promise.resolve(boundary));
    } else this.#heads.forgetIdle();
    for (let [head] = this.#heads.frozen; head !== undefined; [head] = this.#heads.frozen) await this.#sealOne(head);
  }

  async #sealOne(head: Head): Promise<void> {
    const { fileSystem, folder, producer, codec, checksum, clock } = this.#options;
    const boundary = await this.#boundaries.get(head);
    // Rows that the log refused are dead when their pushes have settled.
    await Promise.all(this.#inFlight.values());
    try {
      const pause = (): Promise<void> => clock.sleep(0);
      const options = { fileSystem, folder: `${folder}/segments`, producer, codec, checksum, pause };
      const directory = await sealHead(head, options);
      // In one turn: rows go from the head to the segment.
      this.#heads.releaseSealed();
      if (directory !== undefined) this.#segments.add(directory);
    } catch (error) {
      this.#counters.sealFailures++;
      if (!isOutOfSpace(error)) throw error;
      throw new BasaltError("disk_full", "the disk of the segments is full (-data.path)", {
        retryAfterSeconds: 5,
        cause: error,
      });
    }
    this.#boundaries.delete(head);
    this.#counters.seals++;
    this.#windows.release();
    if (boundary !== undefined) await this.#wal?.drop(boundary);
  }

  async #loadKeys(window: WindowState, onLoaded: () => void): Promise<void> {
    const { owns, producer } = this.#options;
    const { tenant, windowStart: start } = window;
    for await (const source of ownSources(this.#options, this.#options.segmentFolders, {
      producer,
      tenant,
      windowStart: start,
    })) {
      const serviceOf = (partition: number): string => source.meta.partitions[partition]?.service ?? "";
      await window
        .loadKeys(source, (service) => owns(tenant, service), serviceOf)
        .catch((error: unknown) => {
          ignoreMissing(error);
          if (error instanceof BasaltError) this.#options.onProblem(error);
        });
      if (source.kind === "block") window.isCut = true;
      onLoaded();
    }
  }

  #newId(): BlockId {
    return blockIdFrom(this.#options.clock.nowMs(), this.#options.random.bytes(10));
  }

  #report(error: unknown): undefined {
    this.#options.onProblem(BasaltError.from(error));
    return undefined;
  }
}

function seedOf({ random }: ShardOptions): number {
  return new DataView(random.bytes(4).buffer).getUint32(0);
}

function ignore(): undefined {
  return undefined;
}

function ignoreFullDisk(error: unknown): void {
  if (!(error instanceof BasaltError) || error.code !== "disk_full") throw error;
}
