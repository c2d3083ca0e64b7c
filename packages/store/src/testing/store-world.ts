import { crc32 } from "node:zlib";
import { FilesystemBucket } from "@basalt/bucket";
import {
  type BasaltError,
  encodeSeriesBatch,
  murmur3,
  type ProducerId,
  type SeriesBatch,
  type TenantId,
} from "@basalt/model";
import type { PageCodec } from "@basalt/parquet";
import { type Cancel, type Clock, type FileSystem, MemoryDisk, type Random, seededRandom } from "@basalt/runtime";
import { blockCaches } from "../block/block-caches.ts";
import { BlockIndex } from "../block/block-index.ts";
import { CutCoordinator } from "../cut/cut-coordinator.ts";
import { runCutJob } from "../cut/cut-job.ts";
import { type DataFolder, openDataFolder } from "../data-folder.ts";
import type { RowSource } from "../row-source.ts";
import { openBlock, openSegmentPart, type SourceReaders } from "../shard/own-sources.ts";
import { type PushResult, Shard } from "../shard/shard.ts";
import { visibleSet } from "../visibility.ts";
import { allTime, readRows } from "./read-rows.ts";

/** A clock that a test sets; a sleep takes no time, timers wait to be run. */
export class WorldClock implements Clock {
  ms: number;
  readonly timers: Set<() => void> = new Set();

  constructor(ms: number) {
    this.ms = ms;
  }

  nowMs(): number {
    return this.ms;
  }

  nowNanos(): bigint {
    return BigInt(this.ms) * 1_000_000n;
  }

  monotonicMs(): number {
    return this.ms;
  }

  after(_delayMs: number, callback: () => void): Cancel {
    this.timers.add(callback);
    return () => void this.timers.delete(callback);
  }

  sleep(): Promise<void> {
    return Promise.resolve();
  }
}

export interface WorldOptions {
  readonly seed: number;
  readonly shardCount?: number;
  readonly headBytesMax?: number;
  readonly keyBytesMax?: number;
  readonly lateWindowsMax?: number;
  readonly seriesMax?: number;
  readonly smallWindowBytes?: number;
  /** Default: none, for speed. */
  readonly codec?: PageCodec;
}

/** No compression: the pages are what is tested here, and zstd's contexts would take most of the time. */
const plainCodec: PageCodec = { compress: (bytes) => bytes.slice(), decompress: (bytes) => bytes.slice(), crc32 };

/** 2026-11-20 12:00 UTC: the start of a window and of an hour. */
export const worldStartMs = 1_795_176_000_000;

/** What lives as long as the disk; {@link start} makes a process on it. */
export class StoreWorld {
  readonly disk: MemoryDisk;
  readonly clock: WorldClock = new WorldClock(worldStartMs);
  readonly random: Random;
  readonly options: WorldOptions;
  process: StoreProcess | undefined;

  constructor(options: WorldOptions) {
    this.options = options;
    this.random = seededRandom(options.seed);
    this.disk = new MemoryDisk(seededRandom(options.seed * 31 + 7));
  }

  /** Starts a process: opens the folder, replays, recovers cuts. */
  async start(): Promise<StoreProcess> {
    this.clock.timers.clear();
    const process = new StoreProcess(this, this.disk.mount());
    this.process = process;
    await process.open();
    return process;
  }
}

/** All of a process that the store is: shards, coordinator, and a querier that reads everything. */
export class StoreProcess {
  readonly problems: BasaltError[] = [];
  readonly fatal: BasaltError[] = [];
  shards: Shard[] = [];
  coordinator: CutCoordinator | undefined;
  readonly world: StoreWorld;
  readonly fileSystem: FileSystem;
  readonly readers: SourceReaders;
  private seriesCount = 0;

  constructor(world: StoreWorld, fileSystem: FileSystem) {
    this.world = world;
    this.fileSystem = fileSystem;
    const bucket = new FilesystemBucket(fileSystem, "data/bucket");
    const blocks = new BlockIndex({ bucket, clock: world.clock });
    this.readers = {
      fileSystem,
      bucket,
      blocks,
      codec: world.options.codec ?? plainCodec,
      checksum: crc32,
      caches: blockCaches(),
    };
  }

  async open(): Promise<void> {
    const { world, fileSystem } = this;
    const folder = await openDataFolder(fileSystem, "data", world.random);
    const shardCount = world.options.shardCount ?? 2;
    this.shards = await Promise.all(
      Array.from({ length: shardCount }, (_, index) => this.openShard(folder, index, shardCount)),
    );
    this.coordinator = this.makeCoordinator(folder.producer, folder.manifestPath);
    await this.coordinator.start();
  }

  push(batch: SeriesBatch): Promise<PushResult> {
    const { shards } = this;
    const shard = shards[shardOf(batch.service, shards.length)];
    if (shard === undefined) throw new Error("no shard");
    return shard.push(encodeSeriesBatch(batch, crc32), batch);
  }

  /** Every row that a query sees, by name; a row that is seen twice is an error. */
  async query(tenant: TenantId): Promise<Map<string, string>> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const found = await this.tryQuery(tenant);
      if (found !== undefined) return found;
    }
    throw new Error("the query met a cut twenty times");
  }

  private async tryQuery(tenant: TenantId): Promise<Map<string, string> | undefined> {
    const { blocks: index } = this.readers;
    const listing = await index.list(tenant, allTime);
    const snapshots = this.shards.map((shard) => shard.snapshot(tenant, allTime));
    try {
      const recent = await Promise.all(
        snapshots.flatMap(({ recentBlocks }) => recentBlocks).map((id) => index.get(tenant, id)),
      );
      const known = recent.flatMap((meta) => (meta !== undefined && "id" in meta ? [meta] : []));
      const visible = visibleSet([...listing.blocks, ...known], snapshots);
      if (visible.doubledHeads.length > 0) return undefined;
      const segments = await Promise.all(visible.segments.map((reference) => openSegmentPart(this.readers, reference)));
      const blocks = visible.blocks.map((meta) => openBlock(this.readers, meta));
      return await rowsOf([...snapshots.flatMap(({ sources }) => sources), ...segments, ...blocks]);
    } finally {
      await Promise.all(snapshots.map(async ({ lease }, index) => this.shards[index]?.release(lease)));
    }
  }

  private openShard(folder: DataFolder, index: number, count: number): Promise<Shard> {
    const { world, readers } = this;
    return Shard.open({
      ...readers,
      clock: world.clock,
      random: world.random,
      folder: folder.shardFolder(index),
      segmentFolders: Array.from({ length: count }, (_, shard) => `${folder.shardFolder(shard)}/segments`),
      producer: folder.producer,
      headBytesMax: world.options.headBytesMax ?? 8 * 1024 * 1024,
      keyBytesMax: world.options.keyBytesMax ?? 8 * 1024 * 1024,
      lateWindowsMax: world.options.lateWindowsMax ?? 1000,
      sync: { mode: "always" },
      seriesLimiter: {
        tryAdd: () => {
          if (this.seriesCount >= (world.options.seriesMax ?? Number.POSITIVE_INFINITY)) return false;
          this.seriesCount++;
          return true;
        },
        remove: (_tenant, removed) => {
          this.seriesCount -= removed;
        },
        limitOf: () => world.options.seriesMax ?? 0,
      },
      owns: (_tenant, service) => shardOf(service, count) === index,
      onFatal: (error) => this.fatal.push(error),
      onProblem: (error) => this.problems.push(error),
      onTornLog: () => undefined,
    });
  }

  private makeCoordinator(producer: ProducerId, manifestPath: string): CutCoordinator {
    const { world, readers } = this;
    const pause = (): Promise<void> => Promise.resolve();
    return new CutCoordinator({
      ...readers,
      clock: world.clock,
      random: world.random,
      manifestPath,
      producer,
      shards: this.shards.map((shard) => ({
        seal: () => shard.seal(),
        uncutParts: async () => shard.uncutParts(),
        headWindows: async () => shard.headWindows(),
        applyCut: (notice) => shard.applyCut(notice),
        dropDamaged: (damaged) => shard.dropDamaged(damaged),
      })),
      run: (job) => runCutJob(job, { ...readers, seed: 1, pause }),
      ...(world.options.smallWindowBytes === undefined ? {} : { smallWindowBytes: world.options.smallWindowBytes }),
      onProblem: (error) => this.problems.push(error),
    });
  }
}

/** Which shard a service belongs to. */
export function shardOf(service: string, shardCount: number): number {
  return murmur3(new TextEncoder().encode(service), 0) % shardCount;
}

async function rowsOf(sources: readonly RowSource[]): Promise<Map<string, string>> {
  const rows = new Map<string, string>();
  for (const source of sources) {
    for (const { name, text } of await readRows(source)) {
      if (rows.has(name)) throw new Error(`row is seen twice, now in ${source.kind} ${source.id}: ${name}`);
      rows.set(name, text);
    }
  }
  return rows;
}
