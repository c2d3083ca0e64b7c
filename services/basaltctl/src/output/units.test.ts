import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesText, isoTime, percentText, timeText, valueText } from "./units.ts";

const cases: readonly (readonly [shown: string, expected: string])[] = [
  [bytesText(0), "0 B"],
  [bytesText(1023), "1023 B"],
  [bytesText(1024), "1.00 KiB"],
  [bytesText(123 * 2 ** 20), "123.0 MiB"],
  [bytesText(2 ** 70), "1048576.0 PiB"],
  [isoTime(0n), "1970-01-01T00:00:00Z"],
  [isoTime(1_500_000_000n), "1970-01-01T00:00:01.5Z"],
  [isoTime(1_000_000_001n), "1970-01-01T00:00:01.000000001Z"],
  [isoTime(-1n), "1969-12-31T23:59:59.999999999Z"],
  [timeText(1_700_000_000_000_000_000n), "2023-11-14 22:13:20"],
  [valueText(999n, "nanoseconds"), "999 ns"],
  [valueText(1500n, "nanoseconds"), "1.50 µs"],
  [valueText(7_200_000_000_000n, "nanoseconds"), "2.00 h"],
  [valueText(-2048n, "bytes"), "-2.00 KiB"],
  [valueText(2n ** 63n - 1n, "count"), "9,223,372,036,854,775,807"],
  [percentText(1n, 3n), "33.33 %"],
  [percentText(1n, 0n), "-"],
];
for (const [shown, expected] of cases) test(`reads ${expected}`, () => assert.equal(shown, expected));
