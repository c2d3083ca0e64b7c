import { BasaltError, type TenantId } from "@basalt/model";
import { abortError } from "@basalt/runtime";

/** Bounds of a queue. */
export interface FairQueueOptions {
  /** Pieces of work at once. */
  readonly runningMax: number;
  /** Pieces of one tenant that wait; over it the next one is refused with `queue_full`. */
  readonly waitingPerTenantMax: number;
}

interface Waiter {
  readonly start: () => void;
}

/**
 * Lets a bounded number of pieces of work run at once. Those that wait are taken from the tenants in turn, the oldest of
 * each first, so that one tenant's flood delays its own queries most.
 */
export class FairQueue {
  private readonly options: FairQueueOptions;
  /** Tenants in the order of their turns; the first is next. */
  private readonly waiting = new Map<TenantId, Set<Waiter>>();
  private running = 0;

  constructor(options: FairQueueOptions) {
    this.options = options;
  }

  get runningCount(): number {
    return this.running;
  }

  get waitingCount(): number {
    let count = 0;
    for (const waiters of this.waiting.values()) count += waiters.size;
    return count;
  }

  /**
   * Runs the work when it is its turn.
   *
   * @throws BasaltError `queue_full`, the reason of the signal while it waits, and what the work throws.
   */
  async run<T>(tenant: TenantId, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.running >= this.options.runningMax) await this.wait(tenant, signal);
    else this.running++;
    try {
      return await work();
    } finally {
      this.passOn();
    }
  }

  /** Resolves when a place has been handed over. */
  private wait(tenant: TenantId, signal: AbortSignal | undefined): Promise<void> {
    const waiters = this.waiting.get(tenant) ?? new Set<Waiter>();
    const { waitingPerTenantMax } = this.options;
    if (waiters.size >= waitingPerTenantMax) {
      const message = `too many outstanding requests: ${waiters.size} of ${waitingPerTenantMax} queries of tenant ${tenant} wait (-query-scheduler.max-outstanding-requests-per-tenant)`;
      return Promise.reject(new BasaltError("queue_full", message, { retryAfterSeconds: 1 }));
    }
    if (signal?.aborted === true) return Promise.reject(abortError(signal));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        signal?.removeEventListener("abort", abort);
        waiters.delete(waiter);
        if (waiters.size === 0) this.waiting.delete(tenant);
      };
      const abort = (): void => {
        leave();
        if (signal !== undefined) reject(abortError(signal));
      };
      const waiter: Waiter = {
        start: () => {
          leave();
          resolve();
        },
      };
      waiters.add(waiter);
      this.waiting.set(tenant, waiters);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Hands the place over to the next tenant's oldest waiter, or gives it back. */
  private passOn(): void {
    for (const [tenant, waiters] of this.waiting) {
      const waiter: Waiter | undefined = waiters.values().next().value;
      if (waiter === undefined) continue;
      // This tenant's turn comes again after all others'.
      this.waiting.delete(tenant);
      this.waiting.set(tenant, waiters);
      waiter.start();
      return;
    }
    this.running--;
  }
}
