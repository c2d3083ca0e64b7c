import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "./error.ts";
import { parseTime } from "./parse-time.ts";
import { alignDown, windowStart } from "./time.ts";

const now = 1_795_178_379_000_000_000n;
const hour = 3_600_000_000_000n;

const cases: readonly [text: string, time: bigint][] = [
  ["now", now],
  ["", now],
  ["now-1h", now - hour],
  ["now-1h30m", now - hour - hour / 2n],
  ["now-1h+30min", now - hour / 2n],
  ["yesterday-1d", now - 24n * hour],
  ["now - 1 h", now - hour],
  ["1795178379", now],
  ["1795178379000", now],
  ["1795178379000000", now],
  ["1795178379000000000", now],
  ["20261121", 1_795_219_200_000_000_000n],
  ["20261332", 20_261_332_000_000_000n],
  ["1_795_178_379", now],
];
for (const [text, time] of cases) test(`time ${JSON.stringify(text)}`, () => assert.equal(parseTime(text, now), time));

for (const text of ["soon", "now-", "now-1x", "now-h", "99999999999999999999", "9999999999999999999", "NaN", "1e9"]) {
  test(`time refused: ${text}`, () => {
    assert.throws(
      () => parseTime(text, now),
      (error) => error instanceof BasaltError && error.code === "time_invalid",
    );
  });
}

test("windows are aligned, also before 1970", () => {
  assert.equal(windowStart(900_000_000_001n), 900_000_000_000n);
  assert.equal(windowStart(-1n), -900_000_000_000n);
  assert.equal(alignDown(-900n, 900n), -900n);
});
