import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { decodeMessage, encodeMessage } from "../codec.ts";
import { Status } from "../gen/google/rpc/status.ts";
import { Profile } from "../gen/google/v1/profile.ts";
import { PushRequest } from "../gen/push/v1/push.ts";
import { DiffResponse, SelectMergeStacktracesRequest, SelectSeriesRequest } from "../gen/querier/v1/querier.ts";
import { schema } from "../gen/schema.ts";
import { LabelPair, ProfileType, Series } from "../gen/types/v1/types.ts";
import type { MessageType } from "../message-type.ts";
import { JsonCodec } from "./json-codec.ts";

const utf8 = new TextEncoder();

function read<T>(type: MessageType<T>, text: string): T {
  return decodeMessage(type, "json", utf8.encode(text));
}

function write<T>(type: MessageType<T>, message: T): string {
  return new TextDecoder().decode(encodeMessage(type, "json", message));
}

const merge = SelectMergeStacktracesRequest;

const readCases: [rule: string, text: string, expected: Parameters<typeof merge.fromPartial>[0]][] = [
  ["nothing is everything's default", "{}", {}],
  ["lowerCamel names", '{"profileTypeID":"cpu","labelSelector":"{}"}', { profileTypeID: "cpu", labelSelector: "{}" }],
  ["original names", '{"profile_typeID":"cpu","label_selector":"{}"}', { profileTypeID: "cpu", labelSelector: "{}" }],
  ["null is unset", '{"start":null,"format":null,"spanSelector":null,"async":null,"maxNodes":null}', {}],
  ["unknown fields are ignored", '{"nope":{"deep":[1]},"__proto__":1,"start":1}', { start: 1n }],
  ["int64 as text and as number", '{"start":"-5","end":6}', { start: -5n, end: 6n }],
  ["int64 in other notations of an integer", '{"start":"2.0","end":1e3}', { start: 2n, end: 1000n }],
  [
    "int64 at its ends",
    '{"start":"-9223372036854775808","end":"9223372036854775807"}',
    { start: -(2n ** 63n), end: 2n ** 63n - 1n },
  ],
  ["a long number is exact", '{"start":9007199254740993, "end": 1}', { start: 9007199254740993n, end: 1n }],
  [
    "a long number in a string stays a string",
    '{"labelSelector":":12345678901234567890"}',
    { labelSelector: ":12345678901234567890" },
  ],
  ["an enum by name and by number", '{"format":"PROFILE_FORMAT_TREE"}', { format: 2 }],
  ["an enum by number", '{"format":2}', { format: 2 }],
  ["an unknown enum name is the default", '{"format":"PROFILE_FORMAT_FUNCTIONS"}', { format: 0 }],
  ["an optional field may hold its default", '{"maxNodes":0}', { maxNodes: 0n }],
  [
    "nested messages and lists",
    '{"stack_trace_selector":{"call_site":[{"name":"a"},{}]},"spanSelector":["x"]}',
    { stackTraceSelector: { callSite: [{ name: "a" }, { name: "" }] }, spanSelector: ["x"] },
  ],
];
for (const [rule, text, expected] of readCases) {
  test(`read: ${rule}`, () => assert.deepEqual(read(merge, text), merge.fromPartial(expected)));
}

const refused: [text: string, reason: RegExp][] = [
  ['{"start":"abc"}', /^start: expected an integer, got "abc"$/],
  ['{"start":""}', /^start: expected an integer/],
  ['{"start":"0x10"}', /^start: expected an integer/],
  ['{"start":"NaN"}', /^start: expected an integer/],
  ['{"start":1.5}', /^start: expected an integer, got 1.5$/],
  ['{"start":true}', /^start: expected an integer, got true$/],
  ['{"start":"9223372036854775808"}', /^start: expected an integer in \[/],
  ['{"start":1e30}', /^start: expected an integer in \[/],
  ['{"start":99999999999999999999999}', /^start: expected an integer in \[/],
  ['{"labelSelector":5}', /^labelSelector: expected a string, got 5$/],
  ['{"spanSelector":"x"}', /^spanSelector: expected an array/],
  ['{"spanSelector":["x",null]}', /^spanSelector\[1\]: expected a string, got null$/],
  ['{"stackTraceSelector":{"callSite":[5]}}', /^stackTraceSelector.callSite\[0\]: expected an object, got 5$/],
  [
    '{"stackTraceSelector":{"goPgo":{"keepLocations":-1}}}',
    /goPgo.keepLocations: expected an integer in \[0, 4294967295\]/,
  ],
  ['{"stackTraceSelector":{"goPgo":{"aggregateCallees":"false"}}}', /expected true or false/],
  ["[]", /^querier.v1.SelectMergeStacktracesRequest: expected an object, got \[\]$/],
  ["null", /expected an object, got null$/],
  ["NaN", /^body is not JSON/],
  ['{"start":1', /^body is not JSON/],
  ["[".repeat(100_000), /^body is not JSON/],
];
for (const [text, reason] of refused) {
  test(`refused: ${text.slice(0, 60)}`, () => {
    assert.throws(
      () => read(merge, text),
      (error) => error instanceof BasaltError && error.code === "request_malformed" && reason.test(error.message),
    );
  });
}

test("doubles: numbers, text, and the three that JSON lacks", () => {
  const step = (text: string): number => read(SelectSeriesRequest, `{"step":${text}}`).step;
  assert.deepEqual(["15", '"15.5"', '"1e3"', '"NaN"', '"-Infinity"'].map(step), [
    15,
    15.5,
    1000,
    Number.NaN,
    -Infinity,
  ]);
  assert.throws(() => step('"soon"'), /step: expected a number/);
});

test("bytes: both alphabets of base64, padded or not, in memory of their own", () => {
  const profile = (text: string): Uint8Array | undefined =>
    read(PushRequest, `{"series":[{"samples":[{"raw_profile":"${text}"}]}]}`).series[0]?.samples[0]?.rawProfile;
  for (const text of ["+/+/AA==", "-_-_AA", "+/+/AA"]) assert.deepEqual(profile(text), Uint8Array.of(251, 255, 191, 0));
  assert.equal(profile("AAAA")?.buffer.byteLength, 3);
  assert.throws(() => profile("A A"), /rawProfile: expected base64/);
});

test("write: defaults are omitted, 64-bit integers are text, names as clients know them", () => {
  const flamegraph = {
    names: ["total"],
    levels: [{ values: [0n, 2n ** 63n - 1n] }],
    total: 5n,
    maxSelf: 0n,
    leftTicks: 1n,
    rightTicks: 0n,
  };
  assert.equal(
    write(DiffResponse, { flamegraph }),
    '{"flamegraph":{"names":["total"],"levels":[{"values":["0","9223372036854775807"]}],"total":"5","leftTicks":"1"}}',
  );
  assert.equal(
    write(ProfileType, ProfileType.fromPartial({ ID: "a", sampleType: "cpu" })),
    '{"ID":"a","sampleType":"cpu"}',
  );
  assert.equal(write(LabelPair, { name: 'q"\u2028', value: "" }), '{"name":"q\\"\u2028"}');
  assert.equal(
    write(
      Series,
      Series.fromPartial({ points: [{ value: -0 }, { value: 1.5, timestamp: 2n }, { value: Number.NaN }] }),
    ),
    '{"points":[{"value":0},{"value":1.5,"timestamp":"2"},{"value":"NaN"}]}',
  );
  assert.equal(
    write(merge, merge.fromPartial({ maxNodes: 0n, format: 3 })),
    '{"maxNodes":"0","format":"PROFILE_FORMAT_DOT"}',
  );
});

test("what is written reads back the same", () => {
  const profile = Profile.fromPartial({
    sampleType: [{ type: 1n, unit: 2n }],
    sample: [{ locationId: [1n, 2n ** 64n - 1n], value: [-1n], label: [{ key: 1n, str: 2n }] }],
    location: [{ id: 1n, address: 2n ** 63n, line: [{ functionId: 1n, line: -3n }], isFolded: true }],
    stringTable: ["", "größe", "🔥"],
  });
  assert.deepEqual(read(Profile, write(Profile, profile)), profile);
});

test("an Any is written by the type it names", () => {
  const json = new JsonCodec(schema, [LabelPair]);
  const typeUrl = "type.googleapis.com/types.v1.LabelPair";
  const value = LabelPair.encode({ name: "a", value: "b" }).finish();
  const status = { code: 5, message: "", details: [{ typeUrl, value: Buffer.from(value) }] };
  const text = json.write(Status, status);
  assert.equal(text, `{"code":5,"details":[{"@type":"${typeUrl}","name":"a","value":"b"}]}`);
  const back = json.read<Status>(Status, JSON.parse(text));
  assert.deepEqual(LabelPair.decode(back.details[0]?.value ?? new Uint8Array(0)), { name: "a", value: "b" });
  assert.throws(() => json.read(Status, { details: [{ "@type": "x/y.Z" }] }), /unknown type y.Z/);
});
