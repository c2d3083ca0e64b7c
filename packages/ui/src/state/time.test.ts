import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { axisTimes, formatDuration, formatRange, parseRange, parseTime, stepSeconds, zoomOut } from "./time.ts";

const now = 1_750_000_000_000;

describe("parseTime", () => {
  const cases: readonly (readonly [string, string, number | undefined])[] = [
    ["now", "now", now],
    ["an hour ago", "now-1h", now - 3_600_000],
    ["several units", "now-1d12h", now - 129_600_000],
    ["spaces around", " now-30s ", now - 30_000],
    ["unix milliseconds", "1750000000123", 1_750_000_000_123],
    ["unix seconds", "1750000000", now],
    ["an ISO time", "2025-06-15T15:06:40Z", now],
    ["the future is no unit", "now+1h", undefined],
    ["a unit is needed", "now-1", undefined],
    ["an unknown unit", "now-1y", undefined],
    ["nothing", "", undefined],
    ["words", "yesterday", undefined],
    ["too large for a date", "9999999999999999", undefined],
  ];
  for (const [rule, text, expected] of cases) {
    it(rule, () => assert.equal(parseTime(text, now), expected));
  }
});

describe("ranges", () => {
  it("are read from both ends", () => {
    assert.deepEqual(parseRange("now-1m", "now", now), { startMs: now - 60_000, endMs: now });
  });
  it("say what is wrong", () => {
    assert.match(String(parseRange("x", "now", now)), /"x" is no time/);
    assert.match(String(parseRange("now", "y", now)), /"y" is no time/);
    assert.match(String(parseRange("now", "now-1h", now)), /ends before/);
  });
  it("are named by their length or their ends", () => {
    assert.equal(formatRange("now-6h", "now"), "Last 6h");
    assert.match(formatRange("1750000000000", "1750000060000"), /^\d{4}-\d\d-\d\d [\d:]{8} – [\d:]{8}$/);
  });
  it("grow around their middle, never past now", () => {
    assert.deepEqual(zoomOut({ startMs: 4000, endMs: 6000 }, 100_000), { startMs: 3000, endMs: 7000 });
    assert.deepEqual(zoomOut({ startMs: 4000, endMs: 6000 }, 6000), { startMs: 2000, endMs: 6000 });
  });
});

describe("axisTimes", () => {
  it("shows what differs from tick to tick", () => {
    const tick = new Date(2026, 0, 31, 9, 5, 30).getTime() / 1000;
    assert.deepEqual(
      [30, 60, 86_400].map((step) => axisTimes([tick, tick + step])[0]),
      ["09:05:30", "09:05", "01-31"],
    );
  });
});

describe("steps and durations", () => {
  it("give at most so many points", () => {
    for (const hours of [0.01, 1, 6, 24, 24 * 7, 24 * 400]) {
      const range = { startMs: 0, endMs: hours * 3_600_000 };
      assert.ok(range.endMs / 1000 / stepSeconds(range, 200) <= 200, `${hours} h`);
    }
  });
  it("use the largest even unit", () => {
    assert.deepEqual([60_000, 90_000, 5_400_000, 604_800_000].map(formatDuration), ["1m", "90s", "90m", "1w"]);
  });
});
