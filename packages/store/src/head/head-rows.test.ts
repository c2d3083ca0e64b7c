import assert from "node:assert/strict";
import { test } from "node:test";
import { drawBatch } from "../testing/draw-batch.ts";
import { HeadRows } from "./head-rows.ts";
import { SampleGrouper } from "./sample-grouper.ts";

interface AppendCase {
  readonly name: string;
  readonly stacks: readonly number[];
  readonly values: readonly (number | bigint)[];
  readonly spans?: readonly bigint[];
  /** `stack[@span]=value` in the head's order; undefined: the sum passes 2^63. */
  readonly expected: readonly string[] | undefined;
}

const cases: readonly AppendCase[] = [
  { name: "samples of one stack are summed", stacks: [5, 3, 5], values: [1, 2, 3], expected: ["5=4", "3=2"] },
  { name: "zeros are dropped", stacks: [1, 2, 3], values: [0, 7, 0], expected: ["2=7"] },
  { name: "a row may have no samples", stacks: [1], values: [0], expected: [] },
  { name: "the empty stack is a stack", stacks: [0, 0], values: [1, 2], expected: ["0=3"] },
  { name: "sums beyond 2^53 are exact", stacks: [1, 1], values: [2 ** 53 - 1, 2], expected: [`1=${2n ** 53n + 1n}`] },
  {
    name: "a total beyond 2^53 is exact",
    stacks: [1, 2],
    values: [2 ** 53 - 1, 2 ** 53 - 1],
    expected: [`1=${2n ** 53n - 1n}`, `2=${2n ** 53n - 1n}`],
  },
  {
    name: "values beyond 2^53 are exact",
    stacks: [1, 2],
    values: [2n ** 60n + 1n, 1n],
    expected: [`1=${2n ** 60n + 1n}`, "2=1"],
  },
  { name: "a sum beyond 2^63 is refused", stacks: [1, 2], values: [2n ** 62n, 2n ** 62n], expected: undefined },
  {
    name: "spans keep samples of one stack apart",
    stacks: [4, 4, 4],
    values: [1, 2, 3],
    spans: [7n, 0n, 7n],
    expected: ["4@7=4", "4=2"],
  },
];

function append(rows: HeadRows, { stacks, values, spans }: AppendCase): void {
  const samples = Object.fromEntries(values.map((value, i) => [`s${i}`, value]));
  const drawn = drawBatch({ tenant: "t", service: "s", timeNanos: 5n, id: 1, rows: [{ labels: {}, samples }] });
  const batch = spans === undefined ? drawn : { ...drawn, spanId: BigUint64Array.from(spans) };
  const range = { start: 0, end: stacks.length };
  const groups = new SampleGrouper().group(batch, Uint32Array.from(stacks), range, 10);
  rows.addIdColumns(batch);
  const { profileId, timeNanos, durationNanos, period } = batch;
  const [row] = batch.rows;
  assert.ok(row !== undefined);
  rows.append({ seriesIndex: 3, profileId, timeNanos, durationNanos, period }, batch, row, groups);
}

function textOf(rows: HeadRows, row: number): string[] {
  const texts: string[] = [];
  for (let at = rows.sampleStart[row] ?? 0; at < (rows.sampleStart[row + 1] ?? 0); at++) {
    const span = rows.spanId?.[at] ?? 0n;
    texts.push(`${rows.stackId[at]}${span === 0n ? "" : `@${span}`}=${rows.values[at]}`);
  }
  return texts;
}

for (const one of cases) {
  test(`head rows: ${one.name}`, () => {
    const rows = new HeadRows();
    if (one.expected === undefined) {
      assert.throws(() => append(rows, one), { code: "value_overflow" });
      assert.equal(rows.rowCount, 0);
      return;
    }
    // Twice: the second row meets columns that the first may have widened.
    append(rows, one);
    append(rows, one);
    assert.deepEqual(textOf(rows, 0), one.expected);
    assert.deepEqual(textOf(rows, 1), one.expected);
    const total = one.values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
    assert.equal(rows.total[1], total);
    assert.equal(rows.seriesIndex[1], 3);
  });
}

test("columns grow, and count what they hold", () => {
  const rows = new HeadRows();
  const many: AppendCase = { name: "", stacks: [1, 2, 3, 4, 5], values: [1, 2, 3, 4, 5], expected: [] };
  for (let i = 0; i < 5000; i++) append(rows, many);
  assert.equal(rows.sampleCount, 25_000);
  assert.deepEqual(textOf(rows, 4999), ["1=1", "2=2", "3=3", "4=4", "5=5"]);
  assert.ok(rows.byteLength >= 25_000 * 12 + 5000 * 56);
  assert.ok(rows.byteLength < 2.2 * (25_000 * 12 + 5000 * 56));
});
