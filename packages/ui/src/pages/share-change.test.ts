import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatPoints, shareChange } from "./share-change.ts";

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
