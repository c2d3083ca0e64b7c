import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProfileColumns, TenantId, UnixNano } from "@basalt/model";
import { labelNames, labelValue } from "@basalt/model";
import { buildBatch } from "./batch-builder.ts";
import type { SplitSamples } from "./split.ts";

/** A profile of two types, `a` and `b`, of which only values matter: two of them a sample. */
function profile(values: Float64Array | BigInt64Array): ProfileColumns {
  const columns: Partial<ProfileColumns> = {
    stringBytes: new TextEncoder().encode("ab"),
    stringCount: 3,
    stringStart: Uint32Array.of(0, 0, 1),
    stringLength: Uint32Array.of(0, 1, 1),
    sampleTypeCount: 2,
    sampleTypeName: Uint32Array.of(1, 2),
    sampleTypeUnit: Uint32Array.of(0, 0),
    periodTypeName: 0,
    periodTypeUnit: 0,
    sampleCount: values.length / 2,
    stackStart: new Uint32Array(values.length / 2 + 1),
    stackLocation: new Uint32Array(0),
    values,
  };
  return columns as ProfileColumns;
}

/** `a[0,2)` for each row: its type and its samples. */
function rowsOf(values: Float64Array | BigInt64Array, split: SplitSamples): string {
  const batch = buildBatch(profile(values), {
    tenant: "anonymous" as TenantId,
    service: "shop",
    profileId: new Uint8Array(16),
    timeNanos: 1n as UnixNano,
    labels: [{ name: labelNames.name, value: "memory" }],
    split,
  });
  return batch.rows
    .map(({ labels, sampleStart, sampleEnd }) => `${labelValue(labels, labelNames.type)}[${sampleStart},${sampleEnd})`)
    .join(" ");
}

const whole = (sampleEnd: number): SplitSamples => ({ groups: [{ labels: [], sampleStart: 0, sampleEnd }] });
const halves = (order: readonly number[]): SplitSamples => ({
  groups: [
    { labels: [{ name: "half", value: "1" }], sampleStart: 0, sampleEnd: 1 },
    { labels: [{ name: "half", value: "2" }], sampleStart: 1, sampleEnd: 2 },
  ],
  order: Uint32Array.from(order),
});

const cases: readonly [name: string, values: readonly number[], split: SplitSamples, expected: string][] = [
  ["each type with a value has a row", [1, 1, 0, 1], whole(2), "a[0,2) b[0,2)"],
  ["a type of zeros has none", [1, 0, 0, 0], whole(2), "a[0,2)"],
  ["a profile of zeros has none at all", [0, 0, 0, 0], whole(2), ""],
  ["a group has rows of the types that it has values of", [1, 0, 0, 1], halves([0, 1]), "a[0,1) b[1,2)"],
  ["and its samples are looked up in their old order", [1, 0, 0, 1], halves([1, 0]), "a[1,2) b[0,1)"],
];
for (const [name, values, split, expected] of cases) {
  test(`rows: ${name}`, () => {
    assert.equal(rowsOf(Float64Array.from(values), split), expected);
    assert.equal(rowsOf(BigInt64Array.from(values, BigInt), split), expected);
  });
}
