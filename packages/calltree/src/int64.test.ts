import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import {
  addLanes,
  checkSum,
  copyLanes,
  int64Max,
  isBelow,
  lanesOf,
  nonZeroIndexes,
  subtractLanes,
  sumValues,
} from "./int64.ts";
import { seededRandom } from "./testing/random-tree.ts";

const corners = [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 62n, int64Max];

test("lanes are the halves of each number, over the same memory", () => {
  const values = BigInt64Array.of(0n, (3n << 32n) | 5n);
  const lanes = lanesOf(values.subarray(1));
  assert.deepEqual([...lanes], [5, 3]);
  lanes[0] = 6;
  assert.equal(values[1], (3n << 32n) | 6n);
});

test("adding, subtracting, copying and comparing by lanes is what BigInts do", () => {
  const random = seededRandom(5);
  const values = [...corners];
  for (let i = 0; i < 200; i++)
    values.push(BigInt(Math.floor(random() * 2 ** 31)) * BigInt(Math.floor(random() * 2 ** 31)));
  for (const a of values) {
    for (const b of values) {
      const pair = BigInt64Array.of(a, b, a, a);
      const lanes = lanesOf(pair);
      assert.equal(isBelow(lanes, 0, lanes, 1), a < b, `${a} < ${b}`);
      addLanes(lanes, 2, lanes, 1);
      assert.equal(pair[2], BigInt.asIntN(64, a + b), `${a} + ${b}`);
      subtractLanes(lanes, 2, lanes, 1);
      assert.equal(pair[2], a, `${a} + ${b} - ${b}`);
      copyLanes(lanes, 3, lanes, 1);
      assert.equal(pair[3], b);
    }
  }
});

test("values that are not zero are found, in order", () => {
  const indexes = new Uint32Array(5);
  const values = BigInt64Array.of(0n, 1n, 2n ** 32n, 0n, 2n ** 62n);
  assert.equal(nonZeroIndexes(values, 5, indexes), 3);
  assert.deepEqual([...indexes.subarray(0, 3)], [1, 2, 4]);
  assert.equal(nonZeroIndexes(values, 2, indexes), 1);
});

const sums: readonly { readonly of: readonly bigint[]; readonly sum: bigint | "value_overflow" }[] = [
  { of: [], sum: 0n },
  { of: [int64Max], sum: int64Max },
  { of: [int64Max, 0n], sum: int64Max },
  { of: [int64Max, 1n], sum: "value_overflow" },
  { of: [5n, -1n], sum: "value_overflow" },
  { of: Array<bigint>(8).fill(int64Max), sum: "value_overflow" },
];
for (const { of, sum } of sums) {
  test(`the sum of [${of}] is ${sum}`, () => {
    const outcome = (): bigint | string => {
      try {
        return sumValues(BigInt64Array.from(of));
      } catch (thrown) {
        return thrown instanceof BasaltError ? thrown.code : String(thrown);
      }
    };
    assert.equal(outcome(), sum);
  });
}

test("sums are exact over more values than one chunk", () => {
  const values = new BigInt64Array((1 << 20) + 3).fill(2n ** 40n + 1n);
  assert.equal(sumValues(values), (2n ** 40n + 1n) * BigInt(values.length));
  assert.equal(sumValues(values, 2), 2n ** 41n + 2n);
  assert.equal(checkSum(5n), 5n);
});
