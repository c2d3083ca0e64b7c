import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ErrorCode } from "@basalt/model";
import { BasaltError } from "@basalt/model";
import { ManualClock } from "../manual-clock.ts";
import { seededRandom } from "../seeded-random.ts";
import { RetryBudget, withRetries } from "./retry.ts";

const policy = { triesMax: 4, waitMinMs: 100, waitMaxMs: 300 };

/** Fails so many times with a code, then works; tells when it was tried. */
function failing(code: ErrorCode, times: number, budget: RetryBudget = new RetryBudget()) {
  const clock = new ManualClock();
  const controller = new AbortController();
  const triedMs: number[] = [];
  const surroundings = { clock, random: seededRandom(1), budget, signal: controller.signal };
  const done = withRetries(policy, surroundings, async (tryIndex) => {
    triedMs.push(clock.monotonicMs());
    if (tryIndex < times) throw new BasaltError(code, `try ${tryIndex}`);
    return tryIndex;
  });
  done.catch(() => undefined);
  return { clock, controller, triedMs, done };
}

describe("retries", () => {
  it("wait longer each time, up to a maximum, and give the result", async () => {
    const { clock, triedMs, done } = failing("not_ready", 3);
    await clock.advance(10_000);
    assert.equal(await done, 3);
    const waits = triedMs.slice(1).map((at, i) => at - (triedMs[i] ?? 0));
    for (const [i, most] of [100, 200, 300].entries()) {
      const wait = waits[i] ?? 0;
      assert.ok(wait >= most / 2 && wait <= most, `wait ${i} of ${wait} ms is within ${most / 2} and ${most}`);
    }
  });

  it("end with the last error when the tries are used up", async () => {
    const { clock, triedMs, done } = failing("not_ready", 9);
    await clock.advance(10_000);
    await assert.rejects(done, { message: "try 3" });
    assert.equal(triedMs.length, 4);
  });

  it("are not made for errors that will come again", async () => {
    const { triedMs, done } = failing("profile_malformed", 1);
    await assert.rejects(done, { code: "profile_malformed" });
    assert.equal(triedMs.length, 1);
  });

  it("end when the budget is spent, and successes earn it back", async () => {
    const budget = new RetryBudget(1);
    const first = failing("not_ready", 9, budget);
    await first.clock.advance(10_000);
    await assert.rejects(first.done, { message: "try 1" });
    const second = failing("not_ready", 1, budget);
    await assert.rejects(second.done, { message: "try 0" });
    for (let i = 0; i < 10; i++) budget.earn();
    const third = failing("not_ready", 1, budget);
    await third.clock.advance(10_000);
    assert.equal(await third.done, 1);
  });

  it("end when the caller gives up", async () => {
    const { clock, controller, done } = failing("not_ready", 9);
    await clock.advance(0);
    controller.abort();
    await assert.rejects(done, { code: "canceled" });
  });
});
