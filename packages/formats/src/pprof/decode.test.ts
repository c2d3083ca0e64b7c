import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError, type ProfileColumns } from "@basalt/model";
import { assertSameAsOracle } from "../testing/oracle.ts";
import { TestRandom } from "../testing/random.ts";
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
import { Profile } from "./gen/profile.ts";
import { defaultPprofLimits } from "./limits.ts";

function decode(...parts: readonly (readonly number[])[]): ProfileColumns {
  return new PprofDecoder().decode(bytesOf(...parts));
}

/** A profile of one sample type whose two functions and locations have ids 1 and 2. */
const symbols: readonly number[] = [
  ...strings("main", "work", "cpu", "ns"),
  ...sampleType(3, 4),
  ...functionOf(1, 1),
  ...functionOf(2, 2),
  ...location(1, 1, 10),
  ...location(2, 2, 20),
];

function stacks(columns: ProfileColumns): number[][] {
  return Array.from({ length: columns.sampleCount }, (_, i) => [
    ...columns.stackLocation.slice(columns.stackStart[i], columns.stackStart[i + 1]),
  ]);
}

test("values are exact over the whole range of int64", () => {
  const cases: readonly (readonly [string, readonly bigint[], boolean])[] = [
    ["small", [0n, 1n, 127n, 128n, 2n ** 32n], false],
    ["2^53 and -2^53 fit a float", [2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n], false],
    ["2^53 + 1 does not", [5n, 2n ** 53n + 1n, -7n], true],
    ["-2^53 - 1 does not", [-(2n ** 53n) - 1n], true],
    ["ends of the range", [2n ** 63n - 1n, -(2n ** 63n), 0n, -1n], true],
  ];
  for (const [name, values, isWide] of cases) {
    const columns = decode(symbols, ...values.map((value) => sample([1], [value])));
    assert.equal(columns.values instanceof BigInt64Array, isWide, name);
    assert.deepEqual([...columns.values.slice(0, values.length)].map(BigInt), values, name);
  }
});

test("a float column follows a bigint column when a decoder is used again", () => {
  const decoder = new PprofDecoder();
  decoder.decode(bytesOf(symbols, sample([1], [2n ** 60n])));
  const columns = decoder.decode(bytesOf(symbols, sample([1], [3])));
  assert.ok(columns.values instanceof Float64Array);
  assert.equal(columns.values[0], 3);
});

test("random 64-bit ids are exact, in any order of tables", () => {
  const random = new TestRandom(64);
  for (let round = 0; round < 20; round++) {
    const ids = Array.from({ length: 200 }, () => random.uint64() | 1n);
    const tables = [
      ...strings("f", "t", "u"),
      ...sampleType(2, 3),
      ...ids.flatMap((id) => functionOf(id, 1)),
      ...ids.flatMap((id, i) => location(id, ids[(i * 7) % 200] ?? 0n, i)),
    ];
    const samples = ids.flatMap((id, i) => sample([id, ids[(i * 3) % 200] ?? 0n, id ^ (1n << 63n)], [i]));
    const decoder = new PprofDecoder();
    for (const parts of [
      [tables, samples],
      [samples, tables],
    ]) {
      const bytes = bytesOf(...parts);
      assertSameAsOracle(decoder.decode(bytes), Profile.decode(bytes));
    }
  }
});

test("ids that differ in the high lane alone are different", () => {
  const columns = decode(
    strings("f", "t", "u"),
    sampleType(2, 3),
    functionOf(1, 1),
    location(5n, 1),
    location(5n + 2n ** 32n, 1),
    sample([5n + 2n ** 32n, 5n], [1]),
  );
  assert.deepEqual(stacks(columns), [[1, 0]]);
});

test("packed and unpacked fields, split fields and fields in any order read the same", () => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ["packed", sample([1, 2], [7])],
    ["unpacked", content(2, [...number(1, 1), ...number(1, 2), ...number(2, 7)])],
    ["mixed", content(2, [...number(2, 7), ...packed(1, [1]), ...number(1, 2)])],
    ["in pieces", content(2, [...packed(1, [1]), ...packed(2, [7]), ...packed(1, [2]), ...packed(1, [])])],
    [
      "unknown fields between",
      content(2, [...content(9, "?"), ...packed(1, [1, 2]), ...number(77, 3), ...packed(2, [7])]),
    ],
    ["tags longer than needed", content(2, [0x8a, 0, 2, 1, 2, 0x92, 0x80, 0, 1, 7])],
    ["varints longer than needed", content(2, [10, 5, 0x81, 0x80, 0, 0x82, 0, 18, 2, 0x87, 0])],
  ];
  for (const [name, message] of cases) {
    for (const columns of [decode(symbols, message), decode(message, symbols)]) {
      assert.deepEqual(stacks(columns), [[0, 1]], name);
      assert.equal(columns.values[0], 7, name);
    }
  }
});

test("the last of a repeated scalar wins, and messages of one field merge", () => {
  const columns = decode(
    symbols,
    number(9, 1),
    number(9, -5),
    number(12, 2n ** 63n - 1n),
    content(11, number(1, 3)),
    content(11, number(2, 4)),
    content(4, [...number(1, 8), ...number(1, 3), ...number(3, 1), ...number(3, 2n ** 64n - 1n), ...number(5, 1)]),
  );
  assert.equal(columns.timeNanos, -5n);
  assert.equal(columns.period, 2n ** 63n - 1n);
  assert.deepEqual([columns.periodTypeName, columns.periodTypeUnit], [3, 4]);
  assert.deepEqual([columns.locationAddressLow[2], columns.locationAddressHigh[2]], [0xffffffff, 0xffffffff]);
  assert.equal(columns.locationIsFolded[2], 1);
});

test("text labels are kept, numeric ones are not", () => {
  const columns = decode(
    symbols,
    content(2, [
      ...packed(1, [1]),
      ...packed(2, [1]),
      ...content(3, [...number(1, 3), ...number(2, 4)]),
      ...content(3, [...number(1, 3), ...number(3, 99), ...number(4, 4)]),
    ]),
    sample([1], [1]),
  );
  assert.deepEqual([columns.sampleLabelCount, columns.sampleLabelKey[0], columns.sampleLabelValue[0]], [1, 3, 4]);
  assert.deepEqual([...columns.sampleLabelStart.slice(0, 3)], [0, 1, 1]);
});

test("what real profiles get wrong is mended", () => {
  const unset = decode(
    strings("a", "b", "t", "u"),
    sampleType(3, 4),
    functionOf(0, 1),
    functionOf(0, 2),
    location(7, 9),
    location(9, 7),
    sample([7, 9], [1]),
  );
  assert.deepEqual([...unset.lineFunction.slice(0, 2)], [2, 1], "unset function ids are the ids of the locations");

  const dangling = decode(symbols, location(3, 99), sample([1, 77, 2], [5]), sample([78], [6]));
  assert.equal(dangling.lineFunction[2], 0, "a line whose function does not exist has none");
  assert.equal(dangling.locationCount, 4);
  assert.deepEqual(stacks(dangling), [[0, 3, 1], [3]], "frames whose location does not exist share one without lines");
  assert.equal((dangling.locationLineStart[4] ?? 0) - (dangling.locationLineStart[3] ?? 0), 0);

  const empty = decode();
  assert.deepEqual([empty.stringCount, empty.stringLength[0], empty.sampleCount], [1, 0, 0], "no bytes are no samples");
});

test("line numbers beyond 31 bits are unknown", () => {
  const lines = [2n ** 31n - 1n, 2n ** 31n, -1n, 2n ** 40n];
  const columns = decode(symbols, ...lines.map((line, i) => content(5, [...number(1, i + 3), ...number(5, line)])));
  assert.deepEqual([...columns.functionStartLine.slice(2, 6)], [2 ** 31 - 1, 0, 0, 0]);
});

test("what is not pprof is refused with the byte where it goes wrong", () => {
  const at = symbols.length;
  const cases: readonly (readonly [string, readonly number[], RegExp])[] = [
    ["a varint that never ends", [72, 0x80, 0x80], /varint runs over the end of its message at byte \d+/],
    ["a varint of eleven bytes", [72, ...new Array<number>(10).fill(0x80), 1], /longer than 64 bits/],
    ["a varint of 65 bits", [72, ...new Array<number>(9).fill(0xff), 2], /longer than 64 bits/],
    ["a length beyond the input", [50, 5, 97], new RegExp(`length runs over .* at byte ${at + 1}$`)],
    ["a length beyond int32", [50, ...[0xff, 0xff, 0xff, 0xff, 0x0f]], /length runs over/],
    ["a length beyond its message", content(4, [34, 9, 8, 1]), /length runs over/],
    ["a varint that leaves its message", [...content(5, [8, 0x81]), 0x01], /varint runs over/],
    ["packed ids that leave their field", content(2, [10, 1, 0x81, 18, 1, 1]), /varint runs over/],
    ["field number 0", [0, 0], /field 0/],
    ["a group", [0x7b, 0x7c], /wire type 3 is not supported/],
    ["a known field of a wrong wire type", [0x15, 0, 0, 0, 0], /field 2 has wire type 5/],
    ["a sample as a number", number(2, 4), /field 2 has wire type 0/],
    ["time as bytes", content(9, "x"), /field 9 has wire type 2/],
    ["a function's name as bytes", content(5, content(2, "x")), /field 2 has wire type 2/],
    ["string 0 that is not empty", [], /string 0 is not empty/],
    [
      "a string that is not UTF-8",
      content(6, [0x66, 0xc0, 0x80]),
      new RegExp(`string 5 is not UTF-8 at byte ${at + 2}$`),
    ],
    ["a name beyond the strings", functionOf(3, 5), new RegExp(`names string 5 of 5 at byte ${at}$`)],
    ["a negative string index", functionOf(3, -1), /names string 4294967295 of 5/],
    ["a string index beyond 32 bits", content(1, number(1, 2n ** 32n)), /field 1 names string/],
    ["a filename of a mapping", content(3, [...number(1, 1), ...number(5, 9)]), /field 3 names string 9/],
    ["a unit of the period", content(11, number(2, 9)), /field 11 names string 9/],
    ["a default sample type", number(14, 9), /field 14 names string 9/],
    [
      "a label",
      content(2, [...number(2, 1), ...content(3, number(2, 9))]),
      new RegExp(`names string 9 of 5 at byte ${at}$`),
    ],
    ["location id 0", content(4, number(3, 5)), new RegExp(`location 2 has id 0 at byte ${at + 2}$`)],
    ["function id 0", functionOf(0, 1), new RegExp(`function 2 has id 0 at byte ${at}$`)],
    ["a sample of location 0", sample([1, 0], [1]), new RegExp(`sample 0 names location id 0 at byte ${at}$`)],
    ["a location id twice", location(1, 1), new RegExp(`location 2 has an id of another at byte ${at}$`)],
    ["a function id twice", functionOf(2, 1), /function 2 has an id of another/],
    ["a mapping id twice", [...content(3, number(1, 5)), ...content(3, number(1, 5))], /mapping 1 has an id/],
    ["a value too few", sample([1], []), /samples have 0 values for 1 sample types/],
    ["a value too many", sample([1], [1, 2]), /samples have 2 values for 1 sample types/],
    ["samples of unequal values", [...sample([1], [1]), ...sample([1], [1, 2])], /sample 1 has 2 values, not 1/],
  ];
  for (const [name, part, message] of cases) {
    const parts = name.startsWith("string 0") ? [content(6, "x"), symbols] : [symbols, part];
    assert.throws(
      () => decode(...parts),
      (error) => error instanceof BasaltError && error.code === "profile_malformed" && message.test(error.message),
      name,
    );
  }
});

test("counts over their limit are refused", () => {
  const limits: Readonly<Record<string, number>> = {
    sampleTypeCountMax: 0,
    sampleCountMax: 1,
    frameCountMax: 2,
    sampleLabelCountMax: 0,
    stringCountMax: 4,
    functionCountMax: 1,
    mappingCountMax: 0,
    locationCountMax: 1,
    lineCountMax: 1,
  };
  const label = content(3, [...number(1, 3), ...number(2, 4)]);
  const labelled = content(2, [...packed(1, [1, 2]), ...packed(2, [1]), ...label]);
  const bytes = bytesOf(symbols, content(3, number(1, 1)), labelled, sample([1], [1]));
  const decoder = new PprofDecoder();
  for (const [name, limit] of Object.entries(limits)) {
    assert.throws(
      () => decoder.decode(bytes, { ...defaultPprofLimits, [name]: limit }),
      (error) => error instanceof BasaltError && error.code === "profile_too_large",
      name,
    );
  }
  assert.equal(decoder.decode(bytes).sampleCount, 2);
});

test("millions of tiny messages are refused by their count, few but large rows at once", () => {
  const cases: readonly (readonly [string, readonly number[], RegExp])[] = [
    ["sample types", content(1, []), /129 sample types/],
    ["mappings", content(3, []), /65537 mappings/],
    ["strings", content(6, ""), /1100000 strings/],
    ["functions", content(5, []), /1100000 functions/],
    ["samples", content(2, []), /1100000 samples/],
  ];
  const decoder = new PprofDecoder();
  for (const [name, message, expected] of cases) {
    const bytes = new Uint8Array(1_100_000 * message.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = message[i % message.length] ?? 0;
    assert.throws(
      () => decoder.decode(bytes),
      (error) => error instanceof BasaltError && error.code === "profile_too_large" && expected.test(error.message),
      name,
    );
  }
});

test("a stack of a million frames decodes, and its columns are let go afterwards", () => {
  const decoder = new PprofDecoder();
  const stack = new Array<number>(1_000_000).fill(1);
  const deep = decoder.decode(bytesOf(symbols, sample(stack, [1])));
  assert.equal(deep.stackStart[1], 1_000_000);
  const next = decoder.decode(bytesOf(symbols, sample([1], [1])));
  assert.ok(next.stackLocation.length < 1000);
  assert.deepEqual(stacks(next), [[0]]);
});
