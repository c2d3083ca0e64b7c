import assert from "node:assert/strict";
import { test } from "node:test";
import type { BlockId, ProducerId, TenantId } from "@basalt/model";
import type { BlockMeta, SourcePart } from "./block/block-meta.ts";
import type { IngesterSnapshot } from "./row-source.ts";
import { visibleSet } from "./visibility.ts";

/** `id@window start`. */
function sourceOf(text: string): SourcePart {
  const [id = "", start = "0"] = text.split("@");
  return { id: id as BlockId, windowStart: BigInt(start) };
}

/** Sources as `id@window start`. */
function block(id: string, window: readonly [number, number], sources: readonly string[]): BlockMeta {
  const [start, end] = [BigInt(window[0]), BigInt(window[1])];
  return {
    id: id as BlockId,
    tenant: "t" as TenantId,
    producer: "p" as ProducerId,
    window: { start, end },
    range: { start, end: end - 1n },
    sources: sources.map(sourceOf),
    sampleIds: { spans: false, traces: false },
    partitions: [],
    files: [],
  };
}

/** Segments as `id@window start`. */
function snapshot(segments: readonly string[], heads: readonly string[] = []): IngesterSnapshot {
  return {
    heads: heads as readonly BlockId[],
    recentBlocks: [],
    damages: [],
    producer: "p" as ProducerId,
    windows: [],
    segments: segments.map((text) => {
      const { id, windowStart: at } = sourceOf(text);
      return { id, tenant: "t" as TenantId, path: id, windowStart: at, range: { start: at, end: at } };
    }),
  };
}

const cases: readonly [
  string,
  readonly BlockMeta[],
  IngesterSnapshot,
  { blocks: string[]; segments: string[]; doubled: string[] },
][] = [
  [
    "nothing is dropped without sources",
    [block("B", [0, 15], [])],
    snapshot(["S@0"]),
    { blocks: ["B"], segments: ["S@0"], doubled: [] },
  ],
  [
    "a block's sources are dropped",
    [block("B", [0, 15], ["S@0"])],
    snapshot(["S@0", "T@0"]),
    { blocks: ["B"], segments: ["T@0"], doubled: [] },
  ],
  [
    "but not their other windows",
    [block("B", [0, 15], ["S@0"])],
    snapshot(["S@0", "S@15"]),
    { blocks: ["B"], segments: ["S@15"], doubled: [] },
  ],
  [
    "a block of an hour covers the quarters it was made of, not one that has a block to come",
    [block("B", [0, 60], ["S@0", "S@45"])],
    snapshot(["S@0", "S@15", "S@45", "S@60"]),
    { blocks: ["B"], segments: ["S@15", "S@60"], doubled: [] },
  ],
  [
    "a compacted block covers blocks and what they covered",
    [block("B", [0, 15], ["S@0"]), block("C", [0, 60], ["B@0", "S@0"])],
    snapshot(["S@0"]),
    { blocks: ["C"], segments: [], doubled: [] },
  ],
  [
    "a block that is listed twice counts once",
    [block("B", [0, 15], []), block("B", [0, 15], [])],
    snapshot([]),
    { blocks: ["B"], segments: [], doubled: [] },
  ],
  [
    "a head that became a block meanwhile is told",
    [block("B", [0, 15], ["H@0"])],
    snapshot([], ["H", "I"]),
    { blocks: ["B"], segments: [], doubled: ["H"] },
  ],
];

for (const [name, blocks, one, expected] of cases) {
  test(`visible set: ${name}`, () => {
    const visible = visibleSet(blocks, [one]);
    assert.deepEqual(
      {
        blocks: visible.blocks.map(({ id }) => id),
        segments: visible.segments.map(({ id, windowStart }) => `${id}@${windowStart}`),
        doubled: visible.doubledHeads,
      },
      expected,
    );
  });
}

test("visible set: what two producers hold of a window is told; a covered block is no holder", () => {
  const partition = {
    service: "api",
    series: 1,
    rows: 1,
    samples: 1,
    functions: 1,
    mappings: 0,
    locations: 1,
    stacktraces: 2,
  };
  const own = { ...block("A", [0, 15], []), partitions: [partition] };
  const foreign = { ...own, id: "B" as BlockId, producer: "q" as ProducerId };
  const compacted = { ...foreign, id: "C" as BlockId, sources: ["A@0", "B@0"].map(sourceOf) };
  const told = (blocks: readonly BlockMeta[], windows: readonly bigint[]): string[] =>
    visibleSet(blocks, [{ ...snapshot([]), windows }]).unsettled.map(
      ({ service, window }) => `${service}@${window.start}`,
    );
  assert.deepEqual(told([own], [0n]), []);
  assert.deepEqual(told([own, foreign], []), ["api@0"]);
  assert.deepEqual(told([own, foreign, compacted], []), []);
  assert.deepEqual(told([own, foreign, compacted], [0n]), ["api@0"], "a late head");
});
