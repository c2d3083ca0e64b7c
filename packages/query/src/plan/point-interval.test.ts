import assert from "node:assert/strict";
import { test } from "node:test";
import { pointIntervalSeconds } from "./point-interval.ts";

const cases: readonly [name: string, seconds: number, step: number][] = [
  ["an empty range", 0, 15],
  ["an hour", 3600, 15],
  ["17.5 s a point", 17.5 * 1500, 15],
  ["just over 17.5 s a point", 17.5 * 1500 + 1, 20],
  ["a day", 86_400, 60],
  ["a week", 604_800, 300],
  ["a month", 2_592_000, 1800],
  ["a year", 31_536_000, 21_600],
  ["3,628,799 s a point", 3_628_799 * 1500, 2_592_000],
  ["3,628,800 s a point", 3_628_800 * 1500, 31_536_000],
];

for (const [name, seconds, step] of cases) {
  test(`${name} has a step of ${step} s`, () => assert.equal(pointIntervalSeconds(0, seconds * 1000), step));
}
