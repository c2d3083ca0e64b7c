import assert from "node:assert/strict";
import { test } from "node:test";
import { type ProfileColumns, stringAt } from "@basalt/model";
import { fixtureFolders, fixtureProfiles } from "../testing/fixtures.ts";
import { profileText, stackNames } from "../testing/profile-text.ts";
import {
  bytesOf,
  content,
  functionOf,
  location,
  number,
  packed,
  sample,
  sampleType,
  strings,
} from "../testing/wire-text.ts";
import { PprofDecoder } from "./decode.ts";
import { ProfileRepairer, type RepairedProfile, type RepairOptions } from "./repair.ts";

const options: RepairOptions = { spyName: "", stackDepthMax: 0, symbolBytesMax: 0 };

function repair(bytes: Uint8Array, changed: Partial<RepairOptions> = {}): RepairedProfile {
  return new ProfileRepairer().repair(new PprofDecoder().decode(bytes), { ...options, ...changed });
}

/** A profile of one sample type whose functions and locations are named, numbered from 1 on. */
function named(...names: readonly string[]): number[] {
  return [
    ...strings("t", "u", ...names),
    ...sampleType(1, 2),
    ...names.flatMap((_, i) => functionOf(i + 1, i + 3)),
    ...names.flatMap((_, i) => location(i + 1, i + 1)),
  ];
}

function stacksOf(columns: ProfileColumns): string[] {
  return Array.from({ length: columns.sampleCount }, (_, i) => {
    return `${columns.values[i]} ${stackNames(columns, i).join(" ")}`;
  });
}

test("a profile that needs no repair is not copied", () => {
  const columns = new PprofDecoder().decode(bytesOf(named("a", "b"), sample([1, 2], [1]), sample([2], [0])));
  const repaired = new ProfileRepairer().repair(columns, { spyName: "gospy", stackDepthMax: 2, symbolBytesMax: 1 });
  assert.equal(repaired.columns, columns);
  assert.deepEqual(repaired.report, {
    negativeSampleCount: 0,
    negativeSums: [],
    truncatedStackCount: 0,
    emptyStackCount: 0,
    repairedStackCount: 0,
    shortenedStringCount: 0,
  });
});

test("samples with a negative value are left out, and counted with their values", () => {
  const label = (key: number): number[] => content(3, [...number(1, key), ...number(2, key)]);
  for (const large of [5n, 2n ** 60n]) {
    const bytes = bytesOf(
      strings("t", "u", "f", "x"),
      [...sampleType(1, 2), ...sampleType(2, 1), ...functionOf(1, 3), ...location(1, 1), ...location(2, 1)],
      content(2, [...packed(1, [1]), ...packed(2, [1, 2]), ...label(1)]),
      content(2, [...packed(1, [2, 1]), ...packed(2, [-3, large]), ...label(2)]),
      content(2, [...packed(1, [2]), ...packed(2, [4, 0]), ...label(4)]),
      content(2, [...packed(1, [2]), ...packed(2, [-1, -1])]),
    );
    const { columns, report } = repair(bytes);
    assert.equal(report.negativeSampleCount, 2);
    assert.deepEqual(report.negativeSums, [-4n, large - 1n]);
    assert.equal(profileText(columns), ["t u, u t", "1 2 | 0x0 f:0 | t=t", "4 0 | 0x0 f:0 | x=x"].join("\n"));
  }
});

test("stacks over the depth limit keep the root side under [truncated], empty ones are [no stack]", () => {
  const bytes = bytesOf(
    named("leaf", "b", "c", "root"),
    sample([1, 2, 3, 4], [1]),
    sample([2, 3, 4], [2]),
    sample([], [3]),
    sample([4], [4]),
  );
  const { columns, report } = repair(bytes, { stackDepthMax: 2 });
  assert.deepEqual(stacksOf(columns), ["1 [truncated] c root", "2 [truncated] c root", "3 [no stack]", "4 root"]);
  assert.deepEqual([report.truncatedStackCount, report.emptyStackCount], [2, 1]);

  const again = new ProfileRepairer().repair(columns, { ...options, stackDepthMax: 2 });
  assert.deepEqual(stacksOf(again.columns), stacksOf(columns), "cut again, nothing changes");
});

test("a stack of a million frames is cut", () => {
  const bytes = bytesOf(named("f", "root"), sample([...new Array<number>(1_000_000).fill(1), 2], [7]));
  const { columns } = repair(bytes, { stackDepthMax: 3 });
  assert.deepEqual(stacksOf(columns), ["7 [truncated] f f root"]);
});

test("locations without lines and lines without functions are named after binary and address", () => {
  const bytes = bytesOf(
    [...strings("t", "u", "main", "/usr/lib/libc.so.6", "C:\\app\\srv.exe"), ...sampleType(1, 2), ...functionOf(1, 3)],
    content(3, [...number(1, 1), ...number(5, 4)]),
    content(3, [...number(1, 2), ...number(5, 5)]),
    content(4, [...number(1, 1), ...number(2, 1), ...number(3, 0x1234)]),
    content(4, [...number(1, 2), ...number(2, 2), ...number(3, 0x7fff00001234n), ...content(4, number(2, 9))]),
    content(4, [...number(1, 3), ...number(3, 5)]),
    location(4, 1, 10),
    content(4, [...number(1, 5), ...content(4, number(1, 99)), ...content(4, number(1, 1))]),
    sample([1, 2, 3, 4, 5, 77], [1]),
  );
  const { columns } = repair(bytes);
  assert.deepEqual(stacksOf(columns), [
    "1 libc.so.6+0x1234 srv.exe+0x7fff00001234 unknown+0x5 main unknown+0x0 main unknown+0x0",
  ]);
  assert.equal(columns.lineNumber[columns.locationLineStart[1] ?? 0], 9, "line numbers stay");
});

test("overlong strings keep their last bytes, in whole characters", () => {
  const { columns, report } = repair(bytesOf(named("0123456789", "aé€𝄞", "short"), sample([1, 2, 3], [1])), {
    symbolBytesMax: 5,
  });
  assert.deepEqual(stacksOf(columns), ["1 56789 𝄞 short"]);
  assert.equal(report.shortenedStringCount, 2);
});

test("type parameters of shapes leave the names of Go functions alone", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["slices.Sort[go.shape.[]int,go.shape.int]", "slices.Sort"],
    ["sync.(*HashTrieMap[go.shape.interface {},go.shape.interface {}]).Load", "sync.(*HashTrieMap).Load"],
    ["a.F[go.shape.struct { X [3]int; Y map[string][]int }].func1", "a.F.func1"],
    ["a.F[go.shape.int].g[go.shape.string].func1", "a.F.g.func1"],
    ["a.(*[go.shape.", "a.(*[go.shape."],
    ["a.F[int]", "a.F[int]"],
    ["a.F[...]", "a.F[...]"],
    ["[go.shape.int]", ""],
    ["go.shape.int", "go.shape.int"],
    ["main.main", "main.main"],
  ];
  const bytes = bytesOf(
    named(...cases.map(([name]) => name)),
    sample(
      cases.map((_, i) => i + 1),
      [1],
    ),
  );
  const { columns } = repair(bytes, { spyName: "gospy" });
  assert.deepEqual(
    stackNames(columns, 0),
    cases.map(([, name]) => name),
  );
  const other = repair(bytes, { spyName: "pyspy" });
  assert.deepEqual(
    stackNames(other.columns, 0),
    cases.map(([name]) => name),
    "only of Go profiles",
  );
});

test("a Go profile without a spy is known by its source files", () => {
  for (const [file, expected] of [
    ["/src/main.go", "f"],
    ["/src/main.py", "f[go.shape.int]"],
    ["go", "f[go.shape.int]"],
  ] as const) {
    const bytes = bytesOf(
      [...strings("t", "u", "f[go.shape.int]", file), ...sampleType(1, 2), ...location(1, 1), ...sample([1], [1])],
      content(5, [...number(1, 1), ...number(2, 3), ...number(4, 4)]),
    );
    assert.deepEqual(stackNames(repair(bytes).columns, 0), [expected], file);
  }
});

test("the corpus comes out with the sums that went in, every frame named", () => {
  const repairer = new ProfileRepairer();
  const decoder = new PprofDecoder();
  let emptyCount = 0;
  for (const { file, bytes } of fixtureProfiles(fixtureFolders.corpus)) {
    const columns = decoder.decode(bytes);
    const repaired = repairer.repair(columns, { spyName: "", stackDepthMax: 1000, symbolBytesMax: 65535 });
    assert.deepEqual(repaired.columns.values, columns.values, file);
    assert.equal(repaired.columns.sampleCount, columns.sampleCount);
    emptyCount += repaired.report.emptyStackCount;
    for (let i = 0; i < repaired.columns.sampleCount; i++) {
      assert.ok((repaired.columns.stackStart[i + 1] ?? 0) > (repaired.columns.stackStart[i] ?? 0), file);
    }
    for (let i = 0; i < repaired.columns.functionCount; i++) {
      assert.ok(!stringAt(repaired.columns, repaired.columns.functionName[i] ?? 0).includes("go.shape."), file);
    }
  }
  assert.equal(emptyCount, 7);
});
