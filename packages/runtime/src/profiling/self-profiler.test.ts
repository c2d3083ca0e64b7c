import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ProfileColumns } from "@basalt/model";
import { RecordingLogger } from "../logs/logger.ts";
import { ManualClock } from "../manual-clock.ts";
import { SelfProfiler } from "./self-profiler.ts";

/** A profiler whose profiles are numbered, from 0, by their sample count. */
function numbered(push: (profile: ProfileColumns) => Promise<void>) {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  let begun = 0;
  let running = 0;
  const begin = async () => {
    const sampleCount = begun++;
    running++;
    const finish = async (): Promise<ProfileColumns> => {
      running--;
      return { sampleCount } as ProfileColumns;
    };
    return { finish };
  };
  const profiler = new SelfProfiler({ clock, logger, intervalMs: 15_000, push, begin });
  return { clock, logger, profiler, runningCount: () => running };
}

describe("self-profiling", () => {
  it("pushes each profile that has samples, at each interval, until it is stopped", async () => {
    const pushed: number[] = [];
    const { clock, profiler, runningCount } = numbered(async ({ sampleCount }) => void pushed.push(sampleCount));
    profiler.start();
    profiler.start();
    await clock.advance(45_000);
    assert.deepEqual(pushed, [1, 2]);
    await profiler.stop();
    await profiler.stop();
    assert.deepEqual(pushed, [1, 2]);
    assert.deepEqual([clock.timerCount, runningCount()], [0, 0]);
  });

  it("goes on after a push that failed, and says so", async () => {
    let pushes = 0;
    const { clock, logger, profiler } = numbered(async () => {
      pushes++;
      if (pushes === 1) throw new Error("planted");
    });
    profiler.start();
    await clock.advance(90_000);
    await profiler.stop();
    assert.ok(pushes >= 2);
    assert.deepEqual(
      logger.entries.map(({ message }) => message),
      ["self-profiling failed"],
    );
  });
});
