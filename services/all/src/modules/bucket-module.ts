import { type Bucket, type BucketSettings, bucketMetrics, openBucket, probeConditions } from "@basalt/bucket";
import { bucketSettings, storageSettings } from "@basalt/bucket/settings";
import { BasaltError } from "@basalt/model";
import type { ModuleContext, ModuleOf, Surroundings } from "@basalt/runtime";
import { defineModule, registerThreadCounters } from "@basalt/runtime";

/** The bucket of a process. */
export interface OpenedBucket {
  /** For the main thread. */
  readonly bucket: Bucket;
  /** For other threads, which open it for themselves. */
  readonly settings: BucketSettings;
}

/** So long a start waits for a storage that does not answer; then it goes on, for what is pushed is kept locally. */
const probeWaitMs = 10_000;

/** A storage that was unavailable is probed again. */
const probeAgainMs = 30_000;

/** Opens the bucket and, where it is not a folder, probes it before anything relies on it. */
export function bucketModule(surroundings: Surroundings): ModuleOf<OpenedBucket> {
  const { config, clock, random, disk, metrics, tracer } = surroundings;
  return defineModule({
    name: "bucket",
    needs: {},
    create: (_, context) => {
      const settings = bucketSettings(config);
      const bucket = openBucket(settings, { clock, random, fileSystem: disk, tracer });
      registerThreadCounters(metrics, bucketMetrics);
      const needsProbe = settings.backend !== "filesystem" && config.get(storageSettings.probe);
      if (!needsProbe) return { value: { bucket, settings } };
      const probe = new StartProbe(bucket, surroundings, context);
      return { value: { bucket, settings }, start: () => probe.start(), stop: () => probe.stop() };
    },
  });
}

/** Probes a bucket until the answer is known. */
export class StartProbe {
  private readonly bucket: Bucket;
  private readonly surroundings: Pick<Surroundings, "clock" | "random" | "logger">;
  private readonly context: ModuleContext;
  private readonly controller = new AbortController();
  private probing: Promise<void> = Promise.resolve();

  constructor(bucket: Bucket, surroundings: Pick<Surroundings, "clock" | "random" | "logger">, context: ModuleContext) {
    this.bucket = bucket;
    this.surroundings = surroundings;
    this.context = context;
  }

  /** Resolves when the storage is found right, or cannot be asked for now. @throws BasaltError if it cannot be used. */
  async start(): Promise<void> {
    const { clock, logger } = this.surroundings;
    const first = this.probe();
    const waited = clock.sleep(probeWaitMs, this.controller.signal).then(() => "late" as const);
    waited.catch(() => undefined);
    const outcome = await Promise.race([first, waited]);
    if (outcome === "right") return;
    logger.warn("the object storage does not answer: blocks wait on the local disk until it does", {});
    this.probing = this.goOn(first).catch((error: unknown) => this.context.fail(BasaltError.from(error)));
  }

  async stop(): Promise<void> {
    this.controller.abort();
    await this.probing;
  }

  private async probe(): Promise<"right" | "unavailable"> {
    try {
      await probeConditions(this.bucket, this.surroundings, this.controller.signal);
      return "right";
    } catch (error) {
      if (error instanceof BasaltError && error.code === "storage_unavailable") return "unavailable";
      throw error;
    }
  }

  private async goOn(first: Promise<"right" | "unavailable">): Promise<void> {
    const { clock, logger } = this.surroundings;
    const { signal } = this.controller;
    try {
      let outcome = await first;
      while (outcome !== "right") {
        await clock.sleep(probeAgainMs, signal);
        outcome = await this.probe();
      }
      logger.info("the object storage answers and keeps conditional writes", {});
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
