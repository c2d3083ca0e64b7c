import type { UnixNano } from "@basalt/model";
import { assert, nanosPerMilli } from "@basalt/model";
import { abortError, throwIfAborted } from "./abort.ts";
import type { Cancel, Clock } from "./clock.ts";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to advance: for tests and simulation. */
export class ManualClock implements Clock {
  private readonly startMs: number;
  private elapsedMs = 0;
  private order = 0;
  private readonly timers = new Set<Timer>();

  /** Starts at a unix time, ms. */
  constructor(startMs = 1_700_000_000_000) {
    this.startMs = startMs;
  }

  nowMs(): number {
    return this.startMs + this.elapsedMs;
  }

  nowNanos(): UnixNano {
    return BigInt(Math.trunc(this.nowMs())) * nanosPerMilli;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  after(delayMs: number, callback: () => void): Cancel {
    const timer = { atMs: this.elapsedMs + Math.max(delayMs, 0), order: this.order++, callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const abort = (): void => {
        cancel();
        if (signal !== undefined) reject(abortError(signal));
      };
      const cancel = this.after(delayMs, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Timers that wait. */
  get timerCount(): number {
    return this.timers.size;
  }

  /**
   * Lets time pass. Due timers fire in order of their time, then of their making; each sees its own time. Before the
   * first, between two and after the last, promises that are already settled run on.
   */
  async advance(byMs: number): Promise<void> {
    assert(byMs >= 0, "time does not run backwards");
    await settlePromises();
    const endMs = this.elapsedMs + byMs;
    for (let timer = this.dueBefore(endMs); timer !== undefined; timer = this.dueBefore(endMs)) {
      this.timers.delete(timer);
      this.elapsedMs = timer.atMs;
      timer.callback();
      await settlePromises();
    }
    this.elapsedMs = endMs;
    await settlePromises();
  }

  private dueBefore(endMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.atMs > endMs) continue;
      const isEarlier = first === undefined || timer.atMs < first.atMs;
      if (isEarlier || (timer.atMs === first?.atMs && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** A turn of the event loop comes after every microtask that is ready or becomes so meanwhile. */
function settlePromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
