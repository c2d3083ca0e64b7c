import { type BucketSettings, openBucket } from "@basalt/bucket";
import type { ErrorRecord, ProducerId, SeriesBatch, TenantId } from "@basalt/model";
import { type BasaltError, errorToRecord, serviceToken } from "@basalt/model";
import type { PackedPartial, QueryLimits, QueryPlan } from "@basalt/query";
import { executePlan, packPartial, QueryMemory } from "@basalt/query";
import type { IncomingCall, LimitsSource, WorkerHost } from "@basalt/runtime";
import {
  crc32,
  heapBytesMax,
  nodeFileSystem,
  reportCaches,
  systemClock,
  systemRandom,
  zstdCodec,
} from "@basalt/runtime/thread";
import type {
  CutNotice,
  DamagedPart,
  IngesterSnapshot,
  LeaseId,
  PushResult,
  SegmentPartInfo,
  ShardOptions,
  ShardStatistics,
  TornLog,
  WalSync,
} from "@basalt/store";
import { BlockIndex, blockCaches, Shard } from "@basalt/store";
import { SharedSeriesLimiter } from "./shared-series-limiter.ts";

/** What a shard's thread is started with. */
export interface ShardData {
  readonly shardIndex: number;
  readonly shardCount: number;
  /** The shard's own folder. */
  readonly folder: string;
  /** Folders of segments of all shards that there are or were. */
  readonly segmentFolders: readonly string[];
  readonly storage: BucketSettings;
  readonly producer: ProducerId;
  /** This shard's share. */
  readonly headBytesMax: number;
  readonly keyBytesMax: number;
  readonly lateWindowsMax: number;
  readonly sync: WalSync;
  readonly seriesCounters: SharedArrayBuffer;
}

/** What a shard asks of the thread that started it. */
export interface ShardOwnerHandlers {
  /** The log can promise nothing any more. */
  fatal(error: ErrorRecord): void;
  problem(error: ErrorRecord): void;
  tornLog(torn: TornLog): void;
  replayed(progress: { readonly shardIndex: number; readonly bytes: number; readonly bytesTotal: number }): void;
}

/** Encoded batches for one shard. */
export interface ShardPush {
  readonly tenant: TenantId;
  /** See SeriesCounters. */
  readonly tenantSlot: number;
  readonly batches: readonly Uint8Array[];
}

/** A quarter: heads, series and decoding have the rest of the thread's heap, whatever is asked. */
const queryHeapShare = 1 / 4;

/** What became of one batch. */
export type BatchOutcome = PushResult | { readonly error: ErrorRecord };

/** A shard's part of the answer to a query. */
export interface ShardAnswer {
  readonly partial: PackedPartial;
  readonly snapshot: IngesterSnapshot;
  /** Give it to `release` when the segments were read. */
  readonly lease: LeaseId | undefined;
}

/** What the thread of a shard answers. */
export interface ShardHandlers {
  push(push: ShardPush): Promise<readonly BatchOutcome[]>;
  execute(
    question: { readonly plan: QueryPlan; readonly limits: QueryLimits },
    call: IncomingCall,
  ): Promise<ShardAnswer>;
  release(lease: LeaseId): Promise<void>;
  seal(): Promise<void>;
  uncutParts(): readonly SegmentPartInfo[];
  headWindows(): ReturnType<Shard["headWindows"]>;
  applyCut(notice: CutNotice): Promise<void>;
  dropDamaged(damaged: DamagedPart): Promise<void>;
  statistics(): ShardStatistics;
}

/** The shard that owns a service. */
export function shardOf(tenant: TenantId, service: string, shardCount: number): number {
  return serviceToken(tenant, service) % shardCount;
}

/** One shard with all it works with, in the thread that owns it. */
export class ShardHost {
  readonly shard: Shard;
  readonly handlers: ShardHandlers;
  private readonly limiter: SharedSeriesLimiter;
  private readonly memory: QueryMemory;

  private constructor(shard: Shard, limiter: SharedSeriesLimiter) {
    this.shard = shard;
    this.limiter = limiter;
    this.memory = new QueryMemory(randomSeed(), heapBytesMax() * queryHeapShare);
    this.handlers = {
      push: (push) => this.push(push),
      execute: ({ plan, limits }, call) => this.execute(plan, limits, call),
      release: (lease) => shard.release(lease),
      seal: () => shard.seal(),
      uncutParts: () => shard.uncutParts(),
      headWindows: () => shard.headWindows(),
      applyCut: (notice) => shard.applyCut(notice),
      dropDamaged: (damaged) => shard.dropDamaged(damaged),
      statistics: () => shard.statistics(),
    };
  }

  /** Opens the shard's folder and replays its log. */
  static async open(data: ShardData, limits: LimitsSource, host: WorkerHost<ShardOwnerHandlers>): Promise<ShardHost> {
    const limiter = new SharedSeriesLimiter(data.seriesCounters, (tenant) => limits.limitsFor(tenant).seriesMax);
    const tell = (method: "fatal" | "problem", error: BasaltError): void => {
      void host.call(method, errorToRecord(error)).catch(() => undefined);
    };
    const shard = await Shard.open({
      ...shardOptions(data),
      seriesLimiter: limiter,
      onFatal: (error) => tell("fatal", error),
      onProblem: (error) => tell("problem", error),
      onTornLog: (torn) => void host.call("tornLog", torn).catch(() => undefined),
      onReplay: ({ bytesDone, bytesTotal }) => {
        const progress = { shardIndex: data.shardIndex, bytes: bytesDone, bytesTotal };
        void host.call("replayed", progress).catch(() => undefined);
      },
    });
    host.onStop(() => shard.close());
    return new ShardHost(shard, limiter);
  }

  /** Runs what stores batches of a tenant, whose series are counted at a place that came with them. */
  during<T>(tenant: TenantId, tenantSlot: number, store: () => Promise<T>): Promise<T> {
    return this.limiter.during(tenant, tenantSlot, store);
  }

  /** Stores batches; a batch that is refused does not keep the others back. */
  push({ tenant, tenantSlot, batches }: ShardPush): Promise<readonly BatchOutcome[]> {
    return this.during(tenant, tenantSlot, () => Promise.all(batches.map((bytes) => this.store(bytes))));
  }

  /**
   * Stores one batch.
   *
   * @param columns the same batch decoded, if the caller has it; read before this returns, or not at all.
   */
  async store(bytes: Uint8Array, columns?: SeriesBatch): Promise<BatchOutcome> {
    try {
      return await this.shard.push(bytes, columns);
    } catch (error) {
      return { error: errorToRecord(error) };
    }
  }

  private async execute(plan: QueryPlan, limits: QueryLimits, call: IncomingCall): Promise<ShardAnswer> {
    const { sources, lease, ...snapshot } = this.shard.snapshot(plan.tenant, plan.range);
    try {
      const context = { limits, clock: systemClock, memory: this.memory, signal: call.signal };
      const { message, transfer } = packPartial(await executePlan(plan, sources, context));
      for (const buffer of transfer) call.transfer(buffer);
      return { partial: message, snapshot, lease };
    } catch (error) {
      await this.shard.release(lease);
      throw error;
    }
  }
}

/** Options of a shard that do not depend on who listens. */
export function shardOptions(
  data: Omit<ShardData, "seriesCounters">,
): Omit<ShardOptions, "seriesLimiter" | "onFatal" | "onProblem" | "onTornLog"> {
  const { shardIndex, shardCount, folder, segmentFolders, storage, producer, lateWindowsMax, sync } = data;
  const bucket = openBucket(storage, { clock: systemClock, random: systemRandom, fileSystem: nodeFileSystem });
  return {
    fileSystem: nodeFileSystem,
    bucket,
    blocks: new BlockIndex({ bucket, clock: systemClock }),
    codec: zstdCodec(1),
    checksum: crc32,
    caches: reportCaches(blockCaches()),
    clock: systemClock,
    random: systemRandom,
    folder,
    segmentFolders,
    producer,
    headBytesMax: data.headBytesMax,
    keyBytesMax: data.keyBytesMax,
    lateWindowsMax,
    sync,
    owns: (tenant, service) => shardOf(tenant, service, shardCount) === shardIndex,
  };
}

function randomSeed(): number {
  const bytes = systemRandom.bytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}
