import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import type { CallTree } from "./call-tree.ts";
import { oracleTree, oracleTreeBytes } from "./testing/oracle.ts";
import { foldedStacks, treeFromPicture } from "./testing/picture.ts";
import { randomTree, seededRandom } from "./testing/random-tree.ts";
import { treeBytes, treeFromBytes } from "./tree-bytes.ts";
import { decodeTree, encodeTree } from "./tree-codec.ts";
import { truncateTree } from "./truncate.ts";

const cuts: readonly {
  readonly rule: string;
  readonly tree: string;
  readonly nodesMax: number;
  readonly cut: string;
}[] = [
  { rule: "no limit", tree: "a 1\nb 2", nodesMax: 0, cut: "a 1\nb 2" },
  { rule: "all fit", tree: "a 1\nb 2", nodesMax: 2, cut: "a 1\nb 2" },
  { rule: "the rest goes into other", tree: "a;x 1\nb 2\nc 5", nodesMax: 1, cut: "c 5\nother 3" },
  { rule: "ties stay", tree: "a 2\nb 2\nc 1", nodesMax: 1, cut: "a 2\nb 2\nother 1" },
  {
    rule: "a real other takes the rest",
    tree: "other;x 9\nother 1\na 1\nb 8",
    nodesMax: 3,
    cut: "b 8\nother 2\nother;x 9",
  },
  { rule: "a real other always stays", tree: "other;x 1\nb 8", nodesMax: 1, cut: "b 8\nother;other 1" },
  {
    rule: "a real other of a file is another function",
    tree: "other@f 4\na@f 1\nb@f 8",
    nodesMax: 2,
    cut: "b@f 8\nother 1\nother@f 4",
  },
];
for (const { rule, tree, nodesMax, cut } of cuts) {
  test(`cutting a tree: ${rule}`, () => assert.equal(foldedStacks(truncateTree(treeFromPicture(tree), nodesMax)), cut));
}

test("tree bytes are those of the format", () => {
  const bytes = [0, 0, 2, 1, 98, 2, 0, 1, 97, 0, 1, 1, 120, 200, 1, 0];
  assert.deepEqual([...treeBytes(treeFromPicture("a;x 200\nb 2"), 0)], bytes);
  assert.deepEqual([...treeBytes(treeFromPicture(""), 0)], []);
});

test("random trees as tree bytes are what the plain reading of the format gives, and are read back", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { tree, nodesMax } = randomCase(seed);
    const bytes = treeBytes(tree, nodesMax);
    assert.deepEqual([...bytes], [...oracleTreeBytes(oracleTree(tree), nodesMax)], `seed ${seed}`);
    assert.equal(foldedStacks(treeFromBytes(bytes)), foldedStacks(truncateTree(tree, nodesMax)), `seed ${seed}`);
  }
});

function randomCase(seed: number): { tree: CallTree; nodesMax: number } {
  const random = seededRandom(seed);
  const tree = randomTree(random, { functions: 1 + Math.floor(random() * 8), stacks: 1 + random() * 60, depth: 9 });
  return { tree, nodesMax: Math.floor(random() * 50) - 2 };
}

const roundTrips: readonly { readonly name: string; readonly tree: string }[] = [
  { name: "an empty tree", tree: "" },
  { name: "the root's own value", tree: "5" },
  { name: "values of up to 63 bits", tree: "a 9223372036854750000\nb 127\nc 128\nd 16384" },
  { name: "files", tree: "f@x.go 1\nf@y.go;g@x.go 2" },
  { name: "names beyond ASCII and 127 bytes", tree: `\u{1f525} 1\n${"long".repeat(50)} 2\n${"\u00e4".repeat(70)} 3` },
];
for (const { name, tree } of roundTrips) {
  test(`a tree as columns of bytes comes back: ${name}`, () => {
    assert.equal(foldedStacks(decodeTree(encodeTree(treeFromPicture(tree)))), foldedStacks(treeFromPicture(tree)));
  });
}

test("random trees come back node by node", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { tree } = randomCase(seed);
    const back = decodeTree(encodeTree(tree));
    assert.deepEqual([back.parent, back.self], [tree.parent, tree.self], `seed ${seed}`);
    assert.equal(foldedStacks(back), foldedStacks(tree), `seed ${seed}`);
  }
});

test("only functions that nodes name are written", () => {
  const tree = treeFromPicture("a 1\nb 2");
  const functions = { names: [...tree.functions.names, "never", "used"] };
  assert.deepEqual(encodeTree({ ...tree, functions }), encodeTree(tree));
});

function outcomeOf(decode: () => CallTree): string {
  try {
    const tree = decode();
    for (let node = 1; node < tree.length; node++) assert.ok((tree.parent[node] ?? node) < node);
    for (const index of tree.functionIndex) assert.ok(index < tree.functions.names.length);
    return "a tree";
  } catch (thrown) {
    if (!(thrown instanceof BasaltError)) throw thrown;
    return thrown.code;
  }
}

const hostile: readonly { readonly name: string; readonly bytes: readonly number[]; readonly code: string }[] = [
  { name: "nothing", bytes: [], code: "tree_malformed" },
  { name: "another magic", bytes: [1, 2, 3, 4, 5], code: "tree_malformed" },
  { name: "a later version", bytes: [0x42, 0x43, 0x54, 2, 0, 0, 1, 0], code: "tree_malformed" },
  { name: "unknown flags", bytes: [0x42, 0x43, 0x54, 1, 2, 0, 1, 0], code: "tree_malformed" },
  { name: "a root alone", bytes: [0x42, 0x43, 0x54, 1, 0, 0, 1, 0], code: "a tree" },
  { name: "bytes after the end", bytes: [0x42, 0x43, 0x54, 1, 0, 0, 1, 0, 0], code: "tree_malformed" },
  { name: "no node", bytes: [0x42, 0x43, 0x54, 1, 0, 0, 0], code: "tree_malformed" },
  { name: "2^32 - 1 nodes", bytes: [0x42, 0x43, 0x54, 1, 0, 0, 255, 255, 255, 255, 15, 0], code: "tree_malformed" },
  { name: "2^28 functions", bytes: [0x42, 0x43, 0x54, 1, 0, 128, 128, 128, 128, 1], code: "tree_malformed" },
  { name: "a node that is its own parent", bytes: [0x42, 0x43, 0x54, 1, 0, 0, 2, 0, 0, 0, 0], code: "tree_malformed" },
  { name: "a parent before the root", bytes: [0x42, 0x43, 0x54, 1, 0, 0, 2, 2, 0, 0, 0], code: "tree_malformed" },
  { name: "a function of none", bytes: [0x42, 0x43, 0x54, 1, 0, 0, 2, 1, 1, 0, 0], code: "tree_malformed" },
  {
    name: "a number of 64 bits",
    bytes: [0x42, 0x43, 0x54, 1, 0, 0, 1, ...Array(9).fill(255), 1],
    code: "tree_malformed",
  },
  {
    name: "a sum of 64 bits",
    bytes: [0x42, 0x43, 0x54, 1, 0, 0, 2, 1, 0, ...Array(8).fill(255), 127, 1],
    code: "value_overflow",
  },
];
for (const { name, bytes, code } of hostile) {
  test(`bytes of a tree may be anything: ${name}`, () => {
    assert.equal(
      outcomeOf(() => decodeTree(Uint8Array.from(bytes))),
      code,
    );
  });
}

const hostileTreeBytes: readonly { readonly name: string; readonly bytes: readonly number[]; readonly code: string }[] =
  [
    { name: "a named root", bytes: [1, 97, 0, 0], code: "tree_malformed" },
    { name: "a child that is missing", bytes: [0, 0, 1], code: "tree_malformed" },
    { name: "2^31 children", bytes: [0, 0, 128, 128, 128, 128, 8, 0, 0, 0], code: "tree_malformed" },
    { name: "a name past the end", bytes: [0, 0, 1, 90, 97, 0, 0], code: "tree_malformed" },
    { name: "bytes after the end", bytes: [0, 1, 0, 0], code: "tree_malformed" },
    { name: "siblings of one name", bytes: [0, 0, 2, 1, 97, 1, 0, 1, 97, 2, 0], code: "a tree" },
  ];
for (const { name, bytes, code } of hostileTreeBytes) {
  test(`tree bytes may be anything: ${name}`, () => {
    assert.equal(
      outcomeOf(() => treeFromBytes(Uint8Array.from(bytes))),
      code,
    );
  });
}

test("trees with flipped, cut or doubled bytes are a tree or an error with a code", () => {
  const random = seededRandom(99);
  const outcomes = new Set<string>();
  for (let i = 0; i < 4000; i++) {
    const { tree } = randomCase(1 + (i % 20));
    const bytes = i % 2 === 0 ? encodeTree(tree) : treeBytes(tree, 0);
    for (let flips = Math.floor(random() * 3); flips >= 0; flips--) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const cut = random() < 0.3 ? bytes.subarray(0, random() * bytes.length) : bytes;
    outcomes.add(outcomeOf(() => (i % 2 === 0 ? decodeTree(cut) : treeFromBytes(cut))));
  }
  for (const outcome of outcomes) assert.match(outcome, /^(a tree|tree_malformed|value_overflow)$/);
  assert.ok(outcomes.size > 1);
});
