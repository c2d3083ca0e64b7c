import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { allOfTime, isEmptyRange, nanoRange, planLabelRange, planRange } from "./plan-range.ts";

const nowMs = 1_700_000_000_000;
const free = { nowMs, lookbackMaxMs: 0, lengthMaxMs: 0 };
const dayMs = 86_400_000;

function code(wanted: string): (error: unknown) => boolean {
  return (error) => error instanceof BasaltError && error.code === wanted;
}

test("a Select call needs both ends, in order", () => {
  assert.throws(() => planRange({ startMs: 0n, endMs: 5n }, free), code("range_missing"));
  assert.throws(() => planRange({ startMs: 5n, endMs: 0n }, free), code("range_missing"));
  assert.throws(() => planRange({ startMs: 6n, endMs: 5n }, free), code("range_reversed"));
  assert.deepEqual(planRange({ startMs: 5n, endMs: 5n }, free), { startMs: 5n, endMs: 5n });
});

test("a range longer than the limit is refused, one before the look-back is empty, one across it is clamped", () => {
  const limited = { nowMs, lookbackMaxMs: 7 * dayMs, lengthMaxMs: dayMs };
  const now = BigInt(nowMs);
  const day = BigInt(dayMs);
  assert.throws(() => planRange({ startMs: now - day - 1n, endMs: now }, limited), code("range_too_long"));
  assert.deepEqual(planRange({ startMs: now - day, endMs: now }, limited), { startMs: now - day, endMs: now });
  assert.equal(planRange({ startMs: 1000n, endMs: 4000n }, limited), undefined);
  const across = planRange({ startMs: 1000n, endMs: now - 7n * day + 5n }, limited);
  assert.deepEqual(across, { startMs: now - 7n * day, endMs: now - 7n * day + 5n });
});

test("hostile times stay within int64 nanoseconds", () => {
  const range = nanoRange(planRange({ startMs: -(1n << 63n), endMs: (1n << 63n) - 1n }, free));
  assert.ok(range.start >= -(1n << 63n) && range.end < 1n << 63n, `${range.start} ${range.end}`);
});

test("the last millisecond is included in full", () => {
  assert.deepEqual(nanoRange({ startMs: 1n, endMs: 2n }), { start: 1_000_000n, end: 2_999_999n });
  assert.ok(isEmptyRange(nanoRange(undefined)));
});

test("labels without a range: the last hour and everything that is not yet in a block", () => {
  const { range, blocksSince } = planLabelRange({ startMs: 0n, endMs: 0n }, free);
  assert.equal(blocksSince, BigInt(nowMs - 3_600_000) * 1_000_000n);
  assert.deepEqual(range, allOfTime);
  const named = planLabelRange({ startMs: 1000n, endMs: 4000n }, free);
  assert.deepEqual(named, { range: { start: 1_000_000_000n, end: 4_000_999_999n }, blocksSince: allOfTime.start });
});
