import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatByteSize, parseByteSize } from "./byte-size.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { editDistance, nearestName } from "./nearest.ts";

describe("durations", () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ["0", 0, "0s"],
    ["15s", 15_000, "15s"],
    ["1h30m", 5_400_000, "1h30m"],
    ["1.5h", 5_400_000, "1h30m"],
    ["250ms", 250, "250ms"],
    ["1m0.5s", 60_500, "1m500ms"],
    ["100us", 0.1, "0.1ms"],
    ["1w", 604_800_000, "168h"],
    ["1d12h", 129_600_000, "36h"],
    ["-5s", -5000, "-5s"],
  ];
  for (const [text, ms, shown] of cases) {
    it(`${text} is ${ms} ms and shows as ${shown}`, () => {
      assert.equal(parseDuration(text), ms);
      assert.equal(formatDuration(ms), shown);
      assert.equal(parseDuration(shown), ms);
    });
  }
  for (const text of ["", "5", "s", "1h 30m", "1x", "--5s", "1h-5m"]) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseDuration(text), undefined));
  }
});

describe("sizes", () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ["0", 0, "0"],
    ["1000", 1000, "1000"],
    ["4KiB", 4096, "4KiB"],
    ["128MiB", 134_217_728, "128MiB"],
    ["1.5GiB", 1_610_612_736, "1536MiB"],
    ["10MB", 10_000_000, "10000000"],
    ["2 k", 2048, "2KiB"],
  ];
  for (const [text, bytes, shown] of cases) {
    it(`${text} is ${bytes} bytes and shows as ${shown}`, () => {
      assert.equal(parseByteSize(text), bytes);
      assert.equal(formatByteSize(bytes), shown);
    });
  }
  for (const text of ["", "MiB", "-1", "1XB", "1e3"]) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseByteSize(text), undefined));
  }
});

describe("the nearest name", () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["flaw", "lawn", 2],
    ["same", "same", 0],
  ];
  for (const [a, b, distance] of cases) {
    it(`${a} is ${distance} from ${b}`, () => {
      assert.equal(editDistance(a, b, 100), distance);
      assert.equal(editDistance(b, a, 100), distance);
    });
  }

  it("is the nearest, if any is near", () => {
    assert.equal(nearestName("log.levle", ["log.format", "log.level"]), "log.level");
    assert.equal(nearestName("zzz", ["log.format", "log.level"]), undefined);
  });
});
