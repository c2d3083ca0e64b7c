import { BasaltError } from "@basalt/model";
import type { ObjectAttributes } from "./bucket.ts";

/** The error of every bucket for an object that is not there. */
export function objectNotFound(key: string): BasaltError {
  return new BasaltError("object_not_found", `object ${JSON.stringify(key)} does not exist`);
}

/** The error of every bucket for a range that the object does not have. */
export function rangeBeyondObject(key: string, end: number, bytes: number | undefined): BasaltError {
  const known = bytes === undefined ? `ends before ${end}` : `ends at ${bytes}, before ${end}`;
  return new BasaltError("range_beyond_object", `object ${JSON.stringify(key)} ${known}`);
}

/** A range of no bytes, which HTTP and files cannot be asked for, of an object with these attributes. */
export function nothingOf(key: string, offset: number, found: ObjectAttributes | undefined): Uint8Array {
  if (found === undefined) throw objectNotFound(key);
  if (offset > found.bytes) throw rangeBeyondObject(key, offset, found.bytes);
  return new Uint8Array();
}

/** Why a storage did not do what it was asked and may do it if asked again. */
export type PassingReason = "connection" | "timeout" | "answer" | "slow_down" | "incomplete";

/** The error for what may succeed when tried again; what was to be written may have been written nevertheless. */
export function storageUnavailable(
  what: string,
  options: {
    readonly reason: PassingReason;
    readonly cause?: unknown;
    readonly retryAfterSeconds?: number | undefined;
  },
): BasaltError {
  const { reason, cause, retryAfterSeconds } = options;
  const details = retryAfterSeconds === undefined ? { reason } : { reason, retryAfterSeconds };
  return new BasaltError("storage_unavailable", `the object storage is unavailable: ${what}`, {
    details,
    retryAfterSeconds: retryAfterSeconds ?? retryAfterSecondsDefault,
    cause,
  });
}

/** What clients are told where the storage does not say. */
const retryAfterSecondsDefault = 5;

/** Whether trying again may help, and if so why it failed. */
export function passingReason(error: unknown): PassingReason | undefined {
  if (!(error instanceof BasaltError) || error.code !== "storage_unavailable") return undefined;
  return error.details["reason"] as PassingReason;
}

/** How long the storage asked to be left alone, ms; 0 if it did not say. */
export function askedDelayMs(error: unknown): number {
  const seconds = error instanceof BasaltError ? error.details["retryAfterSeconds"] : undefined;
  return typeof seconds === "number" ? seconds * 1000 : 0;
}
