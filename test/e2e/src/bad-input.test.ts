import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  type Answer,
  ask,
  bytesField,
  readAnswer,
  residentMiB,
  ServerUnderTest,
  tinyPprof,
  varint,
  varintField,
} from "@basalt/test-kit";

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create([
    "-distributor.ingestion-body-limit-mb=8",
    "-validation.max-profile-size-bytes=4194304",
    "-validation.max-label-names-per-series=8",
    "-validation.reject-older-than=1h",
    "-querier.max-query-length=24h",
    "-server.http-read-timeout=300ms",
  ]);
  await server.start();
});
after(async () => {
  await server.stop();
  server.removeData();
});

const now = BigInt(Date.now()) * 1_000_000n;
const good = tinyPprof({ samples: "main;work 10", timeNanos: now });

async function ingest(query: string, body: Uint8Array, contentType = "application/octet-stream"): Promise<Answer> {
  const response = await fetch(`${server.url}/ingest?${query}`, {
    method: "POST",
    headers: { "content-type": contentType },
    body: Uint8Array.from(body),
  });
  return readAnswer(response);
}

/** One refused push: what it is, the query, the body, status, code, and what the message must name. */
interface RefusedPush {
  readonly name: string;
  readonly query?: string;
  readonly body?: () => Uint8Array;
  readonly contentType?: string;
  readonly status: number;
  readonly code: string;
  readonly says?: RegExp;
}

const bomb = gzipSync(Buffer.alloc(512 << 20));
const hour = 3_600_000_000_000n;
const hugeCount = Buffer.concat([good, Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])]);

const refusedPushes: readonly RefusedPush[] = [
  { name: "no name", query: "format=pprof", status: 400, code: "name_missing" },
  { name: "a bad name", query: "format=pprof&name=a%20b", status: 400, code: "name_invalid" },
  { name: "a bad from", query: "format=pprof&name=a&from=soon", status: 400, code: "time_invalid" },
  { name: "garbage", body: () => Buffer.from("hello, this is no profile"), status: 422, code: "profile_malformed" },
  { name: "a truncated pprof", body: () => good.subarray(0, good.length - 3), status: 422, code: "profile_malformed" },
  { name: "a truncated gzip", body: () => gzipSync(good).subarray(0, 30), status: 422, code: "profile_malformed" },
  {
    name: "a gzip bomb",
    body: () => bomb,
    status: 422,
    code: "profile_too_large",
    says: /-validation\.max-profile-size-bytes/,
  },
  {
    name: "a body over the limit",
    body: () => Buffer.alloc(9 << 20),
    status: 413,
    code: "request_too_large",
    says: /over 8388608 bytes \(-distributor\.ingestion-body-limit-mb\)/,
  },
  {
    name: "an unknown format",
    query: "format=what&name=a",
    body: () => Buffer.from("a;b 1"),
    status: 422,
    code: "format_unsupported",
  },
  {
    name: "a label given twice",
    query: "format=pprof&name=a%7Bx%3D1%2Cx%3D2%7D",
    status: 422,
    code: "labels_duplicate",
  },
  {
    name: "too many labels",
    query: `format=pprof&name=a%7B${"bcdefghij"
      .split("")
      .map((name) => `${name}%3D1`)
      .join("%2C")}%7D`,
    status: 422,
    code: "label_count_limit",
    says: /-validation\.max-label-names-per-series/,
  },
  {
    name: "a profile of the future",
    body: () => tinyPprof({ samples: "a 1", timeNanos: now + hour }),
    status: 422,
    code: "profile_too_new",
    says: /-validation\.reject-newer-than/,
  },
  {
    name: "a profile of the past, with the limit set",
    body: () => tinyPprof({ samples: "a 1", timeNanos: now - 2n * hour }),
    status: 422,
    code: "profile_too_old",
    says: /-validation\.reject-older-than/,
  },
  { name: "a count that the body cannot hold", body: () => hugeCount, status: 422, code: "profile_malformed" },
  {
    name: "a string index out of range",
    body: () => Buffer.concat([good, bytesField(5, Buffer.concat([varintField(1, 99), varintField(2, 100_000)]))]),
    status: 422,
    code: "profile_malformed",
  },
  {
    name: "other than one value a type",
    body: () => Buffer.concat([good, bytesField(2, bytesField(2, Buffer.concat([varint(1n), varint(2n)])))]),
    status: 422,
    code: "profile_malformed",
  },
  {
    name: "a varint of eleven bytes",
    body: () => Buffer.concat([good, Buffer.from([0x48, ...new Array<number>(10).fill(0xff), 0x01])]),
    status: 422,
    code: "profile_malformed",
  },
  {
    name: "a multipart body without a profile",
    body: () => Buffer.from('--x\r\nContent-Disposition: form-data; name="other"\r\n\r\n1\r\n--x--'),
    contentType: "multipart/form-data; boundary=x",
    status: 422,
    code: "request_malformed",
  },
];

for (const push of refusedPushes) {
  test(`/ingest refuses ${push.name}`, async () => {
    const answer = await ingest(push.query ?? "format=pprof&name=app", push.body?.() ?? good, push.contentType);
    assert.equal(answer.status, push.status, answer.text);
    assert.equal(answer.headers.get("basalt-error"), push.code, answer.text);
    assert.ok(String(answer.json["message"]).endsWith(`[${push.code}]`), answer.text);
    if (push.says !== undefined) assert.match(answer.text, push.says);
  });
}

for (const [name, half] of [
  ["arrives too slowly", "content-length: 100\r\n\r\nhalf"],
  ["stops in the middle of a chunk", "transfer-encoding: chunked\r\n\r\n64\r\nhalf"],
] as const) {
  test(`/ingest answers 408 to a body that ${name}`, async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(`POST /ingest?name=app&format=pprof HTTP/1.1\r\nhost: x\r\n${half}`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.match(String(answer), /^HTTP\/1\.1 408 .*basalt-error: request_incomplete.*-server\.http-read-timeout/s);
    socket.destroy();
  });
}

const pushPath = "push.v1.PusherService/Push";
const goodSample = { rawProfile: good.toString("base64"), ID: "one" };
const label = (name: string, value: string): object => ({ name, value });
const name = label("__name__", "process_cpu");
const refusedBatches: readonly [what: string, body: unknown, status: number, code: string, says?: RegExp][] = [
  ["without series", { series: [] }, 400, "push_empty"],
  ["without samples", { series: [{ labels: [name], samples: [] }] }, 400, "push_empty"],
  ["with text for a list", { series: "all" }, 400, "request_malformed"],
  [
    "with a profile that is no base64",
    { series: [{ labels: [name], samples: [{ rawProfile: "***" }] }] },
    400,
    "request_malformed",
  ],
  ["without a profile name", { series: [{ labels: [label("a", "b")], samples: [goodSample] }] }, 400, "labels_invalid"],
  [
    "with an empty service name",
    { series: [{ labels: [name, label("service_name", "")], samples: [goodSample] }] },
    400,
    "labels_missing",
  ],
  [
    "with a label given twice",
    { series: [{ labels: [name, label("a", "1"), label("a", "2")], samples: [goodSample] }] },
    400,
    "labels_duplicate",
  ],
  [
    "with a label of no name",
    { series: [{ labels: [name, label("", "1")], samples: [goodSample] }] },
    400,
    "labels_invalid",
  ],
  [
    "with a long label name",
    { series: [{ labels: [name, label("n".repeat(1025), "1")], samples: [goodSample] }] },
    400,
    "label_name_too_long",
    /-validation\.max-length-label-name/,
  ],
  [
    "with a long label value",
    { series: [{ labels: [name, label("a", "v".repeat(2049))], samples: [goodSample] }] },
    400,
    "label_value_too_long",
    /-validation\.max-length-label-value/,
  ],
  [
    "over the limit",
    { series: [{ labels: [name], samples: [{ rawProfile: "A".repeat(9 << 20) }] }] },
    429,
    "request_too_large",
    /-distributor\.ingestion-body-limit-mb/,
  ],
];
for (const [what, body, status, code, says] of refusedBatches) {
  test(`Push refuses a batch ${what}`, async () => {
    const answer = await ask(server.url, pushPath, body);
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.headers.get("basalt-error"), code, answer.text);
    if (says !== undefined) assert.match(answer.text, says);
  });
}

const accepted: readonly [name: string, query: string, body: () => Uint8Array, total: bigint, frame: string][] = [
  [
    "nonsense in sampleRate",
    "sampleRate=NaN",
    () => tinyPprof({ samples: "nonsense_rate 7", timeNanos: now }),
    7n,
    "nonsense_rate",
  ],
  [
    "a stack a million deep",
    "",
    () => tinyPprof({ samples: `${"deep;".repeat(1_000_000)}leaf 7`, timeNanos: now }),
    7n,
    "[truncated]",
  ],
  [
    "negative values, which are dropped",
    "",
    () => tinyPprof({ samples: "minus -5\nplus 7", timeNanos: now }),
    7n,
    "plus",
  ],
  ["an empty stack, under a frame of its own", "", () => tinyPprof({ samples: "7", timeNanos: now }), 7n, "[no stack]"],
  [
    "values above 2^53",
    "",
    () => tinyPprof({ samples: "big 9007199254740993", timeNanos: now }),
    9_007_199_254_740_993n,
    "big",
  ],
];
for (const [index, [name, query, body, total, frame]] of accepted.entries()) {
  test(`/ingest takes ${name}`, async () => {
    const app = `taken-${index}`;
    const answer = await ingest(`format=pprof&name=${app}&${query}`, body());
    assert.equal(answer.status, 200, answer.text);
    const merged = await ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", {
      profileTypeID: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
      labelSelector: `{service_name="${app}"}`,
      start: Date.now() - 3_600_000,
      end: Date.now() + 3_600_000,
    });
    const graph = merged.json["flamegraph"] as { readonly total: string; readonly names: readonly string[] };
    assert.equal(BigInt(graph.total), total, merged.text.slice(0, 300));
    assert.ok(graph.names.includes(frame), graph.names.slice(0, 10).join(" "));
  });
}

test("a half-good Push batch stores the good half and says what was wrong with the other", async () => {
  const series = (service: string, profile: Uint8Array) => ({
    labels: [
      { name: "service_name", value: service },
      { name: "__name__", value: "process_cpu" },
    ],
    samples: [{ rawProfile: Buffer.from(profile).toString("base64"), ID: "one" }],
  });
  const answer = await ask(server.url, pushPath, {
    series: [series("half", good), series("half", Buffer.from("bad"))],
  });
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.json["code"], "invalid_argument");
  assert.match(answer.text, /1 error: push series with index 1 and id one failed: /);
  const merged = await ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", {
    profileTypeID: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
    labelSelector: '{service_name="half"}',
    start: Date.now() - 3_600_000,
    end: Date.now() + 3_600_000,
  });
  assert.equal((merged.json["flamegraph"] as { readonly total: string }).total, "10");
});

const range = { start: Date.now() - 3_600_000, end: Date.now() };
const merge = { profileTypeID: "process_cpu:cpu:nanoseconds:cpu:nanoseconds", labelSelector: "{}", ...range };
const refusedQueries: readonly [name: string, method: string, body: unknown, status: number, code: string][] = [
  ["an empty selector", "SelectMergeStacktraces", { ...merge, labelSelector: "" }, 400, "selector_malformed"],
  [
    "a selector that does not end",
    "SelectMergeStacktraces",
    { ...merge, labelSelector: '{a="b"' },
    400,
    "selector_malformed",
  ],
  ["a bad regex", "SelectMergeStacktraces", { ...merge, labelSelector: '{a=~"("}' }, 400, "selector_malformed"],
  [
    "a profile type of three parts",
    "SelectMergeStacktraces",
    { ...merge, profileTypeID: "a:b:c" },
    400,
    "profile_type_malformed",
  ],
  ["no range", "SelectMergeStacktraces", { ...merge, start: 0, end: 0 }, 400, "range_missing"],
  [
    "a reversed range",
    "SelectMergeStacktraces",
    { ...merge, start: range.end, end: range.start },
    400,
    "range_reversed",
  ],
  [
    "a range over the limit",
    "SelectMergeStacktraces",
    { ...merge, start: range.end - 2 * 86_400_000 },
    400,
    "range_too_long",
  ],
  ["too many nodes", "SelectMergeStacktraces", { ...merge, maxNodes: 10_000_000 }, 400, "max_nodes_limit"],
  ["text for a number", "SelectMergeStacktraces", { ...merge, start: "soon" }, 400, "request_malformed"],
  ["a fraction for an integer", "SelectMergeStacktraces", { ...merge, start: 1.5 }, 400, "request_malformed"],
  ["a step of 0", "SelectSeries", { ...merge, step: 0 }, 400, "query_malformed"],
  ["a step of NaN", "SelectSeries", { ...merge, step: "NaN" }, 400, "query_malformed"],
  ["a step below 1 ms", "SelectSeries", { ...merge, step: 1e-9 }, 400, "query_malformed"],
  [
    "brackets ten thousand deep",
    "SelectMergeStacktraces",
    { ...merge, labelSelector: `{a=~"${"(".repeat(10_000)}"}` },
    400,
    "selector_malformed",
  ],
  ["label values of no name", "LabelValues", { name: "", ...range }, 400, "query_malformed"],
];
for (const [name, method, body, status, code] of refusedQueries) {
  test(`a query refuses ${name}`, async () => {
    const answer = await ask(server.url, `querier.v1.QuerierService/${method}`, body);
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.headers.get("basalt-error"), code, answer.text);
  });
}

test("a thousand bad requests leave the memory as it was", async () => {
  const sendAll = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      for (const push of refusedPushes) {
        if (push.name === "a gzip bomb" && round % 20 !== 0) continue;
        await ingest(push.query ?? "format=pprof&name=app", push.body?.() ?? good, push.contentType);
      }
    }
  };
  // What is compiled, loaded and buffered at the first times is not a leak; a leak grows with each thousand.
  const growths: string[] = [];
  for (let thousand = 0; thousand < 5; thousand++) {
    const before = residentMiB(server.pid).now;
    await sendAll(60);
    const after = residentMiB(server.pid).now;
    if (after <= before * 1.1) return;
    growths.push(`${before.toFixed(0)} to ${after.toFixed(0)} MiB`);
  }
  assert.fail(`RSS went up by more than a tenth with each thousand: ${growths.join(", ")}`);
});
