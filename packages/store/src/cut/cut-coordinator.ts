import type { Bucket } from "@basalt/bucket";
import { BasaltError, type BlockId, type ProducerId } from "@basalt/model";
import type { Cancel, Clock, FileSystem, Random } from "@basalt/runtime";
import type { BlockIndex } from "../block/block-index.ts";
import type { SegmentPartInfo } from "../shard/segment-set.ts";
import type { CutNotice } from "../shard/shard.ts";
import { type CutJob, type CutOutcome, cutBlockId, removeUnfinished } from "./cut-job.ts";
import { CutManifest } from "./cut-manifest.ts";
import { dueMs, type HeadWindow, planCuts } from "./cut-plan.ts";

/** A shard as the coordinator sees it, in this thread or another. */
export interface CutTarget {
  seal(): Promise<void>;
  uncutParts(): Promise<readonly SegmentPartInfo[]>;
  headWindows(): Promise<readonly HeadWindow[]>;
  applyCut(notice: CutNotice): Promise<void>;
  /** Puts a damaged segment aside. */
  dropDamaged(segment: BlockId): Promise<void>;
}

export interface CutCoordinatorOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly bucket: Bucket;
  readonly blocks: BlockIndex;
  /** `cuts.json` in the data folder. */
  readonly manifestPath: string;
  readonly producer: ProducerId;
  readonly shards: readonly CutTarget[];
  /** Does a job, off the main thread; see `runCutJob`. */
  readonly run: (job: CutJob) => Promise<CutOutcome>;
  readonly onProblem: (error: BasaltError) => void;
}

/** How often it looks for windows that are due. */
const tickMs = 15_000;

/** The most that a process waits more than others. */
const jitterMsMax = 30_000;

/** Counters since the start. */
export interface CutStatistics {
  blocks: number;
  bytes: number;
  failures: number;
  duplicates: number;
  conflicts: number;
}

/**
 * Turns the segments of all shards of a process into blocks: one for each tenant and window, when the window is over, or
 * at once at a flush. One for a process. Whatever it is doing when it dies, the next start goes on from there.
 */
export class CutCoordinator {
  readonly statistics: CutStatistics = { blocks: 0, bytes: 0, failures: 0, duplicates: 0, conflicts: 0 };
  readonly #options: CutCoordinatorOptions;
  readonly #manifest: CutManifest;
  readonly #jitterMs: number;
  /** Rounds follow each other. */
  #round: Promise<unknown> = Promise.resolve();
  #timer: Cancel | undefined;
  /** Cuts under way and those that failed: to be done again, exactly. */
  readonly #failed: CutJob[] = [];
  #isStopped = false;

  constructor(options: CutCoordinatorOptions) {
    this.#options = options;
    this.#manifest = new CutManifest(options.fileSystem, options.manifestPath);
    this.#jitterMs = Math.floor(options.random.next() * jitterMsMax);
  }

  /** Finds out what is done already, then looks for windows that are due every now and then. */
  async start(): Promise<void> {
    await this.#manifest.load();
    await this.#recover();
    this.#schedule();
  }

  /** Ends the timer and waits for the round under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.();
    await this.#round;
  }

  /** Seals every shard and cuts all there is. Resolves when the blocks are visible. @throws the first failure of a cut. */
  flush(): Promise<void> {
    return this.#next(async () => {
      await Promise.all(this.#options.shards.map((shard) => shard.seal()));
      await this.#cut(true);
    });
  }

  /** Cuts the windows that are due. Failures are reported and tried again at the next tick. */
  tick(): Promise<void> {
    return this.#next(async () => {
      await Promise.all(this.#options.shards.map((shard) => this.#sealIfDue(shard)));
      await this.#cut(false);
    }).catch((error: unknown) => this.#options.onProblem(BasaltError.from(error)));
  }

  #next(round: () => Promise<void>): Promise<void> {
    const done = this.#round.then(round);
    this.#round = done.catch(() => undefined);
    return done;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.after(tickMs, () => {
      void this.tick().finally(() => this.#schedule());
    });
  }

  async #sealIfDue(shard: CutTarget): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const windows = await shard.headWindows();
    const isDue = windows.some(
      ({ windowStart, firstWriteMs }) => nowMs >= dueMs(windowStart, firstWriteMs, this.#jitterMs),
    );
    if (isDue) await shard.seal();
  }

  async #uncut(): Promise<SegmentPartInfo[]> {
    const parts = await Promise.all(this.#options.shards.map((shard) => shard.uncutParts()));
    return parts.flat();
  }

  async #cut(isFlush: boolean): Promise<void> {
    const { producer, clock } = this.#options;
    // A cut that failed may be visible all the same. Done again as it was it makes no second block; planned anew it would.
    const again = this.#failed.splice(0);
    const isTaken = (part: SegmentPartInfo): boolean => again.some((job) => isInput(job, part));
    const free = (await this.#uncut()).filter((part) => !isTaken(part));
    const planned = planCuts(free, { producer, nowMs: clock.nowMs(), jitterMs: this.#jitterMs, isFlush });
    let failure: BasaltError | undefined;
    for (const job of [...again, ...planned]) {
      try {
        await this.#run(job);
      } catch (error) {
        this.statistics.failures++;
        const problem = BasaltError.from(error);
        failure ??= problem;
        this.#options.onProblem(problem);
      }
    }
    if (planned.length > 0) await this.#prune();
    if (isFlush && failure !== undefined) throw failure;
  }

  /** Cuts one block; inputs that are damaged are left out, as far as there are others. */
  async #run(job: CutJob): Promise<void> {
    let rest = job;
    while (rest.inputs.length > 0) {
      const current = rest;
      this.#failed.push(current);
      await this.#manifest.begin(current);
      const outcome = await this.#tryRun(current);
      if ("damaged" in outcome) {
        await this.#giveUp(current);
        const inputs = current.inputs.filter(({ segment }) => segment !== outcome.damaged);
        rest = { ...current, inputs, id: cutBlockId(current.tenant, current.window, inputs) };
        continue;
      }
      await this.#manifest.finish(current);
      await this.#announce(outcome.notice);
      this.#forget(current);
      this.statistics.blocks++;
      this.statistics.bytes += outcome.bytes;
      this.statistics.duplicates += outcome.duplicates;
      this.statistics.conflicts += outcome.conflicts;
      return;
    }
  }

  #forget(job: CutJob): void {
    this.#failed.splice(this.#failed.indexOf(job), 1);
  }

  async #tryRun(job: CutJob): Promise<CutOutcome | { readonly damaged: BlockId }> {
    try {
      return await this.#options.run(job);
    } catch (error) {
      const damaged = job.inputs.find(
        ({ segment }) => error instanceof BasaltError && error.details["block"] === segment,
      )?.segment;
      const isDamage = error instanceof BasaltError && error.code === "block_corrupt";
      if (!isDamage || damaged === undefined) throw error;
      this.#options.onProblem(error);
      for (const shard of this.#options.shards) await shard.dropDamaged(damaged);
      return { damaged };
    }
  }

  async #announce(notice: CutNotice): Promise<void> {
    await Promise.all(this.#options.shards.map((shard) => shard.applyCut(notice)));
  }

  async #giveUp(job: CutJob): Promise<void> {
    await removeUnfinished(this.#options.bucket, job.tenant, job.id);
    await this.#manifest.giveUp(job.id);
    this.#forget(job);
  }

  async #prune(): Promise<void> {
    await this.#manifest.prune(new Set((await this.#uncut()).map(({ segment }) => segment)));
  }

  /** Removes cuts that did not get to their end, and tells shards of parts that a visible block or the manifest calls done. */
  async #recover(): Promise<void> {
    const { bucket } = this.#options;
    for (const { tenant, block } of this.#manifest.running) {
      if (await removeUnfinished(bucket, tenant, block)) await this.#manifest.giveUp(block);
    }
    for (const part of await this.#uncut()) {
      const block = this.#manifest.blockOf(part.tenant, part) ?? (await this.#visibleBlockOf(part));
      if (block === undefined) continue;
      const window = { start: part.windowStart, end: part.windowStart + 1n };
      await this.#announce({ block, tenant: part.tenant, window, sources: [part.segment] });
    }
    for (const { block } of this.#manifest.running) await this.#manifest.giveUp(block);
    await this.#prune();
  }

  async #visibleBlockOf({ tenant, segment, windowStart, range }: SegmentPartInfo): Promise<BlockId | undefined> {
    const { blocks } = await this.#options.blocks.list(tenant, range, true);
    return blocks.find(
      ({ sources, window }) => sources.includes(segment) && windowStart >= window.start && windowStart < window.end,
    )?.id;
  }
}

function isInput(job: CutJob, part: SegmentPartInfo): boolean {
  if (job.tenant !== part.tenant) return false;
  return job.inputs.some(({ segment, windowStart }) => segment === part.segment && windowStart === part.windowStart);
}
