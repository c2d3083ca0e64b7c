import { setTimeout as sleepFor } from "node:timers/promises";
import { nanosPerMilli } from "@basalt/model";
import { abortError, throwIfAborted } from "../abort.ts";
import type { Clock } from "../clock.ts";

/** setTimeout treats a longer delay as 1 ms; nothing here waits for 24 days. */
const delayMsMax = 2_147_483_647;

/** The machine's clock and timers. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  nowNanos: () => BigInt(Date.now()) * nanosPerMilli,
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), delayMsMax));
    timer.unref();
    return () => clearTimeout(timer);
  },
  sleep: async (delayMs, signal) => {
    throwIfAborted(signal);
    try {
      await sleepFor(delayMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted === true) throw abortError(signal);
      throw error;
    }
  },
};
