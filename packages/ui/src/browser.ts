/** The browser's clock and timers: the only file that touches them. */

/** Unix milliseconds. */
export function nowMs(): number {
  return Date.now();
}

/** Milliseconds since the page began, for animation and durations. */
export function monotonicMs(): number {
  return performance.now();
}

/** Runs the task once after so long; the answer cancels it. */
export function after(delayMs: number, task: () => void): () => void {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}
