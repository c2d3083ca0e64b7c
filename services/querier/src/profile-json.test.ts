import assert from "node:assert/strict";
import { test } from "node:test";
import { encodePprof } from "@basalt/formats";
import { parseProfileType } from "@basalt/model";
import { answerPprof, type ProfileContent } from "@basalt/query";
import { decodeMessage, encodeMessage, googleV1 } from "@basalt/rpc";
import { profileJson } from "./profile-json.ts";

const texts = ["", "main", 'a "quoted" \\name\n', "größe", "\u{1f525}", "\u0000\u007f", "/usr/bin/app", "é"];
const utf8 = new TextEncoder();
const encoded = texts.map((text) => utf8.encode(text));
const starts = encoded.map((_, i) => encoded.slice(0, i).reduce((sum, { length }) => sum + length, 0));

/** Two samples over three locations, one of them with two lines and one with none; numbers at the ends of 64 bits. */
const content: ProfileContent = {
  stringBytes: Uint8Array.from(encoded.flatMap((bytes) => [...bytes])),
  stringCount: texts.length,
  stringStart: Uint32Array.from(starts),
  stringLength: Uint32Array.from(encoded, ({ length }) => length),
  functionCount: 3,
  functionName: Uint32Array.of(1, 2, 3),
  functionSystemName: Uint32Array.of(0, 4, 5),
  functionFilename: Uint32Array.of(6, 0, 7),
  functionStartLine: Uint32Array.of(0, 7, 4_000_000_000),
  mappingCount: 2,
  mappingStart: BigUint64Array.of(2n ** 63n, 1n),
  mappingLimit: BigUint64Array.of(2n ** 64n - 1n, 0n),
  mappingOffset: BigUint64Array.of(0n, 2n ** 53n + 1n),
  mappingFilename: Uint32Array.of(6, 0),
  mappingBuildId: Uint32Array.of(0, 7),
  mappingFlags: Uint8Array.of(15, 0),
  locationCount: 3,
  locationMapping: Uint32Array.of(1, 2, 0),
  locationAddressLow: Uint32Array.of(1, 0xffffffff, 0),
  locationAddressHigh: Uint32Array.of(0, 0xffffffff, 3),
  locationIsFolded: Uint8Array.of(0, 1, 0),
  locationLineStart: Uint32Array.of(0, 1, 3, 3),
  lineCount: 3,
  lineFunction: Uint32Array.of(1, 2, 3),
  lineNumber: Uint32Array.of(0, 12, 13),
  sampleCount: 3,
  stackStart: Uint32Array.of(0, 2, 5, 5),
  stackLocation: Uint32Array.of(0, 1, 2, 1, 0),
  sampleTypeCount: 1,
  values: BigInt64Array.of(2n ** 63n - 1n, 5n, 2n ** 40n),
};
const profileType = parseProfileType("process_cpu:cpu:nanoseconds:cpu:nanoseconds");

for (const [name, found, timeNanos] of [
  ["texts of all kinds, numbers of 64 bits, an empty stack", content, 1_700_000_000_000_000_001n],
  ["no rows, in a time before 1970", undefined, -1_000_000n],
] as const) {
  test(`a profile in JSON is what the generated code says: ${name}`, () => {
    const bytes = encodePprof(answerPprof(found, { profileType, timeNanos, durationNanos: 60n }));
    const expected = encodeMessage(googleV1.Profile, "json", decodeMessage(googleV1.Profile, "proto", bytes));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(profileJson(bytes, ['{"profile":', "}"]));
    assert.deepEqual(JSON.parse(text), { profile: JSON.parse(new TextDecoder().decode(expected)) });
  });
}
