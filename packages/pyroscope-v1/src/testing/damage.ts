import assert from "node:assert/strict";
import { BasaltError } from "@basalt/model";

/** Asserts that damaged bytes are refused by a code, whatever is read of them. */
export function assertRefused(read: () => unknown, what: string): void {
  assert.throws(read, (error) => isRefusal(error), what);
}

/** Runs a reader that may take the bytes or refuse them; nothing else may come of it. */
export function assertCalm(read: () => unknown, what: string): void {
  try {
    read();
  } catch (error) {
    assert.ok(isRefusal(error), `${what}: ${String(error)}`);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof BasaltError && (error.code === "block_corrupt" || error.code === "block_version");
}
