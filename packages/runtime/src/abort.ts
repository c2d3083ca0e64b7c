import { BasaltError } from "@basalt/model";
import type { Clock } from "./clock.ts";

/** Why a signal was aborted, as an error that clients may see: its reason if that is a BasaltError, else `canceled`. */
export function abortError(signal: AbortSignal): BasaltError {
  const reason: unknown = signal.reason;
  if (reason instanceof BasaltError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new BasaltError("deadline_exceeded", "the deadline has passed");
  }
  return new BasaltError("canceled", "the request was canceled");
}

/** @throws BasaltError `canceled`, or the signal's own reason, when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(signal);
}

/** A signal that ends at a deadline, and how to let go of it. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Drops the timer and the parent's listener; call it when the work has ended. */
  release(): void;
}

/**
 * Derives a signal that aborts with `deadline_exceeded` after a time, or with its parent.
 * The message may name the flag that governs the time.
 */
export function deadlineAfter(clock: Clock, timeoutMs: number, options: DeadlineOptions = {}): Deadline {
  const { parent, code = "deadline_exceeded", message = `no answer within ${timeoutMs} ms` } = options;
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent?.reason);
  const cancelTimer = clock.after(timeoutMs, () => controller.abort(new BasaltError(code, message)));
  if (parent?.aborted === true) follow();
  else parent?.addEventListener("abort", follow, { once: true });
  const release = (): void => {
    cancelTimer();
    parent?.removeEventListener("abort", follow);
  };
  return { signal: controller.signal, release };
}

/** What a deadline may know besides its time. */
export interface DeadlineOptions {
  readonly parent?: AbortSignal;
  /** Default `deadline_exceeded`. */
  readonly code?: "deadline_exceeded" | "query_timeout";
  readonly message?: string;
}
