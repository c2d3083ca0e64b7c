import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@basalt/calltree";
import { SymbolPartition } from "./symbol-partition.ts";
import { drawStack, drawValues, profileFromPicture } from "./testing/profile-picture.ts";
import { randomPicture, sumByStack } from "./testing/sums.ts";

const seed = 0x5eed;

function internedPicture(partition: SymbolPartition, picture: string, unused: readonly string[] = []): string[] {
  const profile = profileFromPicture(picture, unused);
  const ids = partition.intern(profile);
  return [...ids.subarray(0, profile.sampleCount)].map((stack) => drawStack(partition.tables(), stack));
}

const same = ["main;work", "main;work@work.go:12", "a>b>c", "bin!main;bin!work", "lib.so!0x1f;main", ""];
for (const stack of same) {
  test(`a stack keeps its content: ${stack === "" ? "the empty one" : stack}`, () => {
    assert.deepEqual(internedPicture(new SymbolPartition(seed), `${stack} 1`.trim()), [stack]);
  });
}

test("equal stacks are one, whatever numbers their profiles give to strings, functions and locations", () => {
  const partition = new SymbolPartition(seed);
  const first = profileFromPicture("main;work@w.go:1 1\nbin!main;a>b 1\nmain 1");
  const again = profileFromPicture("bin!main;a>b 5\nmain 1\nmain;work@w.go:1 9", ["junk", "more junk"]);
  const ids = [...partition.intern(first).subarray(0, 3)];
  const { stackCount } = partition;
  const idsAgain = [...partition.intern(again).subarray(0, 3)];
  assert.deepEqual([idsAgain[2], idsAgain[0], idsAgain[1]], ids);
  assert.equal(partition.stackCount, stackCount);
});

const different: readonly { readonly by: string; readonly stacks: readonly [string, string] }[] = [
  { by: "name", stacks: ["main", "mein"] },
  { by: "file", stacks: ["main@a.go:1", "main@b.go:1"] },
  { by: "line", stacks: ["main@a.go:1", "main@a.go:2"] },
  { by: "inlining", stacks: ["a;b", "a>b"] },
  { by: "order", stacks: ["a;b", "b;a"] },
  { by: "depth", stacks: ["a;a", "a;a;a"] },
  { by: "binary", stacks: ["one!main", "two!main"] },
  { by: "address, where it is all there is", stacks: ["lib.so!0x1", "lib.so!0x2"] },
  { by: "emptiness", stacks: ["a", ""] },
];
for (const { by, stacks } of different) {
  test(`stacks differ by ${by}`, () => {
    const profile = profileFromPicture(stacks.map((stack) => `${stack} 1`.trim()).join("\n"));
    const [first, second] = new SymbolPartition(seed).intern(profile);
    assert.notEqual(first, second);
  });
}

test("addresses of a binary with functions do not tell locations apart", () => {
  const partition = new SymbolPartition(seed);
  const [first] = partition.intern(profileFromPicture("bin!main 1"));
  const [second] = partition.intern(profileFromPicture("bin!main 1", ["moves", "the", "address"]));
  assert.equal(first, second);
  assert.equal(partition.tables().locationAddressLow[0], 0);
  assert.equal(partition.tables().mappingStart[0], 0n);
});

test("what no stack refers to is not held", () => {
  const partition = new SymbolPartition(seed);
  partition.intern(profileFromPicture("main 1", ["junk", "more"]));
  const { stringCount, functionCount, mappingCount, locationCount } = partition.tables();
  assert.deepEqual(
    { stringCount, functionCount, mappingCount, locationCount },
    {
      stringCount: 2,
      functionCount: 1,
      mappingCount: 0,
      locationCount: 1,
    },
  );
});

test("stack ids keep their meaning, and views hold, while the partition grows", () => {
  const partition = new SymbolPartition(seed);
  const random = seededRandom(11);
  const views = [];
  for (let i = 0; i < 30; i++) {
    const profile = profileFromPicture(randomPicture(random, 200), [`unused ${i}`]);
    const sums = sumByStack(partition.intern(profile), profile, partition);
    const tables = partition.tables();
    views.push({ tables, sums, drawn: drawValues(tables, sums) });
  }
  for (const { tables, sums, drawn } of views) assert.equal(drawValues(tables, sums), drawn);
  assert.equal(partition.tables(), partition.tables(), "nothing new, the same view");
});

test("random profiles: the sum by drawn stack is the same in and out", () => {
  for (let i = 1; i <= 30; i++) {
    const random = seededRandom(i);
    const partition = new SymbolPartition(i);
    const pictures = [randomPicture(random, 150), randomPicture(random, 150)];
    const expected = new Map<string, bigint>();
    const sums = new BigInt64Array(10_000);
    for (const picture of pictures) {
      const profile = profileFromPicture(picture, random() < 0.5 ? ["x"] : []);
      const ids = partition.intern(profile);
      for (const [sample, line] of picture.split("\n").entries()) {
        const [, stack = "", value = ""] = /^(?:(\S*) )?(\d+)$/.exec(line) ?? [];
        expected.set(stack, (expected.get(stack) ?? 0n) + BigInt(value));
        const id = ids[sample] ?? 0;
        sums[id] = (sums[id] ?? 0n) + BigInt(value);
      }
    }
    const lines = [...expected].map(([stack, value]) => `${stack.replaceAll(":0", "")} ${value}`.trim());
    assert.equal(drawValues(partition.tables(), sums), lines.sort().join("\n"), `seed ${i}`);
  }
});

test("tables of several sources become one by content", () => {
  const target = new SymbolPartition(seed);
  const drawn: string[] = [];
  const total = new BigInt64Array(5000);
  for (let i = 1; i <= 6; i++) {
    const picture = randomPicture(seededRandom(i), 100);
    const source = new SymbolPartition(i);
    const profile = profileFromPicture(picture, i % 2 === 0 ? ["other numbers"] : []);
    const sums = sumByStack(source.intern(profile), profile, source);
    const tables = source.tables();
    drawn.push(drawValues(tables, sums));
    const remap = target.internTables(tables);
    assert.equal(remap.length, tables.stackCount);
    for (const [stack, to] of remap.entries()) total[to] = (total[to] ?? 0n) + (sums[stack] ?? 0n);
  }
  const expected = new Map<string, bigint>();
  for (const line of drawn.join("\n").split("\n")) {
    const [, stack = "", value = ""] = /^(?:(\S*) )?(\d+)$/.exec(line) ?? [];
    expected.set(stack, (expected.get(stack) ?? 0n) + BigInt(value));
  }
  const lines = [...expected].map(([stack, value]) => `${stack} ${value}`.trim()).sort();
  assert.equal(drawValues(target.tables(), total), lines.join("\n"));
});

test("only marked stacks, and what they are built on, are taken from tables", () => {
  const source = new SymbolPartition(seed);
  const [, wanted = 0] = source.intern(profileFromPicture("a;b;c 1\na;b 1\nx;y 1"));
  const marks = new Uint8Array(source.stackCount);
  marks[wanted] = 1;
  const target = new SymbolPartition(seed);
  const remap = target.internTables(source.tables(), marks);
  assert.equal(drawStack(target.tables(), remap[wanted] ?? 0), "a;b");
  assert.deepEqual([target.stackCount, target.tables().functionCount], [3, 2]);
});

test("memory is accounted for at its capacity and grows with what is held", () => {
  const partition = new SymbolPartition(seed);
  const empty = partition.byteLength;
  assert.ok(empty < 32_000, `${empty} bytes for nothing`);
  partition.intern(profileFromPicture(randomPicture(seededRandom(1), 2000)));
  const { stringBytes, stackParent, stackLocation } = partition.tables();
  const columns = stringBytes.byteLength + stackParent.byteLength + stackLocation.byteLength;
  assert.ok(partition.byteLength > columns + empty / 2);
});

test("what strings may add to memory is known before they come", () => {
  const partition = new SymbolPartition(seed);
  for (let round = 0; round < 40; round++) {
    const picture = `${"x".repeat(1 + round * 400)}${round} 1`;
    const before = partition.tables().stringBytes.byteLength;
    const growth = partition.growthFor(picture.length);
    partition.intern(profileFromPicture(picture));
    assert.ok(partition.tables().stringBytes.byteLength <= before + growth, `round ${round}`);
  }
  assert.equal(partition.growthFor(0), 0);
});
