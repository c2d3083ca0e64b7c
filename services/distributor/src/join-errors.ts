import { BasaltError, errorFromRecord } from "@basalt/model";
import type { ProfileOutcome } from "./raw-push.ts";

/** 20 errors tell the story; a batch of thousands of bad profiles must not make an answer of megabytes. */
const shownMax = 20;

/**
 * One error for all refused profiles of a push, with the code of the first; undefined when all were stored.
 * The good profiles of the batch are stored all the same.
 */
export function joinErrors(outcomes: readonly ProfileOutcome[]): BasaltError | undefined {
  const failed = outcomes.filter((outcome) => outcome.error !== undefined);
  // They come owner by owner; which one is the first must not depend on how many owners there are.
  failed.sort((a, b) => a.seriesIndex - b.seriesIndex);
  const first = failed[0]?.error;
  if (first === undefined) return undefined;
  const texts = failed.slice(0, shownMax).map((outcome) => {
    return `push series with index ${outcome.seriesIndex} and id ${outcome.id || "(none)"} failed: ${outcome.error?.message}`;
  });
  if (failed.length > shownMax) texts.push(`and ${failed.length - shownMax} more`);
  const message = `${failed.length} error${failed.length === 1 ? "" : "s"}: ${texts.join("; ")}`;
  const { code, rpcCode, details, retryAfterSeconds } = errorFromRecord(first);
  return new BasaltError(code, message, {
    rpcCode,
    details,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
