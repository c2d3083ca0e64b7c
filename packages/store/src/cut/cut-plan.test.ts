import assert from "node:assert/strict";
import { test } from "node:test";
import type { BlockId, ProducerId, TenantId } from "@basalt/model";
import type { SegmentPartInfo } from "../shard/segment-set.ts";
import { worldStartMs } from "../testing/store-world.ts";
import { planCuts, smallWindowBytes } from "./cut-plan.ts";

const minute = 60_000;

/** A part of a segment: its window by minutes from the hour, when its first row came, and whether it is large. */
function part(segment: string, windowMinute: number, firstMinute: number, isLarge: boolean): SegmentPartInfo {
  const start = BigInt(worldStartMs + windowMinute * minute) * 1_000_000n;
  return {
    segment: segment as BlockId,
    path: `${segment}.seg`,
    tenant: "ann" as TenantId,
    windowStart: start,
    range: { start, end: start },
    bytes: isLarge ? smallWindowBytes : 1000,
    rows: 1,
    samples: 1,
    firstWriteMs: worldStartMs + firstMinute * minute,
  };
}

interface PlanCase {
  readonly name: string;
  readonly parts: readonly SegmentPartInfo[];
  readonly nowMinute: number;
  readonly isFlush?: boolean;
  /** `start+length: segments` of each block, minutes. */
  readonly expected: readonly string[];
}

const cases: readonly PlanCase[] = [
  { name: "an open window waits", parts: [part("A", 0, 1, true)], nowMinute: 16, expected: [] },
  {
    name: "a large window is cut two minutes after its end",
    parts: [part("A", 0, 1, true)],
    nowMinute: 17,
    expected: ["0+15: A"],
  },
  {
    name: "all segments of a window become one block",
    parts: [part("A", 0, 1, true), part("B", 0, 9, false)],
    nowMinute: 17,
    expected: ["0+15: A B"],
  },
  { name: "a small window waits for its hour", parts: [part("A", 0, 1, false)], nowMinute: 61, expected: [] },
  {
    name: "small windows of an hour become one block",
    parts: [part("A", 0, 1, false), part("B", 30, 31, false)],
    nowMinute: 62,
    expected: ["0+60: A B"],
  },
  {
    name: "one small window of an hour is a block of its own width",
    parts: [part("A", 15, 16, false)],
    nowMinute: 62,
    expected: ["15+15: A"],
  },
  {
    name: "large windows do not wait for small ones",
    parts: [part("A", 0, 1, true), part("B", 15, 16, false)],
    nowMinute: 32,
    expected: ["0+15: A"],
  },
  {
    name: "a flush cuts what is open",
    parts: [part("A", 0, 1, false)],
    nowMinute: 2,
    isFlush: true,
    expected: ["0+15: A"],
  },
  {
    name: "a flush makes one block of an hour of little",
    parts: [part("A", 0, 1, false), part("B", 15, 16, true), part("C", 30, 31, false)],
    nowMinute: 32,
    isFlush: true,
    expected: ["0+60: A B C"],
  },
  {
    name: "a flush of more cuts large windows by themselves and joins the small ones",
    parts: [
      ...["A", "B", "C", "D"].map((segment) => part(segment, 0, 1, true)),
      part("E", 15, 16, false),
      part("F", 30, 31, false),
    ],
    nowMinute: 32,
    isFlush: true,
    expected: ["0+15: A B C D", "0+60: E F"],
  },
  {
    name: "rows that came late wait a quarter of an hour for others",
    parts: [part("A", 0, 90, true)],
    nowMinute: 104,
    expected: [],
  },
  { name: "and are cut then", parts: [part("A", 0, 90, true)], nowMinute: 105, expected: ["0+15: A"] },
  {
    name: "hours do not mix",
    parts: [part("A", -15, -14, false), part("B", 0, 1, false)],
    nowMinute: 62,
    expected: ["-15+15: A", "0+15: B"],
  },
];

for (const { name, parts, nowMinute, isFlush = false, expected } of cases) {
  test(`cut plan: ${name}`, () => {
    const options = {
      producer: "p" as ProducerId,
      nowMs: worldStartMs + nowMinute * minute,
      jitterMs: 0,
      isFlush,
      smallWindowBytes,
    };
    const jobs = planCuts(parts, options).map(({ window, inputs }) => {
      const at = (nanos: bigint): number => (Number(nanos / 1_000_000n) - worldStartMs) / minute;
      return `${at(window.start)}+${at(window.end) - at(window.start)}: ${inputs.map(({ segment }) => segment).join(" ")}`;
    });
    assert.deepEqual(jobs.sort(), [...expected].sort());
  });
}

test("the same sources make the same block, others another", () => {
  const plan = (parts: readonly SegmentPartInfo[]): unknown =>
    planCuts(parts, {
      producer: "p" as ProducerId,
      nowMs: worldStartMs,
      jitterMs: 0,
      isFlush: true,
      smallWindowBytes,
    })[0]?.id;
  const [a, b] = [part("A", 0, 1, false), part("B", 0, 1, false)];
  assert.equal(plan([a, b]), plan([b, a]));
  assert.notEqual(plan([a, b]), plan([a]));
  assert.notEqual(plan([a]), plan([part("A", 15, 1, false)]));
});
