import type { Clock, Random } from "@basalt/runtime";
import { askedDelayMs, type PassingReason, passingReason } from "./storage-error.ts";

/** Runs an attempt, and again where that may help and is allowed. */
export type Retry = <T>(attempt: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** Never tries again. */
export const tryOnce: Retry = (attempt) => attempt();

/** How often and when something is tried again. */
export interface RetrierOptions {
  readonly clock: Pick<Clock, "sleep">;
  readonly random: Pick<Random, "next">;
  /** Told of each retry, before its delay. */
  readonly onRetry?: (reason: PassingReason) => void;
  /** Attempts at one thing, the first included; default 5. */
  readonly attemptsMax?: number;
  /** Before the second attempt, at most; doubles with each. Default 100 ms, with `slow_down` 1 s. */
  readonly delayMs?: number;
}

const attemptsMaxDefault = 5;
const delayMsDefault = 100;

/** A storage that asks for less is left alone for ten times as long. */
const slowDownFactor = 10;

/** 10 s: a flush that fails after that is repeated by whoever owns it. */
const delayMsMax = 10_000;

/**
 * 50 retries at once, and one for each ten successes after: when a storage fails for everybody, retries add a tenth to its
 * load, not four times as much.
 */
const budgetMax = 50;
const budgetPerSuccess = 0.1;

/** Retries what may succeed when tried again, by the error's kind, within a budget for all that share the retrier. */
export class Retrier {
  /** Retries that may be made now. */
  budget: number = budgetMax;
  private readonly options: RetrierOptions;

  constructor(options: RetrierOptions) {
    this.options = options;
  }

  /** Runs attempts until one succeeds, fails for good, or no retry is left; then the last error is thrown. */
  readonly run: Retry = async (attempt, signal) => {
    const { attemptsMax = attemptsMaxDefault, clock, onRetry } = this.options;
    for (let attempts = 1; ; attempts++) {
      try {
        const result = await attempt();
        this.budget = Math.min(budgetMax, this.budget + budgetPerSuccess);
        return result;
      } catch (error) {
        const reason = passingReason(error);
        if (reason === undefined || attempts === attemptsMax || this.budget < 1) throw error;
        this.budget--;
        onRetry?.(reason);
        const delayMs = askedDelayMs(error) + this.delayMs(attempts, reason);
        await clock.sleep(Math.min(delayMs, delayMsMax), signal);
      }
    }
  };

  /** Anywhere between nothing and the whole delay, so that those who failed together do not come back together. */
  private delayMs(attempts: number, reason: PassingReason): number {
    const { delayMs = delayMsDefault, random } = this.options;
    const first = reason === "slow_down" ? delayMs * slowDownFactor : delayMs;
    return random.next() * Math.min(delayMsMax, first * 2 ** (attempts - 1));
  }
}
