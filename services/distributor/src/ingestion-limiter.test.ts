import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymousTenant, BasaltError, parseTenantId } from "@basalt/model";
import { ManualClock } from "@basalt/runtime";
import { IngestionLimiter } from "./ingestion-limiter.ts";

const other = parseTenantId("other");

function limiter(bytesPerSecond: number, burstBytes: number): { clock: ManualClock; limiter: IngestionLimiter } {
  const clock = new ManualClock();
  return { clock, limiter: new IngestionLimiter(clock, () => ({ bytesPerSecond, burstBytes })) };
}

function isRefused(one: IngestionLimiter, bytes: number, tenant = anonymousTenant): number | undefined {
  try {
    one.admit(tenant, bytes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof BasaltError && error.code === "ingestion_rate_limited");
    return error.retryAfterSeconds;
  }
}

test("a rate of 0 lets everything in", () => {
  const { limiter: one } = limiter(0, 0);
  for (let i = 0; i < 100; i++) assert.equal(isRefused(one, 1e12), undefined);
});

test("the burst goes in, then the rate holds, and says when to come again", async () => {
  const { clock, limiter: one } = limiter(100, 300);
  assert.equal(isRefused(one, 200), undefined);
  assert.equal(isRefused(one, 300), undefined);
  assert.equal(isRefused(one, 1), 3);
  assert.equal(isRefused(one, 1, other), undefined, "tenants do not share a bucket");
  await clock.advance(3000);
  assert.equal(isRefused(one, 1), undefined);
});

test("what was admitted small and turned out large is charged", () => {
  const { limiter: one } = limiter(100, 100);
  assert.equal(isRefused(one, 10), undefined);
  one.charge(anonymousTenant, 1090);
  assert.equal(isRefused(one, 1), 11);
});
