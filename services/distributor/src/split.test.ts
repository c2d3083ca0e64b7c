import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProfileColumns } from "@basalt/model";
import { splitSamples } from "./split.ts";

/** A profile of which only the sample labels matter: one line a sample, `key=value key=value`. */
function profile(samples: readonly string[]): ProfileColumns {
  const strings = [""];
  const intern = (text: string): number => {
    const found = strings.indexOf(text);
    return found >= 0 ? found : strings.push(text) - 1;
  };
  const starts = [0];
  const keys: number[] = [];
  const values: number[] = [];
  for (const sample of samples) {
    for (const pair of sample.split(" ").filter((text) => text !== "")) {
      const [key, value] = pair.split("=");
      keys.push(intern(key ?? ""));
      values.push(intern(value ?? ""));
    }
    starts.push(keys.length);
  }
  const encoded = strings.map((text) => new TextEncoder().encode(text));
  const stringLength = Uint32Array.from(encoded, (bytes) => bytes.length);
  const stringStart = new Uint32Array(strings.length);
  for (let i = 1; i < strings.length; i++) stringStart[i] = (stringStart[i - 1] ?? 0) + (stringLength[i - 1] ?? 0);
  const columns: Partial<ProfileColumns> = {
    stringBytes: Uint8Array.from(encoded.flatMap((bytes) => [...bytes])),
    stringCount: strings.length,
    stringStart,
    stringLength,
    sampleCount: samples.length,
    sampleLabelCount: keys.length,
    sampleLabelStart: Uint32Array.from(starts),
    sampleLabelKey: Uint32Array.from(keys),
    sampleLabelValue: Uint32Array.from(values),
  };
  return columns as ProfileColumns;
}

/** `{a=1}: 0 2` a line: the group's labels and the old indexes of its samples. */
function picture(samples: readonly string[], dropped: readonly string[] = []): string {
  const split = splitSamples(profile(samples), new Set(dropped));
  return split.groups
    .map(({ labels, sampleStart, sampleEnd }) => {
      const names = labels.map(({ name, value }) => `${name}=${value}`).join(",");
      const indexes = Array.from({ length: sampleEnd - sampleStart }, (_, i) => {
        return split.order === undefined ? sampleStart + i : split.order[sampleStart + i];
      });
      return `{${names}}: ${indexes.join(" ")}`;
    })
    .join("\n");
}

const cases: readonly [name: string, samples: readonly string[], dropped: readonly string[], picture: string][] = [
  ["no labels: one group, nothing moves", ["", "", ""], [], "{}: 0 1 2"],
  ["two values of one label", ["a=1", "a=2", "a=1"], [], "{a=1}: 0 2\n{a=2}: 1"],
  ["with and without", ["", "a=1", ""], [], "{}: 0 2\n{a=1}: 1"],
  ["the order of labels does not matter", ["a=1 b=2", "b=2 a=1"], [], "{a=1,b=2}: 0 1"],
  ["dropped labels merge their samples", ["a=1 thread_id=7", "a=1 thread_id=8"], ["thread_id"], "{a=1}: 0 1"],
  [
    "spans and traces never set series apart",
    ["span_id=00000000000000ff", "profile_id=01", "trace_id=aa"],
    [],
    "{}: 0 1 2",
  ],
  ["a name given twice: the first stands", ["a=1 a=2", "a=1"], [], "{a=1}: 0 1"],
  ["where one text ends matters", ["a=1b", "a1=b"], [], "{a=1b}: 0\n{a1=b}: 1"],
];
for (const [name, samples, dropped, expected] of cases) {
  test(`split: ${name}`, () => assert.equal(picture(samples, dropped), expected));
}

test("spans are eight raw bytes read little-endian and follow their sample", () => {
  const split = splitSamples(profile(["a=2 span_id=0100000000000000", "a=1 span_id=nonsense", "a=2"]), new Set());
  assert.deepEqual([...(split.order ?? [])], [0, 2, 1]);
  assert.deepEqual([...(split.spanId ?? [])], [1n, 0n, 0n]);
});

test("traces keep their sixteen bytes", () => {
  const split = splitSamples(profile(["", "trace_id=000102030405060708090a0b0c0d0e0f"]), new Set());
  assert.deepEqual([...(split.traceId?.subarray(16) ?? [])], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
});
