import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Ingester, ingesterMetrics, ingesterSettings, type SpawnShard } from "@basalt/ingester";
import type { Config, FolderLock, ModuleOf, Surroundings, TenantLimits } from "@basalt/runtime";
import { defaultLimits, defineModule, lockFolder, processSettings, siblingModule, spawnWorker } from "@basalt/runtime";
import type { IngestHandlers, IngestWorkerData } from "../ingest/setup-ingest-worker.ts";
import type { OpenedBucket } from "./bucket-module.ts";

/** More threads than this share too little work each. */
const workersMax = 8;

/** The ingester of a process that takes everything in itself: its threads decode, too. */
export function ingesterModule(
  surroundings: Surroundings,
  bucket: ModuleOf<OpenedBucket>,
): ModuleOf<Ingester<IngestHandlers>> {
  const { config, clock, random, disk, logger, metrics } = surroundings;
  const limits = defaultLimits(config);
  const folder = `${resolve(config.get(processSettings.dataPath))}/ingester`;
  return defineModule({
    name: "ingester",
    needs: { bucket },
    create: (needed, { fail }) => {
      const ingester = new Ingester<IngestHandlers>({
        clock,
        random,
        disk,
        logger,
        folder,
        bucket: needed.bucket.bucket,
        storage: needed.bucket.settings,
        shardCount: config.get(ingesterSettings.workers) || workersDefault(),
        headBytesMax: config.get(ingesterSettings.headBytesMax),
        keyBytesMax: config.get(ingesterSettings.keyBytesMax),
        lateWindowsMax: config.get(ingesterSettings.lateWindowsMax),
        sync: syncOf(config),
        spawn: spawnIngestWorker(surroundings, limits),
        fail,
      });
      ingesterMetrics(metrics, ingester);
      let lock: FolderLock | undefined;
      const start = async (): Promise<void> => {
        lock = await lockFolder(folder, logger);
        await ingester.start();
      };
      const stop = async (): Promise<void> => {
        await ingester.stop();
        await lock?.release();
      };
      const notReady = (): string | undefined => stalledCuts(ingester.cutsFailingSinceMs, clock.nowMs());
      return { value: ingester, start, stop, notReady };
    },
  });
}

/** Half an hour without a block: the disk fills up, and somebody must look. */
const stalledMs = 1_800_000;

function stalledCuts(sinceMs: number | undefined, nowMs: number): string | undefined {
  if (sinceMs === undefined || nowMs - sinceMs < stalledMs) return undefined;
  return `no block could be cut since ${new Date(sinceMs).toISOString()}: see the log`;
}

/** A core is left to the main thread and to queries; a thread too many costs 25 MiB and compiles everything once more. */
function workersDefault(): number {
  return Math.max(1, Math.min(availableParallelism() - 1, workersMax));
}

function syncOf(
  config: Config,
): { readonly mode: "always" } | { readonly mode: "interval"; readonly intervalMs: number } {
  if (config.get(ingesterSettings.walSync) === "always") return { mode: "always" };
  return { mode: "interval", intervalMs: config.get(ingesterSettings.walSyncIntervalMs) };
}

function spawnIngestWorker({ clock, config }: Surroundings, limits: TenantLimits): SpawnShard<IngestHandlers> {
  const module = siblingModule(import.meta.url, "ingest-worker");
  return (data, handlers, onExit) => {
    const workerData: IngestWorkerData = { ...data, limits };
    return spawnWorker<IngestHandlers, IngestWorkerData, typeof handlers>(module, {
      name: `ingest-${data.shardIndex}`,
      data: workerData,
      handlers,
      clock,
      onExit,
      // Bodies that wait for their thread are bounded by the server; a whole head's worth here is never reached first.
      inFlightBytesMax: config.get(ingesterSettings.headBytesMax),
      inFlightSettings: `-${ingesterSettings.workers.flag}, -${ingesterSettings.headBytesMax.flag}`,
    });
  };
}
