import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ManualClock } from "./manual-clock.ts";

describe("a manual clock", () => {
  it("fires timers in order of their time, then of their making, each at its own time", async () => {
    const clock = new ManualClock(1000);
    const fired: string[] = [];
    clock.after(20, () => fired.push(`late at ${clock.nowMs()}`));
    clock.after(10, () => fired.push(`first at ${clock.nowMs()}`));
    clock.after(10, () => fired.push("second"));
    clock.after(5, () => fired.push("never"))();
    await clock.advance(15);
    assert.deepEqual(fired, ["first at 1010", "second"]);
    assert.equal(clock.nowNanos(), 1_015_000_000n);
    await clock.advance(5);
    assert.deepEqual(fired, ["first at 1010", "second", "late at 1020"]);
    assert.equal(clock.timerCount, 0);
  });

  it("fires timers that timers and promises make on the way", async () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const tick = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(10);
        times.push(clock.monotonicMs());
      }
    };
    const ticking = tick();
    await clock.advance(100);
    await ticking;
    assert.deepEqual(times, [10, 20, 30]);
  });

  it("wakes a sleeper when its signal is aborted", async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(10, controller.signal);
    controller.abort();
    await assert.rejects(sleeping, { code: "canceled" });
    assert.equal(clock.timerCount, 0);
    await assert.rejects(clock.sleep(10, controller.signal), { code: "canceled" });
  });
});
