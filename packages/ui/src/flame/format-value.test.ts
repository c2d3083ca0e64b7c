import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatChange, formatShare, formatValue } from "./format-value.ts";

const values: readonly (readonly [number, string, string])[] = [
  [0, "nanoseconds", "0 ns"],
  [950, "nanoseconds", "950 ns"],
  [1_234, "nanoseconds", "1.23 µs"],
  [12_340_000, "nanoseconds", "12.3 ms"],
  [999_900_000, "nanoseconds", "1.00 s"],
  [59_000_000_000, "nanoseconds", "59.0 s"],
  [90_000_000_000, "nanoseconds", "1.50 min"],
  [7_200_000_000_000, "nanoseconds", "2.00 h"],
  [-1_500_000, "nanoseconds", "-1.50 ms"],
  [2, "seconds", "2.00 s"],
  [1500, "milliseconds", "1.50 s"],
  [512, "bytes", "512 B"],
  [1023, "bytes", "1023 B"],
  [1536, "bytes", "1.50 KiB"],
  [5 * 1024 ** 3, "bytes", "5.00 GiB"],
  [7, "count", "7"],
  [1_234, "count", "1.23 k"],
  [999_999, "count", "1.00 M"],
  [2_500_000_000, "", "2.50 G"],
  [12, "goroutines", "12 goroutines"],
  [1_200, "goroutines", "1.20 k goroutines"],
  [Number.NaN, "bytes", "–"],
  [Number.POSITIVE_INFINITY, "count", "–"],
];

describe("formatValue", () => {
  for (const [value, unit, text] of values) {
    it(`${value} ${unit} is ${text}`, () => assert.equal(formatValue(value, unit), text));
  }
});

const shares: readonly (readonly [number, number, string])[] = [
  [0, 10, "0 %"],
  [10, 10, "100 %"],
  [1, 3, "33.3 %"],
  [1, 250, "0.40 %"],
  [1, 1e9, "< 0.01 %"],
  [1, 0, "–"],
];

describe("formatShare", () => {
  for (const [part, whole, text] of shares) {
    it(`${part} of ${whole} is ${text}`, () => assert.equal(formatShare(part, whole), text));
  }
});

const changes: readonly (readonly [number, number, string])[] = [
  [10, 10, "0 %"],
  [0, 0, "0 %"],
  [0, 4, "new"],
  [4, 0, "removed"],
  [100, 150, "+50.0 %"],
  [100, 60, "-40.0 %"],
  [1, 1001, "+100 k %"],
  [100, 100.5, "+0.50 %"],
];

describe("formatChange", () => {
  for (const [before, after, text] of changes) {
    it(`${before} to ${after} is ${text}`, () => assert.equal(formatChange(before, after), text));
  }
});
