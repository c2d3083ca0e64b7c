import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseProfileType } from "../state/profile-type.ts";
import { alignRange, currentValue, lineOf } from "./points.ts";
import { formatPoint } from "./rate.ts";
import { sparkPath } from "./spark-path.ts";

const cpu = parseProfileType("process_cpu:cpu:nanoseconds:cpu:nanoseconds");
const inUse = parseProfileType("memory:inuse_space:bytes:space:bytes");

describe("lineOf", () => {
  it("lays points on steps, as cores, and leaves gaps", () => {
    const steps = { range: { startMs: 0, endMs: 45_000 }, stepSeconds: 15, type: cpu };
    const series = {
      points: [
        { timestamp: "15000", value: 30e9 },
        { timestamp: "45000", value: 7.5e9 },
      ],
    };
    const line = lineOf(series, "a", steps);
    assert.deepEqual(line.times, [0, 15, 30, 45]);
    assert.deepEqual(line.values, [null, 2, null, 0.5]);
    assert.equal(currentValue(line), 2);
    assert.equal(formatPoint(0.5, cpu), "0.50 cores");
  });
  it("leaves the values of a gauge as they are", () => {
    const steps = { range: { startMs: 0, endMs: 0 }, stepSeconds: 15, type: inUse };
    const line = lineOf({ points: [{ timestamp: "0", value: 2048 }] }, "a", steps);
    assert.deepEqual(line.values, [2048]);
    assert.equal(formatPoint(2048, inUse), "2.00 KiB");
  });
  it("gives gaps only for no series", () => {
    const line = lineOf(undefined, "a", { range: { startMs: 0, endMs: 15_000 }, stepSeconds: 15, type: cpu });
    assert.deepEqual(line.values, [null, null]);
    assert.equal(currentValue(line), undefined);
  });
});

describe("alignRange", () => {
  it("widens to whole steps", () => {
    assert.deepEqual(alignRange({ startMs: 1, endMs: 30_001 }, 15), { startMs: 0, endMs: 45_000 });
  });
});

describe("sparkPath", () => {
  it("breaks at gaps and draws a lone point", () => {
    const { stroke } = sparkPath([1, 2, null, 0]);
    assert.equal(stroke, "M0.0,18.5L80.0,2.0M240.0,35.0h1");
  });
});
