import { BasaltError } from "@basalt/model";
import { throwIfAborted } from "../abort.ts";
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";

/** How often and how patiently something is tried again. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly triesMax: number;
  /** Wait before the second try; each later wait is twice as long, up to `waitMaxMs`, with jitter. */
  readonly waitMinMs: number;
  readonly waitMaxMs: number;
}

/**
 * Bounds retries over all that share it: each success earns a tenth of a retry, so that when everything fails the load
 * grows by a tenth and not by `triesMax`. Source: the token bucket of gRPC's retry throttling (gRFC A6).
 */
export class RetryBudget {
  private readonly tenthsMax: number;
  /** Tenths of a retry: whole numbers add up exactly. */
  private tenths: number;

  /** Takes the retries that may come before any success. */
  constructor(reserveMax = 10) {
    this.tenthsMax = reserveMax * 10;
    this.tenths = this.tenthsMax;
  }

  earn(): void {
    this.tenths = Math.min(this.tenthsMax, this.tenths + 1);
  }

  /** Whether one retry more is allowed; takes it if so. */
  spend(): boolean {
    if (this.tenths < 10) return false;
    this.tenths -= 10;
    return true;
  }
}

/** What retries work with. */
export interface RetrySurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly budget: RetryBudget;
  readonly signal?: AbortSignal;
}

/** Whether trying again may help: by the kind of the error, never by its text. */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof BasaltError)) return false;
  return error.rpcCode === "unavailable" || error.rpcCode === "aborted";
}

/**
 * Tries until it works, the error is of another kind, or the tries, the budget or the time are used up.
 *
 * @throws the last error.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  surroundings: RetrySurroundings,
  act: (tryIndex: number) => Promise<T>,
): Promise<T> {
  const { clock, random, budget, signal } = surroundings;
  for (let tryIndex = 0; ; tryIndex++) {
    throwIfAborted(signal);
    try {
      const result = await act(tryIndex);
      budget.earn();
      return result;
    } catch (error) {
      if (tryIndex + 1 >= policy.triesMax || !isRetryable(error) || !budget.spend()) throw error;
      await clock.sleep(waitMs(policy, tryIndex, random), signal);
    }
  }
}

/** Full jitter over the upper half: waits neither bunch up nor vanish. */
function waitMs(policy: RetryPolicy, tryIndex: number, random: Random): number {
  const most = Math.min(policy.waitMaxMs, policy.waitMinMs * 2 ** tryIndex);
  return most * (0.5 + random.next() / 2);
}
