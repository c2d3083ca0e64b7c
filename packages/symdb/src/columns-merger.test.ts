import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@basalt/calltree";
import type { SampleColumns, SymbolColumns } from "@basalt/model";
import { BasaltError } from "@basalt/model";
import { ColumnsMerger } from "./columns-merger.ts";
import { SymbolPartition } from "./symbol-partition.ts";
import { drawValues, profileFromPicture } from "./testing/profile-picture.ts";
import { randomPicture, sumByStack } from "./testing/sums.ts";

function drawColumns(columns: SymbolColumns & SampleColumns): string {
  const partition = new SymbolPartition(3);
  const values = sumByStack(partition.intern(columns), columns, partition);
  assert.equal(values.filter((value) => value !== 0n).length, columns.sampleCount, "each stack is one sample");
  return drawValues(partition.tables(), values);
}

function merged(pictures: readonly string[], callSite: readonly string[] = []): SymbolColumns & SampleColumns {
  const merger = new ColumnsMerger(7, callSite);
  for (const [i, picture] of pictures.entries()) {
    const partition = new SymbolPartition(i);
    const profile = profileFromPicture(picture, i % 2 === 0 ? [] : ["junk"]);
    merger.add(partition.tables(), new BigInt64Array(1));
    const values = sumByStack(partition.intern(profile), profile, partition);
    merger.add(partition.tables(), values);
  }
  return merger.finish();
}

const cases: readonly { rule: string; pictures: readonly string[]; callSite?: readonly string[]; profile: string }[] = [
  { rule: "nothing", pictures: [], profile: "" },
  { rule: "equal stacks add up", pictures: ["a;b@f.go:1 1", "a;b@f.go:1 2\na 4"], profile: "a 4\na;b@f.go:1 3" },
  { rule: "lines and files are kept apart", pictures: ["a@f.go:1 1", "a@f.go:2 2"], profile: "a@f.go:1 1\na@f.go:2 2" },
  {
    rule: "inlining and binaries are kept",
    pictures: ["bin!a>b 1", "lib.so!0x1f 2"],
    profile: "bin!a>b 1\nlib.so!0x1f 2",
  },
  { rule: "empty stacks keep their values", pictures: ["5", "6\na 1"], profile: "11\na 1" },
  { rule: "values above 2^53", pictures: ["a 9007199254740993", "a 2"], profile: "a 9007199254740995" },
  { rule: "a call site", pictures: ["a;b 1\nc 2", "a 4\nb;a 8"], callSite: ["a"], profile: "a 4\na;b 1" },
];
for (const { rule, pictures, callSite, profile } of cases) {
  test(`a merged profile: ${rule}`, () => assert.equal(drawColumns(merged(pictures, callSite)), profile));
}

test("random profiles merge to the sum of their stacks, and only what is referenced is there", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const pictures = [randomPicture(random, 60), randomPicture(random, 60)];
    const columns = merged(pictures);
    const together = new SymbolPartition(1);
    const profile = profileFromPicture(pictures.join("\n"));
    const values = sumByStack(together.intern(profile), profile, together);
    assert.equal(drawColumns(columns), drawValues(together.tables(), values), `seed ${seed}`);
    const used = new Set(columns.stackLocation);
    assert.equal(used.size, columns.locationCount, `seed ${seed}`);
  }
});

test("a sum that passes int64 is refused", () => {
  assert.throws(
    () => merged([`a ${2n ** 63n - 1n}`, "b 1"]),
    (thrown) => thrown instanceof BasaltError && thrown.code === "value_overflow",
  );
});
