import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clampViewport, easeViewport, panViewport, viewportOf, zoomViewport } from "./viewport.ts";

const bounds = { start: 100, end: 300 };

describe("a viewport", () => {
  it("keeps the value under the cursor when it zooms", () => {
    const zoomed = zoomViewport({ start: 120, end: 220 }, { factor: 2, at: 0.25 }, bounds);
    assert.deepEqual(zoomed, { start: 132.5, end: 182.5 });
    assert.equal(zoomed.start + 50 * 0.25, 120 + 100 * 0.25);
  });
  it("never shows more than its bounds", () => {
    assert.deepEqual(zoomViewport({ start: 120, end: 220 }, { factor: 0.01, at: 0.5 }, bounds), bounds);
    assert.deepEqual(panViewport({ start: 120, end: 220 }, -9, bounds), { start: 100, end: 200 });
    assert.deepEqual(panViewport({ start: 120, end: 220 }, 9, bounds), { start: 200, end: 300 });
  });
  it("never shows less than a millionth of them", () => {
    const { start, end } = clampViewport({ start: 150, end: 150 }, bounds);
    assert.ok(end - start > 0.000_19 && end - start < 0.000_21);
  });
  it("of nothing is still a range", () => assert.deepEqual(viewportOf(5, 0), { start: 5, end: 6 }));
  it("eases from one to another", () => {
    assert.deepEqual(easeViewport({ start: 0, end: 1 }, bounds, 0), { start: 0, end: 1 });
    assert.deepEqual(easeViewport({ start: 0, end: 1 }, bounds, 1), bounds);
  });
});
