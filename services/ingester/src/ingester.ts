import type { Bucket, BucketSettings } from "@basalt/bucket";
import { BasaltError, defined, errorFromRecord } from "@basalt/model";
import type { IngesterAnswer, IngesterQueryClient, QueryLimits, QueryPlan, SnapshotLease } from "@basalt/query";
import type { Caller, Clock, FileSystem, Handlers, Logger, Random, WorkerClient } from "@basalt/runtime";
import { siblingModule, spawnWorker, WorkerPool } from "@basalt/runtime";
import type { CutTarget, DataFolder, IngesterSnapshot, WalSync } from "@basalt/store";
import { BlockIndex, CutCoordinator, openDataFolder } from "@basalt/store";
import { adoptFormerShards } from "./adopt-former-shards.ts";
import type { IngesterStatistics } from "./ingester-metrics.ts";
import type { CutHandlers, CutWorkerData } from "./setup-cut-worker.ts";
import type { ShardData, ShardHandlers, ShardOwnerHandlers } from "./shard-host.ts";
import { SeriesCounters } from "./shared-series-limiter.ts";
import { logTornLog } from "./torn-log.ts";

/** Starts the thread of one shard. */
export type SpawnShard<H extends ShardHandlers & Handlers<H>> = (
  data: ShardData,
  handlers: ShardOwnerHandlers,
  onExit: (error: BasaltError | undefined) => void,
) => Promise<WorkerClient<H>>;

/** What an ingester works with. */
export interface IngesterOptions<H extends ShardHandlers & Handlers<H>> {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: FileSystem;
  readonly logger: Logger;
  readonly folder: string;
  readonly bucket: Bucket;
  /** The bucket once more, as threads open it for themselves. */
  readonly storage: BucketSettings;
  readonly shardCount: number;
  readonly headBytesMax: number;
  /** In each shard. */
  readonly keyBytesMax: number;
  readonly lateWindowsMax: number;
  readonly sync: WalSync;
  readonly spawn: SpawnShard<H>;
  /** The process must end: what was acknowledged is safe only in the replay of the log. */
  readonly fail: (error: BasaltError) => void;
}

/** Ten seconds without a cut, and its thread ends. */
const cutIdleMs = 10_000;

/** The shards of one data folder in threads of their own, and the cutting of their segments into blocks. */
export class Ingester<H extends ShardHandlers & Handlers<H> = ShardHandlers> implements IngesterQueryClient {
  readonly counters: SeriesCounters = new SeriesCounters();
  private readonly options: IngesterOptions<H>;
  private workers: readonly WorkerClient<H>[] = [];
  private cutPool: WorkerPool<CutHandlers> | undefined;
  private coordinator: CutCoordinator | undefined;
  /** How far each shard's replay is. */
  private readonly replays: Map<number, { readonly bytes: number; readonly bytesTotal: number }> = new Map();
  private isStopping = false;

  constructor(options: IngesterOptions<H>) {
    this.options = options;
  }

  /** The threads of the shards, by shard. Empty before the start. */
  get shards(): readonly Caller<H>[] {
    return this.workers;
  }

  /** Replays every shard's log, then lets windows be cut. */
  async start(): Promise<void> {
    const { disk, random, folder, shardCount, logger } = this.options;
    const dataFolder = await openDataFolder(disk, folder, random);
    await adoptFormerShards(dataFolder, this.options);
    const segmentFolders = await dataFolder.segmentFolders();
    const data = Array.from({ length: shardCount }, (_, shardIndex) =>
      this.shardData(dataFolder, shardIndex, segmentFolders),
    );
    this.workers = await Promise.all(data.map((one) => this.spawnShard(one)));
    this.coordinator = this.createCoordinator(dataFolder);
    await this.coordinator.start();
    logger.info("ingester started", { shards: shardCount, producer: dataFolder.producer });
  }

  /** Ends cutting, then the shards: what is in heads stays in the log. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.coordinator?.stop();
    await this.cutPool?.stop();
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  /** Unix ms since which blocks cannot be cut; undefined while they can. */
  get cutsFailingSinceMs(): number | undefined {
    return this.coordinator?.failingSinceMs;
  }

  /** Cuts all there is; resolves when the blocks are visible. */
  async flush(): Promise<void> {
    if (this.coordinator === undefined) throw new BasaltError("not_ready", "the log is being replayed");
    await this.coordinator.flush();
  }

  async snapshotAndExecute(plan: QueryPlan, limits: QueryLimits, signal?: AbortSignal): Promise<IngesterAnswer> {
    const question = { plan, limits };
    // Apart from pushes: whoever asks much must not have profiles refused.
    const options = { line: "query", ...(signal === undefined ? {} : { signal }) };
    const callers: readonly Caller<ShardHandlers>[] = this.workers;
    const asked = await Promise.allSettled(callers.map((shard) => shard.call("execute", question, options)));
    const answers = asked.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    const lease = asked.map((answer) => (answer.status === "fulfilled" ? answer.value.lease : undefined));
    const failed = asked.find((answer) => answer.status === "rejected");
    if (failed !== undefined) {
      await this.release(lease);
      throw failed.reason;
    }
    return {
      partials: answers.map(({ partial }) => partial),
      snapshot: joinSnapshots(answers.map(({ snapshot }) => snapshot)),
      lease,
    };
  }

  async release(lease: SnapshotLease): Promise<void> {
    const callers: readonly Caller<ShardHandlers>[] = this.workers;
    const released = lease.map(async (own, shard) => {
      if (own !== undefined) await callers[shard]?.call("release", own);
    });
    await Promise.all(released);
  }

  /** Counters of each shard, of the cutting and of the replay. */
  async statistics(): Promise<IngesterStatistics> {
    // Threads that end have nothing to tell.
    const callers: readonly Caller<ShardHandlers>[] = this.isStopping ? [] : this.workers;
    const shards = await Promise.all(callers.map((shard) => shard.call("statistics", undefined)));
    const replay = { bytesDone: 0, bytesTotal: 0 };
    for (const { bytes, bytesTotal } of this.replays.values()) {
      replay.bytesDone += bytes;
      replay.bytesTotal += bytesTotal;
    }
    const failingSinceMs = this.cutsFailingSinceMs;
    const cutsFailingMs = failingSinceMs === undefined ? 0 : this.options.clock.nowMs() - failingSinceMs;
    return {
      shards,
      cuts: this.coordinator?.statistics,
      cutsFailingMs,
      replay,
      seriesOfTenants: this.counters.counts(),
    };
  }

  private shardData(dataFolder: DataFolder, shardIndex: number, segmentFolders: readonly string[]): ShardData {
    const { storage, shardCount, headBytesMax, keyBytesMax, lateWindowsMax, sync } = this.options;
    return {
      shardIndex,
      shardCount,
      folder: dataFolder.shardFolder(shardIndex),
      segmentFolders,
      storage,
      producer: dataFolder.producer,
      headBytesMax: headBytesMax / shardCount,
      keyBytesMax,
      lateWindowsMax,
      sync,
      seriesCounters: this.counters.buffer,
    };
  }

  private spawnShard(data: ShardData): Promise<WorkerClient<H>> {
    const { spawn, fail, logger } = this.options;
    const handlers: ShardOwnerHandlers = {
      fatal: (error) => fail(errorFromRecord(error)),
      problem: (error) =>
        logger.error("a shard met a problem", { shard: data.shardIndex, error: errorFromRecord(error) }),
      tornLog: (torn) => logTornLog(logger, data.shardIndex, torn),
      replayed: ({ shardIndex, bytes, bytesTotal }) => {
        this.replays.set(shardIndex, { bytes, bytesTotal });
        const percent = bytesTotal === 0 ? 100 : Math.floor((bytes / bytesTotal) * 100);
        logger.info("replaying the log", { shard: shardIndex, percent, bytes, bytes_total: bytesTotal });
      },
    };
    return spawn(data, handlers, (error) => {
      if (!this.isStopping) fail(error ?? new BasaltError("internal", `the thread of shard ${data.shardIndex} ended`));
    });
  }

  private createCoordinator({ producer, manifestPath }: DataFolder): CutCoordinator {
    const { clock, random, disk, bucket, logger } = this.options;
    const pool = this.createCutPool();
    this.cutPool = pool;
    return new CutCoordinator({
      fileSystem: disk,
      clock,
      random,
      bucket,
      blocks: new BlockIndex({ bucket, clock }),
      manifestPath,
      producer,
      shards: this.workers.map(cutTarget),
      run: (job) => pool.call("cut", job),
      onProblem: (error) => logger.error("cutting a block failed", { error }),
    });
  }

  private createCutPool(): WorkerPool<CutHandlers> {
    const { clock, storage, logger } = this.options;
    return new WorkerPool<CutHandlers>({
      name: "cut",
      sizeMax: 1,
      idleMs: cutIdleMs,
      clock,
      spawn: (name, onExit) =>
        spawnWorker<CutHandlers, CutWorkerData>(siblingModule(import.meta.url, "cut-worker"), {
          name,
          data: { storage },
          clock,
          onExit: (error) => {
            if (error !== undefined) logger.error("the thread that cuts blocks ended", { error });
            onExit();
          },
        }),
    });
  }
}

/** The snapshots of the shards of one data folder, which is one producer, as one. */
function joinSnapshots(snapshots: readonly IngesterSnapshot[]): IngesterSnapshot {
  const distinct = <T>(of: (snapshot: IngesterSnapshot) => readonly T[]): T[] => [...new Set(snapshots.flatMap(of))];
  return {
    producer: defined(snapshots[0], "a shard").producer,
    windows: distinct(({ windows }) => windows),
    heads: distinct(({ heads }) => heads),
    segments: snapshots.flatMap(({ segments }) => segments),
    recentBlocks: distinct(({ recentBlocks }) => recentBlocks),
    damages: snapshots.flatMap(({ damages }) => damages),
  };
}

function cutTarget(shard: Caller<ShardHandlers>): CutTarget {
  return {
    seal: () => shard.call("seal", undefined),
    uncutParts: () => shard.call("uncutParts", undefined),
    headWindows: () => shard.call("headWindows", undefined),
    applyCut: (notice) => shard.call("applyCut", notice),
    dropDamaged: (damaged) => shard.call("dropDamaged", damaged),
  };
}
