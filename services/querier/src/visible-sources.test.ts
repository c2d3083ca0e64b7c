import assert from "node:assert/strict";
import { test } from "node:test";
import type { BlockId } from "@basalt/model";
import type { VisibleBlock, VisibleSegment } from "./visible-sources.ts";
import { visibleSources } from "./visible-sources.ts";

/** `A12<st`: block A of the windows 1 and 2 with the sources s and t. */
function block(text: string): VisibleBlock {
  const [head = "", sources = ""] = text.split("<");
  const windows = [...head.slice(1)].map(Number);
  const window = { start: BigInt(windows[0] ?? 1), end: BigInt((windows.at(-1) ?? 1) + 1) };
  return { id: head.slice(0, 1) as BlockId, sources: [...sources] as BlockId[], window };
}

/** `s1`: the part of segment s for window 1. */
function segment(text: string): VisibleSegment {
  return { id: text.slice(0, 1) as BlockId, windowStart: BigInt(text.slice(1)) };
}

const cases: readonly [name: string, blocks: string[], segments: string[], visible: string][] = [
  ["nothing was cut yet", [], ["s1", "t1"], "s1 t1"],
  ["a cut block takes the place of its segments", ["A1<st"], ["s1", "t1", "u1"], "A u1"],
  ["parts of other windows stay", ["A1<st"], ["s1", "s2", "t1", "t2"], "A s2 t2"],
  ["each window has its block", ["A1<s", "B2<s"], ["s1", "s2", "s3"], "A B s3"],
  ["a block of two windows takes the place of both parts", ["A12<s"], ["s1", "s2", "s3"], "A s3"],
  ["a block seen in the list and in the snapshot counts once", ["A1<s", "A1<s"], ["s1"], "A"],
  ["a compacted block takes the place of blocks and their segments", ["C12<ABst", "A1<s", "B2<t"], ["s1", "t2"], "C"],
  ["a replaced block still names its sources", ["C1<A", "A1<s"], ["s1"], "C"],
  ["a late segment stays beside the block of its window", ["A1<s"], ["s1", "z1"], "A z1"],
];
for (const [name, blocks, segments, expected] of cases) {
  test(name, () => {
    const visible = visibleSources({ blocks: blocks.map(block), segments: segments.map(segment), heads: [] });
    const parts = visible.segments.map(({ id, windowStart }) => `${id}${windowStart}`);
    assert.equal([...visible.blocks.map(({ id }) => id), ...parts].join(" "), expected);
    assert.equal(visible.overtakesHead, false);
  });
}

test("a block of what was a head when the ingester answered is noticed", () => {
  const heads = ["h" as BlockId];
  assert.ok(visibleSources({ blocks: [block("A1<sh")], segments: [], heads }).overtakesHead);
  assert.ok(!visibleSources({ blocks: [block("A1<s")], segments: [segment("s1")], heads }).overtakesHead);
});
