import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteWriter } from "./byte-writer.ts";
import type { FlameGraph, FlameGraphDiff } from "./flame-graph.ts";
import { flameGraph, flameGraphDiff } from "./flame-graph.ts";
import { flamebearerJson, flameGraphJson } from "./flame-graph-json.ts";
import { flameGraphDiffProto, flameGraphProto } from "./flame-graph-proto.ts";
import { treeFromPicture } from "./testing/picture.ts";
import { randomTree, seededRandom } from "./testing/random-tree.ts";

const utf8 = new TextDecoder();
const odd = treeFromPicture('quo"te\\ 1\nnew\u0001line;\u{1f525} 9007199254740993\nz 9200000000000000000');

test("Connect JSON: int64 as strings, names escaped", () => {
  const levels = [
    ["0", "9209007199254740994", "0", "0"],
    ["0", "9007199254740993", "0", "3", "0", "1", "1", "2", "0", "9200000000000000000", "9200000000000000000", "1"],
    ["0", "9007199254740993", "9007199254740993", "4"],
  ];
  assert.deepEqual(JSON.parse(utf8.decode(flameGraphJson(flameGraph(odd, 0)))), {
    names: ["total", "z", 'quo"te\\', "new\u0001line", "\u{1f525}"],
    levels: levels.map((values) => ({ values })),
    total: "9209007199254740994",
    maxSelf: "9200000000000000000",
  });
});

test("Connect JSON of two sides names both totals", () => {
  const graph = flameGraphDiff(treeFromPicture("a 1"), treeFromPicture("a 2\nb 4"), 0);
  assert.equal(
    utf8.decode(flameGraphJson(graph)),
    '{"names":["total","b","a"],"levels":[{"values":["0","1","0","0","6","0","0"]},' +
      '{"values":["0","1","1","0","2","2","2","0","0","0","0","4","4","1"]}],' +
      '"total":"7","maxSelf":"4","leftTicks":"1","rightTicks":"6"}',
  );
});

test("Connect JSON leaves zeros out, as proto3 does", () => {
  assert.equal(
    utf8.decode(flameGraphJson(flameGraph(treeFromPicture(""), 0))),
    '{"names":["total"],"levels":[{"values":["0","0","0","0"]}]}',
  );
  const graph = flameGraphDiff(treeFromPicture(""), treeFromPicture("a 2"), 0);
  assert.match(utf8.decode(flameGraphJson(graph)), /\],"total":"2","maxSelf":"2","rightTicks":"2"\}$/);
});

test("flamebearer JSON: int64 as numbers with all digits, around them what the route says", () => {
  const rest = { metadata: { format: "single", sampleRate: 100 }, timeline: null, groups: null };
  assert.equal(
    utf8.decode(flamebearerJson(flameGraph(treeFromPicture("a 9007199254740993"), 0), rest)),
    '{"version":1,"flamebearer":{"names":["total","a"],"levels":[[0,9007199254740993,0,0],' +
      '[0,9007199254740993,9007199254740993,1]],"numTicks":9007199254740993,"maxSelf":9007199254740993},' +
      '"metadata":{"format":"single","sampleRate":100},"timeline":null,"groups":null,"heatmap":null}',
  );
  const pair = flameGraphDiff(treeFromPicture("a 1"), treeFromPicture("a 2"), 0);
  const parsed = JSON.parse(utf8.decode(flamebearerJson(pair, { ...rest, metadata: { format: "double" } })));
  assert.deepEqual([parsed.leftTicks, parsed.rightTicks, parsed.flamebearer.numTicks], [1, 2, 3]);
});

/** A message as [field, value] pairs: the plain reading of the protobuf encoding. */
function fieldsOf(bytes: Uint8Array): [number, bigint | Uint8Array][] {
  const fields: [number, bigint | Uint8Array][] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const value = varint();
    if ((tag & 7) === 0) fields.push([tag >> 3, value]);
    else {
      fields.push([tag >> 3, bytes.subarray(at, at + Number(value))]);
      at += Number(value);
    }
  }
  return fields;
}

function varintsOf(bytes: Uint8Array): string[] {
  // Field 1 before each varint makes them fields.
  const spread: number[] = [8];
  for (const [i, byte] of bytes.entries()) spread.push(byte, ...(byte < 0x80 && i + 1 < bytes.length ? [8] : []));
  return bytes.length === 0 ? [] : fieldsOf(Uint8Array.from(spread)).map(([, value]) => String(value));
}

/** What a reader of the protobuf sees, in the shape of Connect's JSON. */
function seenInProto(bytes: Uint8Array): Record<string, unknown> {
  const names: string[] = [];
  const levels: { values: string[] }[] = [];
  const sums: Record<string, string> = {};
  for (const [field, value] of fieldsOf(bytes)) {
    if (typeof value === "bigint")
      sums[["total", "maxSelf", "leftTicks", "rightTicks"][field - 3] ?? ""] = String(value);
    else if (field === 1) names.push(utf8.decode(value));
    else levels.push({ values: fieldsOf(value).flatMap(([, packed]) => varintsOf(packed as Uint8Array)) });
  }
  return { names, levels, ...sums };
}

function assertSame(graph: FlameGraph | FlameGraphDiff, proto: Uint8Array, what: string): void {
  const json = JSON.parse(utf8.decode(flameGraphJson(graph)));
  assert.deepEqual(seenInProto(proto), json, what);
}

test("protobuf says what JSON says", () => {
  assertSame(flameGraph(odd, 0), flameGraphProto(flameGraph(odd, 0)), "odd names and large values");
  assertSame(flameGraph(treeFromPicture(""), 0), flameGraphProto(flameGraph(treeFromPicture(""), 0)), "empty");
  const long = treeFromPicture(`${"n".repeat(20000)} 1\n${"m".repeat(127)} 1\n${"m".repeat(128)} 1`);
  assertSame(flameGraph(long, 0), flameGraphProto(flameGraph(long, 0)), "long names");
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const trees = [1, 2].map(() => randomTree(random, { functions: 9, stacks: 300, depth: 12 }));
    const [left = odd, right = odd] = trees;
    assertSame(flameGraph(left, 100), flameGraphProto(flameGraph(left, 100)), `seed ${seed}`);
    const pair = flameGraphDiff(left, right, 100);
    assertSame(pair, flameGraphDiffProto(pair), `seed ${seed}, two sides`);
  }
});

test("numbers of every length are written with all digits and bytes", () => {
  const around = (value: bigint): bigint[] => [value - 1n, value, value + 1n].filter((n) => n >= 0n && n < 2n ** 63n);
  const values = Array.from({ length: 64 }, (_, bits) => around(2n ** BigInt(bits))).flat();
  for (let digits = 1; digits <= 18; digits++) values.push(...around(10n ** BigInt(digits)));
  for (const value of values) {
    const [low, high] = [Number(value & 0xffffffffn), Number(value >> 32n)];
    const writer = new ByteWriter(1);
    writer.decimal64(low, high);
    assert.equal(utf8.decode(writer.finish()), String(value));
    const bytes = new ByteWriter(1);
    bytes.varint64(low, high);
    assert.deepEqual(varintsOf(bytes.finish()), [String(value)]);
  }
});
