import type { Clock } from "@basalt/runtime";
import type { SegmentPartInfo } from "../shard/segment-set.ts";
import type { CutJob } from "./cut-job.ts";

/** Wait after a first failure; it doubles with each further one, up to the longest. */
const firstWaitMs = 10_000;
const longestWaitMs = 300_000;

interface Attempt {
  readonly job: CutJob;
  failures: number;
  /** Monotonic ms from which it may be tried again. */
  dueMs: number;
}

/** Cuts under way, and those that failed: they are done again exactly as they were, after a wait that grows. */
export class FailedCuts {
  readonly #clock: Clock;
  readonly #attempts = new Map<string, Attempt>();
  #sinceMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Unix ms of the first failure since the last success; undefined if nothing failed since. */
  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  /** Jobs to try again now; at a flush all of them. */
  due(isFlush: boolean): CutJob[] {
    const now = this.#clock.monotonicMs();
    return [...this.#attempts.values()].filter(({ dueMs }) => isFlush || dueMs <= now).map(({ job }) => job);
  }

  /** Whether a part is an input of one of these jobs: it belongs to no other. */
  holds({ tenant, segment, windowStart }: SegmentPartInfo): boolean {
    const isPart = (input: CutJob["inputs"][number]): boolean =>
      input.segment === segment && input.windowStart === windowStart;
    return [...this.#attempts.values()].some(({ job }) => job.tenant === tenant && job.inputs.some(isPart));
  }

  /** Notes that a job begins: it has failed unless {@link remove} is called. */
  add(job: CutJob): void {
    const failures = this.#attempts.get(job.id)?.failures ?? 0;
    const waitMs = Math.min(firstWaitMs * 2 ** failures, longestWaitMs);
    this.#attempts.set(job.id, { job, failures: failures + 1, dueMs: this.#clock.monotonicMs() + waitMs });
  }

  /** The job is done, or given up. */
  remove(job: CutJob): void {
    this.#attempts.delete(job.id);
    if (this.#attempts.size === 0) this.#sinceMs = undefined;
  }

  /** A job has failed. */
  fail(): void {
    this.#sinceMs ??= this.#clock.nowMs();
  }
}
