import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatPoints, shareChange, sortByChange } from "./share-change.ts";

describe("shareChange", () => {
  const whole = { left: 200, right: 100 };
  const cases: readonly (readonly [string, { left: number; right: number }, string])[] = [
    ["more of a smaller whole", { left: 50, right: 50 }, "+25.00 pp"],
    ["less", { left: 100, right: 10 }, "-40.00 pp"],
    ["the same share of another whole", { left: 20, right: 10 }, "0 pp"],
    ["new", { left: 0, right: 1 }, "+1.00 pp"],
    ["too little to show", { left: 0, right: 0.004 }, "0 pp"],
  ];
  for (const [rule, part, expected] of cases) {
    it(rule, () => assert.equal(formatPoints(shareChange(part, whole)), expected));
  }
  it("takes an empty side as no share", () => {
    assert.equal(shareChange({ left: 0, right: 5 }, { left: 0, right: 10 }), 50);
  });
});

describe("sortByChange", () => {
  const row = (name: string, left: number, right: number) => ({
    ...{ name, file: "", self: left + right, total: 0 },
    sides: { leftSelf: left, leftTotal: 0, rightSelf: right, rightTotal: 0 },
  });
  // b lost a quarter of its value, but of a side half as large: its share grew.
  const rows = [row("d", 4, 2), row("b", 20, 15), row("a", 40, 1), row("c", 4, 2)];
  const table = { rows, functionCount: 4, total: 100, rightTotal: 50 };
  const cases: readonly (readonly [string, string, boolean, string])[] = [
    ["the largest growth of share first", "selfChange", false, "b c d a"],
    ["the largest loss first", "selfChange", true, "a c d b"],
    ["names", "name", true, "a b c d"],
    ["names, backwards", "name", false, "d c b a"],
  ];
  for (const [rule, column, isAscending, expected] of cases) {
    it(rule, () => {
      const names = sortByChange(table, { column, isAscending }).map(({ name }) => name);
      assert.equal(names.join(" "), expected);
    });
  }
});
