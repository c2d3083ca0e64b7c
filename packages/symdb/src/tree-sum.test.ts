import assert from "node:assert/strict";
import { test } from "node:test";
import { foldedStacks, seededRandom } from "@basalt/calltree";
import { BasaltError } from "@basalt/model";
import { selectStacks } from "./call-site.ts";
import { SymbolPartition } from "./symbol-partition.ts";
import type { SymbolTables } from "./symbol-tables.ts";
import { drawValues, profileFromPicture } from "./testing/profile-picture.ts";
import { randomPicture, sumByStack } from "./testing/sums.ts";
import { PathIndex, toCallTree } from "./tree-sum.ts";

function tablesOf(picture: string): { tables: SymbolTables; values: BigInt64Array } {
  const partition = new SymbolPartition(1);
  const profile = profileFromPicture(picture);
  const values = sumByStack(partition.intern(profile), profile, partition);
  return { tables: partition.tables(), values };
}

interface Case {
  readonly rule: string;
  readonly profile: string;
  readonly options?: Parameters<typeof toCallTree>[2];
  readonly tree: string;
}

const cases: readonly Case[] = [
  { rule: "nothing", profile: "", tree: "" },
  { rule: "files and lines do not tell functions apart", profile: "a@x.go:1 1\na@y.go:2 2", tree: "a 3" },
  {
    rule: "files tell functions apart when asked to",
    profile: "a@x.go:1 1\na@y.go:2 2\na@x.go:9 4",
    options: { tellFilesApart: true },
    tree: "a@x.go 5\na@y.go 2",
  },
  {
    rule: "inlined functions are nodes below their caller",
    profile: "m;a>b>c;d 1\nm;a>b 2",
    tree: "m;a;b 2\nm;a;b;c;d 1",
  },
  { rule: "recursion keeps its depth", profile: "a;a 1\na;a;a 2", tree: "a;a 1\na;a;a 2" },
  { rule: "an address without functions", profile: "main;/lib/libc.so!0x1f 3", tree: "main;libc.so+0x1f 3" },
  { rule: "an address without a binary", profile: "0x1f 3", tree: "unknown+0x1f 3" },
  { rule: "the empty stack", profile: "7\na 1", tree: "[no stack] 7\na 1" },
  { rule: "values above 2^53", profile: "a 9007199254740993\na@x:1 2", tree: "a 9007199254740995" },
  { rule: "a call site", profile: "m;a 1\nm;b 2\nm 4\nx;m 8", options: { callSite: ["m"] }, tree: "m 4\nm;a 1\nm;b 2" },
  {
    rule: "a call site that ends within inlined functions",
    profile: "m;a>b>c 1\nm;a>x 2\nm;a;b 4",
    options: { callSite: ["m", "a", "b"] },
    tree: "m;a;b 4\nm;a;b;c 1",
  },
  {
    rule: "a call site of the empty stack",
    profile: "7\na 1",
    options: { callSite: ["[no stack]"] },
    tree: "[no stack] 7",
  },
];
for (const { rule, profile, options, tree } of cases) {
  test(`a tree of stacks: ${rule}`, () => {
    const { tables, values } = tablesOf(profile);
    assert.equal(foldedStacks(toCallTree(tables, values, options)), tree);
    const selected = selectStacks(tables, options?.callSite ?? []);
    const kept = values.map((value, stack) => (selected[stack] === 1 ? value : 0n));
    const chosen = toCallTree(tables, kept, { ...options, callSite: [] });
    assert.equal(foldedStacks(chosen), tree, "selecting stacks first is the same");
  });
}

test("one index serves many queries: each tree is as if it were the only one", () => {
  const index = new PathIndex({ seed: 1 });
  const sources = [1, 2, 3].map((seed) => tablesOf(randomPicture(seededRandom(seed), 200)));
  const expected = sources.map(({ tables, values }) => foldedStacks(toCallTree(tables, values)));
  for (let round = 0; round < 3; round++) {
    for (const [i, { tables, values }] of sources.entries()) {
      const sum = index.sum();
      sum.add(tables, values);
      assert.equal(foldedStacks(sum.finish()), expected[i], `round ${round}, source ${i}`);
    }
  }
});

test("sums of several tables add up, also when queries run at once", () => {
  const index = new PathIndex({ seed: 1 });
  const sources = [4, 5, 6].map((seed) => tablesOf(randomPicture(seededRandom(seed), 200)));
  const [first, second] = [index.sum(), index.sum()];
  const all = new SymbolPartition(9);
  const total = new BigInt64Array(10_000);
  for (const { tables, values } of sources) {
    first.add(tables, values);
    second.add(tables, values);
    second.add(tables, values);
    for (const [stack, to] of all.internTables(tables).entries()) total[to] = (total[to] ?? 0n) + (values[stack] ?? 0n);
  }
  assert.equal(foldedStacks(first.finish()), foldedStacks(toCallTree(all.tables(), total)));
  assert.equal(
    foldedStacks(second.finish()),
    foldedStacks(
      toCallTree(
        all.tables(),
        total.map((value) => 2n * value),
      ),
    ),
  );
});

test("some stacks of a table, value by value, are what all of them with zeros are", () => {
  const index = new PathIndex({ seed: 1 });
  const { tables, values } = tablesOf(randomPicture(seededRandom(8), 300));
  const stacks = Uint32Array.from(values.keys()).filter((stack) => values[stack] !== 0n && stack % 3 === 0);
  const some = index.sum();
  some.addSome(
    tables,
    stacks,
    BigInt64Array.from(stacks, (stack) => values[stack] ?? 0n),
  );
  some.addSome(tables, stacks.subarray(0, 1), BigInt64Array.of(5n));
  some.addSome(tables, new Uint32Array(0), new BigInt64Array(0));
  const kept = values.map((value, stack) => (stacks.includes(stack) ? value : 0n));
  kept[stacks[0] ?? 0] = (kept[stacks[0] ?? 0] ?? 0n) + 5n;
  assert.equal(foldedStacks(some.finish()), foldedStacks(toCallTree(tables, kept)));
});

test("a partition that grows is followed", () => {
  const index = new PathIndex({ seed: 1 });
  const partition = new SymbolPartition(1);
  for (let seed = 1; seed <= 5; seed++) {
    const profile = profileFromPicture(randomPicture(seededRandom(seed), 120));
    const values = sumByStack(partition.intern(profile), profile, partition);
    const sum = index.sum();
    sum.add(partition.tables(), values);
    assert.equal(foldedStacks(sum.finish()), foldedStacks(toCallTree(partition.tables(), values)), `seed ${seed}`);
  }
});

test("an index that grew too large begins anew, and running queries do not notice", () => {
  const index = new PathIndex({ seed: 1, nodesMax: 3 });
  const { tables, values } = tablesOf("a;b;c;d 1");
  const before = index.sum();
  before.add(tables, values);
  const after = index.sum();
  after.add(tables, values);
  before.add(tables, values);
  assert.equal(foldedStacks(before.finish()), "a;b;c;d 2");
  assert.equal(foldedStacks(after.finish()), "a;b;c;d 1");
});

test("a sum that passes int64 is refused, and nothing of it is added", () => {
  const { tables, values } = tablesOf(`a ${2n ** 63n - 1n}`);
  const sum = new PathIndex({ seed: 1 }).sum();
  sum.add(tables, values);
  assert.throws(
    () => sum.add(tables, values),
    (thrown) => thrown instanceof BasaltError && thrown.code === "value_overflow",
  );
  assert.equal(foldedStacks(sum.finish()), drawValues(tables, values));
});
