import type { Bucket } from "@basalt/bucket";
import { BasaltError, type BlockId, type ProducerId } from "@basalt/model";
import type { Cancel, Clock, FileSystem, Random } from "@basalt/runtime";
import type { BlockIndex } from "../block/block-index.ts";
import type { SourcePart } from "../block/block-meta.ts";
import type { DamagedPart, SegmentPartInfo } from "../shard/segment-set.ts";
import type { CutNotice } from "../shard/shard.ts";
import { type CutInput, type CutJob, type CutOutcome, cutBlockId, removeUnfinished } from "./cut-job.ts";
import { CutManifest } from "./cut-manifest.ts";
import { dueMs, type HeadWindow, planCuts, smallWindowBytes } from "./cut-plan.ts";
import { FailedCuts } from "./failed-cuts.ts";

/** A shard as the coordinator sees it, in this thread or another. */
export interface CutTarget {
  seal(): Promise<void>;
  uncutParts(): Promise<readonly SegmentPartInfo[]>;
  headWindows(): Promise<readonly HeadWindow[]>;
  applyCut(notice: CutNotice): Promise<void>;
  /** Lets go of a part of a segment that is damaged. */
  dropDamaged(damaged: DamagedPart): Promise<void>;
}

export interface CutCoordinatorOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly bucket: Bucket;
  readonly blocks: BlockIndex;
  /** `cuts.jsonl` in the data folder. */
  readonly manifestPath: string;
  readonly producer: ProducerId;
  readonly shards: readonly CutTarget[];
  /** Does a job, off the main thread; see `runCutJob`. */
  readonly run: (job: CutJob) => Promise<CutOutcome>;
  readonly onProblem: (error: BasaltError) => void;
  /** See `planCuts`. */
  readonly smallWindowBytes?: number;
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
  readonly #failed: FailedCuts;
  #isStopped = false;

  constructor(options: CutCoordinatorOptions) {
    this.#options = options;
    this.#manifest = new CutManifest(options.fileSystem, options.manifestPath);
    this.#jitterMs = Math.floor(options.random.next() * jitterMsMax);
    this.#failed = new FailedCuts(options.clock);
  }

  /** Finds out what is done already, then looks for windows that are due every now and then. */
  async start(): Promise<void> {
    await this.#manifest.load();
    await this.#recover();
    this.#schedule();
  }

  /** Unix ms since which cuts have failed without one that did not; undefined if the last one succeeded. */
  get failingSinceMs(): number | undefined {
    return this.#failed.sinceMs;
  }

  /** Ends the timer and waits for the block that is being cut; what else the round was to do is done after the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.();
    await this.#round;
    await this.#manifest.close();
  }

  /** Seals every shard and cuts all there is. Resolves when the blocks are visible. @throws the first failure. */
  flush(): Promise<void> {
    return this.#next(async () => {
      const sealed = await this.#seal((shard) => shard.seal());
      const cut = await this.#cut(true);
      const failure = sealed ?? cut;
      if (failure !== undefined) throw failure;
    });
  }

  /** Cuts the windows that are due. Failures are reported and tried again at the next tick. */
  tick(): Promise<void> {
    return this.#next(async () => {
      await this.#seal((shard) => this.#sealIfDue(shard));
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

  /** Seals shards, each whether others can or not: segments that wait can be cut also while the disk has no room for more. */
  async #seal(seal: (shard: CutTarget) => Promise<void>): Promise<BasaltError | undefined> {
    const results = await Promise.allSettled(this.#options.shards.map(seal));
    const problems = results.flatMap((result) =>
      result.status === "rejected" ? [BasaltError.from(result.reason)] : [],
    );
    for (const problem of problems) this.#options.onProblem(problem);
    return problems[0];
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

  /** Cuts what is due; gives the first failure. */
  async #cut(isFlush: boolean): Promise<BasaltError | undefined> {
    const { producer, clock } = this.#options;
    // A cut that failed may be visible all the same. Done again as it was it makes no second block; planned anew it would.
    const again = this.#failed.due(isFlush);
    const free = (await this.#uncut()).filter((part) => !this.#failed.holds(part));
    const planned = planCuts(free, {
      producer,
      nowMs: clock.nowMs(),
      jitterMs: this.#jitterMs,
      isFlush,
      smallWindowBytes: this.#options.smallWindowBytes ?? smallWindowBytes,
    });
    let failure: BasaltError | undefined;
    for (const job of [...again, ...planned]) {
      if (this.#isStopped) break;
      try {
        await this.#run(job);
      } catch (error) {
        this.statistics.failures++;
        this.#failed.fail();
        const problem = BasaltError.from(error);
        failure ??= problem;
        this.#options.onProblem(problem);
      }
    }
    if (planned.length > 0) await this.#prune();
    return failure;
  }

  /** Cuts one block; inputs that are damaged are left out, as far as there are others. */
  async #run(job: CutJob): Promise<void> {
    let rest = job;
    while (rest.inputs.length > 0) {
      const current = rest;
      this.#failed.add(current);
      await this.#manifest.begin(current);
      const outcome = await this.#tryRun(current);
      if ("damaged" in outcome) {
        await this.#giveUp(current);
        const inputs = current.inputs.filter((input) => !outcome.damaged.includes(input));
        rest = { ...current, inputs, id: cutBlockId(current.tenant, current.window, inputs) };
        continue;
      }
      await this.#manifest.finish(current);
      await this.#announce(outcome.notice);
      this.#failed.remove(current);
      this.statistics.blocks++;
      this.statistics.bytes += outcome.bytes;
      this.statistics.duplicates += outcome.duplicates;
      this.statistics.conflicts += outcome.conflicts;
      return;
    }
  }

  async #tryRun(job: CutJob): Promise<CutOutcome | { readonly damaged: readonly CutInput[] }> {
    try {
      return await this.#options.run(job);
    } catch (error) {
      const problem = BasaltError.from(error);
      const damaged = problem.code === "block_corrupt" ? job.inputs.filter((input) => isNamed(input, problem)) : [];
      if (damaged.length === 0) throw error;
      this.#options.onProblem(problem);
      const { tenant } = job;
      const [first] = damaged;
      // A segment that cannot be opened is damaged whole.
      const isPart = problem.details["windowStart"] !== undefined;
      const segment = first?.segment as BlockId;
      const dropped = { segment, tenant, windowStart: isPart ? first?.windowStart : undefined };
      for (const shard of this.#options.shards) await shard.dropDamaged(dropped);
      return { damaged };
    }
  }

  async #announce(notice: CutNotice): Promise<void> {
    await Promise.all(this.#options.shards.map((shard) => shard.applyCut(notice)));
  }

  async #giveUp(job: CutJob): Promise<void> {
    await removeUnfinished(this.#options.bucket, job.tenant, job.id);
    await this.#manifest.giveUp(job.id);
    this.#failed.remove(job);
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
      const source = { id: part.segment, windowStart: part.windowStart };
      await this.#announce({ block, tenant: part.tenant, sources: [source] });
    }
    for (const { block } of this.#manifest.running) await this.#manifest.giveUp(block);
    await this.#prune();
  }

  async #visibleBlockOf({ tenant, segment, windowStart, range }: SegmentPartInfo): Promise<BlockId | undefined> {
    const { blocks } = await this.#options.blocks.list(tenant, range, true);
    const isIt = (source: SourcePart): boolean => source.id === segment && source.windowStart === windowStart;
    return blocks.find(({ sources }) => sources.some(isIt))?.id;
  }
}

/** Whether an error is about an input: its part, or its whole segment. */
function isNamed({ segment, windowStart }: CutInput, { details }: BasaltError): boolean {
  const start = details["windowStart"];
  return details["block"] === segment && (start === undefined || start === String(windowStart));
}
