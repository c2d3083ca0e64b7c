import type { UnixNano } from "@basalt/model";

/** Stops a timer; calling it twice is harmless. */
export type Cancel = () => void;

/** Time, injected everywhere: nothing else in the house reads the wall clock or sets a timer. */
export interface Clock {
  /** Unix time, ms. */
  nowMs(): number;
  /** Unix time, ns. */
  nowNanos(): UnixNano;
  /** Milliseconds since some fixed instant; never goes back. */
  monotonicMs(): number;
  /** Calls once after a delay. The timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): Cancel;
  /** Resolves after a delay; rejects with the signal's reason when aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
