import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@basalt/calltree";
import { murmur3 } from "@basalt/model";
import { SymbolPartition } from "./symbol-partition.ts";
import type { SymbolTables } from "./symbol-tables.ts";
import { drawStack, drawValues, profileFromPicture } from "./testing/profile-picture.ts";
import { randomPicture, sumByStack } from "./testing/sums.ts";

function partitionOf(picture: string, seed = 1, unused: readonly string[] = []): SymbolPartition {
  const partition = new SymbolPartition(seed);
  partition.intern(profileFromPicture(picture, unused));
  return partition;
}

function allOf(partition: SymbolPartition): SymbolTables {
  return partition.compact(new Uint8Array(partition.stackCount).fill(1)).tables;
}

function drawn(tables: SymbolTables): string[] {
  return Array.from({ length: tables.stackCount }, (_, stack) => drawStack(tables, stack));
}

/** Compacts with the stacks of all samples marked, and draws the stacks that are left, in their order. */
function drawnInOrder(picture: string): string[] {
  const partition = new SymbolPartition(1);
  const profile = profileFromPicture(picture);
  const marks = new Uint8Array(1000);
  for (const stack of partition.intern(profile).subarray(0, profile.sampleCount)) marks[stack] = 1;
  return drawn(partition.compact(marks).tables);
}

const orders: readonly { readonly rule: string; readonly picture: string; readonly order: readonly string[] }[] = [
  {
    rule: "stacks of rows come last, in the order of their first sight",
    picture: "a;z 1\na;b;c 1\na;y 1",
    order: ["", "a", "a;b", "a;z", "a;b;c", "a;y"],
  },
  {
    rule: "what they are built on comes first, as a depth-first walk meets it",
    picture: "a;b;1 1\nx;y;1 1\na;c;1 1\na;b;d;1 1",
    order: ["", "a", "a;b", "a;b;d", "a;c", "x", "x;y", "a;b;1", "x;y;1", "a;c;1", "a;b;d;1"],
  },
  {
    rule: "a stack of a row that only stacks of rows are built on comes last too",
    picture: "a;b;c 1\na;b 1\nx 1",
    order: ["", "a", "a;b", "a;b;c", "x"],
  },
  {
    rule: "a stack of a row that others are built on comes first",
    picture: "a 1\nx;y 1\na;b;c 1",
    order: ["", "a", "a;b", "x", "x;y", "a;b;c"],
  },
];
for (const { rule, picture, order } of orders) {
  test(`the order of stacks: ${rule}`, () => assert.deepEqual(drawnInOrder(picture), order));
}

test("parents come before children, and references are counted anew in the order of use", () => {
  const tables = allOf(partitionOf("a;b 1\nx;y 1\na;c 1\nx;z 1\na;b;d 1"));
  assert.deepEqual(drawn(tables), ["", "a", "a;b", "x", "x;y", "a;c", "x;z", "a;b;d"]);
  assert.deepEqual([...tables.stackParent], [0, 0, 1, 0, 3, 1, 3, 2]);
  assert.deepEqual([...tables.stackLocation], [0, 0, 1, 2, 3, 4, 5, 6]);
});

test("only what the marked stacks need is left, and arrays are as long as their counts", () => {
  const partition = partitionOf("a;b>c@f.go:3 1\nbin!x;y 1\na;d 1");
  const marks = new Uint8Array(partition.stackCount);
  marks[2] = 1;
  const { tables, stackRemap } = partition.compact(marks);
  assert.deepEqual(drawn(tables), ["", "a", "a;b>c@f.go:3"]);
  assert.deepEqual([...stackRemap], [0, 1, 2, 0, 0, 0]);
  const { functionCount, mappingCount, stringCount, locationCount, lineCount } = tables;
  assert.deepEqual(
    { functionCount, mappingCount, stringCount, locationCount, lineCount },
    {
      functionCount: 3,
      mappingCount: 0,
      stringCount: 5,
      locationCount: 2,
      lineCount: 3,
    },
  );
  assert.equal(new TextDecoder().decode(tables.stringBytes), "acf.gob");
  assert.deepEqual([tables.stringLength.length, tables.stackHash.length, tables.locationLineStart.length], [5, 3, 3]);
});

test("nothing marked leaves the empty stack alone", () => {
  const partition = partitionOf("a;b 1");
  const { tables } = partition.compact(new Uint8Array(partition.stackCount));
  assert.deepEqual([tables.stackCount, tables.stringCount, tables.locationCount], [1, 1, 0]);
});

test("random partitions: each stack has its content and its value after compaction", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const partition = partitionOf(randomPicture(random, 300));
    const profile = profileFromPicture(randomPicture(random, 60));
    const sums = sumByStack(partition.intern(profile), profile, partition);
    const { tables, stackRemap } = partition.compact(Uint8Array.from(sums, (value) => (value === 0n ? 0 : 1)));
    const moved = new BigInt64Array(tables.stackCount);
    for (const [stack, value] of sums.entries()) if (value !== 0n) moved[stackRemap[stack] ?? 0] = value;
    assert.equal(drawValues(tables, moved), drawValues(partition.tables(), sums), `seed ${seed}`);
    for (let stack = 1; stack < tables.stackCount; stack++) assert.ok((tables.stackParent[stack] ?? stack) < stack);
  }
});

test("content hashes are equal for equal stacks of any partition, and no two stacks share one", () => {
  const hashOf = new Map<string, bigint>();
  const stackOf = new Map<bigint, string>();
  for (let seed = 1; seed <= 10; seed++) {
    const partition = partitionOf(randomPicture(seededRandom(seed), 200), seed, seed % 2 === 0 ? ["junk"] : []);
    const tables = allOf(partition);
    assert.deepEqual(
      [...partition.tables().stackHash].sort(),
      [...tables.stackHash].sort(),
      "a head's view and a block agree",
    );
    for (const [stack, text] of drawn(tables).entries()) {
      const hash = tables.stackHash[stack] ?? 0n;
      assert.equal(hashOf.get(text) ?? hash, hash, text);
      assert.equal(stackOf.get(hash) ?? text, text);
      hashOf.set(text, hash);
      stackOf.set(hash, text);
    }
  }
  assert.ok(hashOf.size > 500);
});

/** docs/formats/symbols.md, read plainly: a lane is MurmurHash3 over little-endian words. */
function lane(seed: number, ...words: number[]): number {
  return murmur3(new Uint8Array(Uint32Array.from(words).buffer), seed);
}

function plainHash(tables: SymbolTables, stack: number, seed: number): number {
  if (stack === 0) return 0;
  const text = (index = 0): number => {
    const [start = 0, length = 0] = [tables.stringStart[index], tables.stringLength[index]];
    return murmur3(tables.stringBytes.subarray(start, start + length), seed);
  };
  const location = tables.stackLocation[stack] ?? 0;
  const mapping = tables.locationMapping[location] ?? 0;
  const words = [
    mapping === 0 ? 0 : text(tables.mappingFilename[mapping - 1]),
    mapping === 0 ? 0 : text(tables.mappingBuildId[mapping - 1]),
    tables.locationAddressLow[location] ?? 0,
    tables.locationAddressHigh[location] ?? 0,
    tables.locationIsFolded[location] ?? 0,
  ];
  const [first = 0, end = 0] = tables.locationLineStart.subarray(location, location + 2);
  for (let line = first; line < end; line++) {
    const callee = (tables.lineFunction[line] ?? 0) - 1;
    const names = [tables.functionName, tables.functionSystemName, tables.functionFilename];
    const [name = 0, systemName = 0, file = 0] = names.map((column) => text(column[callee]));
    words.push(lane(seed, name, systemName, file, tables.functionStartLine[callee] ?? 0), tables.lineNumber[line] ?? 0);
  }
  return lane(seed, plainHash(tables, tables.stackParent[stack] ?? 0, seed), lane(seed, ...words));
}

test("content hashes are those of the format", () => {
  const tables = allOf(partitionOf(randomPicture(seededRandom(3), 100)));
  for (const [stack, hash] of tables.stackHash.entries()) {
    const high = BigInt(plainHash(tables, stack, 0x9e3779b9));
    assert.equal(hash, (high << 32n) | BigInt(plainHash(tables, stack, 0x51ed270b)), drawStack(tables, stack));
  }
});

test("content hashes are stored: they never change", () => {
  const tables = allOf(partitionOf("main;work@work.go:12 1\nlib.so!0x1f 1\nbin!a>b 1"));
  const hashes = drawn(tables).map((text, stack) => `${text} ${tables.stackHash[stack]?.toString(16)}`);
  assert.deepEqual(hashes, [
    " 0",
    "main 375edfcd261479a2",
    "main;work@work.go:12 54a63dc677c33c83",
    "lib.so!0x1f d39bbe3ad1279289",
    "bin!a>b e46bc3d9ff8200a1",
  ]);
});
