import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  basaltV1,
  decodeMessage,
  encodeMessage,
  googleV1,
  healthV1,
  type MessageType,
  type MethodDefinition,
  querierV1,
  type ServiceDefinition,
} from "@basalt/rpc";
import { ask, flush, readRecorded, replay, repositoryRoot, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const nowMs = Date.now();
const range = { start: nowMs - 3_600_000, end: nowMs };
const merge = { profileTypeID: cpuType, labelSelector: '{service_name="shop"}', ...range };

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create([]);
  await server.start();
  await push("shop{pod=a}", nowMs - 1_800_000, "main;list 10\nmain;pay 20");
  await flush(server.url);
  await push("shop{pod=b}", nowMs - 900_000, "main;list 1\nmain;cart 2");
  await push("shop.go", Date.UTC(2026, 10, 20, 13), "main;run 5");
});
after(async () => {
  await server.stop();
  server.removeData();
});

async function push(name: string, timeMs: number, samples: string): Promise<void> {
  const body = Uint8Array.from(tinyPprof({ samples, timeNanos: BigInt(timeMs) * 1_000_000n }));
  const url = `${server.url}/ingest?format=pprof&name=${encodeURIComponent(name)}`;
  const answer = await fetch(url, { method: "POST", body });
  assert.equal(answer.status, 200, await answer.text());
}

const querier: ServiceDefinition = querierV1.QuerierServiceDefinition;
const questions: readonly [service: ServiceDefinition, method: string, request: object][] = [
  [querier, "profileTypes", range],
  [querier, "labelNames", { ...range, matchers: [] }],
  [querier, "labelValues", { ...range, name: "pod", matchers: ['{service_name="shop"}'] }],
  [querier, "series", { ...range, matchers: [], labelNames: ["service_name", "pod"] }],
  [querier, "series", { ...range, matchers: ['{pod="a"}'], labelNames: [] }],
  [querier, "selectMergeStacktraces", merge],
  [
    querier,
    "selectMergeStacktraces",
    { ...merge, stackTraceSelector: { callSite: [{ name: "main" }, { name: "list" }] } },
  ],
  [querier, "selectMergeStacktraces", { ...merge, format: "PROFILE_FORMAT_TREE" }],
  [querier, "selectMergeProfile", merge],
  [querier, "selectSeries", { ...merge, step: 600, groupBy: ["pod"] }],
  [querier, "diff", { left: { ...merge, end: nowMs - 1_200_000 }, right: { ...merge, start: nowMs - 1_200_000 } }],
  [querier, "getProfileStats", {}],
  [basaltV1.QueryServiceDefinition, "topFunctions", { query: merge }],
  [basaltV1.QueryServiceDefinition, "topFunctions", { query: merge, right: { ...merge, labelSelector: '{pod="a"}' } }],
  [healthV1.HealthDefinition, "check", { service: "" }],
];

/** A protocol: gives the bytes of the answer, in protobuf or JSON. */
type Ask = (procedure: string, proto: Uint8Array, json: string) => Promise<Uint8Array>;

const protocols: Readonly<Record<string, Ask>> = {
  "Connect with JSON": (procedure, _, json) => post(procedure, "application/json", Buffer.from(json)),
  "Connect with protobuf": (procedure, proto) => post(procedure, "application/proto", proto),
  "Connect with gzip": (procedure, proto) =>
    post(procedure, "application/proto", gzipSync(proto), { "content-encoding": "gzip" }),
  "gRPC-Web": async (procedure, proto) => webMessage(await post(procedure, "application/grpc-web+proto", frame(proto))),
  gRPC: grpc,
};

for (const [service, method, request] of questions) {
  test(`${method} ${JSON.stringify(request).slice(0, 60)} is answered alike in every protocol`, async () => {
    const definition = service.methods[method] as MethodDefinition;
    const json = JSON.stringify(request);
    const type: MessageType<unknown> = definition.requestType;
    const proto = encodeMessage(type, "proto", decodeMessage(type, "json", Buffer.from(json)));
    const answers: unknown[] = [];
    for (const [name, question] of Object.entries(protocols)) {
      const bytes = await question(`${service.fullName}/${definition.name}`, proto, json);
      answers.push(decodeMessage(definition.responseType, name.includes("JSON") ? "json" : "proto", bytes));
    }
    for (const [at, name] of Object.keys(protocols).entries()) assert.deepEqual(answers[at], answers[0], name);
    assert.notDeepEqual(answers[0], definition.responseType.decode(new Uint8Array(0)), "the answer says something");
  });
}

async function post(
  procedure: string,
  contentType: string,
  body: Uint8Array,
  more: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const headers = { "content-type": contentType, ...more };
  const response = await fetch(`${server.url}/${procedure}`, { method: "POST", headers, body: Uint8Array.from(body) });
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.equal(response.status, 200, Buffer.from(bytes).toString());
  assert.equal(response.headers.get("content-type"), contentType);
  return bytes;
}

/** A message with the five bytes that gRPC puts before it. */
function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The message of a framed answer, inflated if it says so. */
function unframe(bytes: Buffer): { readonly message: Uint8Array; readonly rest: Buffer } {
  const end = 5 + bytes.readUInt32BE(1);
  const content = bytes.subarray(5, end);
  return { message: new Uint8Array(bytes[0] === 1 ? gunzipSync(content) : content), rest: bytes.subarray(end) };
}

/** gRPC-Web has the trailers as a last frame of its body. */
function webMessage(body: Uint8Array): Uint8Array {
  const { message, rest } = unframe(Buffer.from(body));
  assert.equal(rest[0], 0x80);
  assert.match(rest.toString("latin1", 5), /grpc-status: ?0\r\n/);
  return message;
}

function grpc(procedure: string, proto: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(server.url);
    session.on("error", reject);
    const headers = { "content-type": "application/grpc", te: "trailers", "grpc-accept-encoding": "gzip" };
    const stream = session.request({ ":method": "POST", ":path": `/${procedure}`, ...headers });
    const chunks: Buffer[] = [];
    let grpcStatus: unknown;
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("trailers", (trailers) => {
      grpcStatus = trailers["grpc-status"];
    });
    stream.on("error", reject);
    stream.on("end", () => {
      session.close();
      if (grpcStatus === "0") resolve(unframe(Buffer.concat(chunks)).message);
      else reject(new Error(`grpc-status ${grpcStatus}`));
    });
    stream.end(frame(proto));
  });
}

test("a call site selects the stacks that begin with it", async () => {
  const totals = async (callSite: readonly string[]): Promise<readonly unknown[]> => {
    const question = { ...merge, stackTraceSelector: { callSite: callSite.map((name) => ({ name })) } };
    const graph = await ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", question);
    const points = await ask(server.url, "querier.v1.QuerierService/SelectSeries", { ...question, step: 3600 });
    const [series] = (points.json["series"] ?? []) as readonly {
      readonly points: readonly { readonly value: number }[];
    }[];
    return [(graph.json["flamegraph"] as Flame).total, series?.points[0]?.value];
  };
  assert.deepEqual(await totals(["main"]), ["33", 33]);
  assert.deepEqual(await totals(["main", "list"]), ["11", 11]);
  assert.deepEqual((await totals(["list"]))[0], undefined, "a zero is left out");
});

test("what profilecli asks is answered in messages that it reads", async () => {
  const recorded = readRecorded(join(repositoryRoot, "test/fixtures/clients"));
  const answerOf = async (name: string): Promise<Buffer> => {
    const request = recorded.find((one) => one.name === `profilecli-1.21.1/${name}`);
    assert.ok(request !== undefined, name);
    const { status, body } = await replay(server.url, request, { "accept-encoding": "identity" });
    assert.equal(status, 200, body.toString());
    return body;
  };
  const series = decodeMessage(querierV1.SeriesResponse, "proto", await answerOf("query-series"));
  const labels = series.labelsSet[0]?.labels.map(({ name, value }) => `${name}=${value}`) ?? [];
  assert.ok(labels.includes("service_name=shop.go"), labels.join(" "));
  assert.ok(labels.includes(`__profile_type__=${cpuType}`), labels.join(" "));
  const profile = decodeMessage(googleV1.Profile, "proto", await answerOf("query-profile"));
  assert.deepEqual(
    profile.sample.map(({ value }) => value),
    [[5n]],
  );
});

test("a pprof of nothing still has its types: profilecli takes an empty one for a failure", async () => {
  const answer = await ask(server.url, "querier.v1.QuerierService/SelectMergeProfile", {
    ...merge,
    labelSelector: '{a="b"}',
  });
  assert.equal(answer.status, 200, answer.text);
  assert.equal((answer.json["sampleType"] as readonly unknown[]).length, 1);
});

test("a flame graph has levels of four, a diff of seven, children after their parent's self", async () => {
  await push("flame", nowMs, "main 4\nmain;b 3\nmain;a 2\nmain;a;deep 1");
  const question = { ...merge, labelSelector: '{service_name="flame"}', end: nowMs + 1 };
  const single = await ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", question);
  const flame = single.json["flamegraph"] as Flame;
  assert.deepEqual([flame.total, flame.maxSelf], ["10", "4"]);
  assert.deepEqual(picture(flame, 4), ["total 0 10 0", "main 0 10 4", "a 4 3 2 | b 0 3 3", "deep 6 1 1"]);
  const diff = await ask(server.url, "querier.v1.QuerierService/Diff", {
    left: question,
    right: { ...question, end: nowMs - 1 },
  });
  const { leftTicks, rightTicks, ...both } = diff.json["flamegraph"] as Flame &
    Record<"leftTicks" | "rightTicks", string>;
  assert.deepEqual([leftTicks, rightTicks], ["10", undefined], "a zero is left out");
  assert.deepEqual(picture(both, 7)[2], "a 4 3 2 0 0 0 | b 0 3 3 0 0 0");
});

interface Flame {
  readonly names: readonly string[];
  readonly levels: readonly { readonly values: readonly string[] }[];
  readonly total: string;
  readonly maxSelf: string;
}

/** A line a level: name and numbers of each node. */
function picture({ names, levels }: Flame, width: number): readonly string[] {
  return levels.map(({ values }) => {
    const nodes: string[] = [];
    for (let at = 0; at < values.length; at += width) {
      const numbers = values.slice(at, at + width - 1).join(" ");
      nodes.push(`${names[Number(values[at + width - 1])]} ${numbers}`);
    }
    return nodes.join(" | ");
  });
}
