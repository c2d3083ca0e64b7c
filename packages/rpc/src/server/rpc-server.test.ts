import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { PushRequest } from "../gen/push/v1/push.ts";
import { SeriesRequest, SeriesResponse } from "../gen/querier/v1/querier.ts";
import { type RawResponse, send } from "../testing/raw-client.ts";
import {
  expectError,
  grpc,
  healthPath,
  json,
  proto,
  pushPath,
  seriesPath,
  useTestServer,
} from "../testing/test-server.ts";
import { writeFrame } from "./grpc-frame.ts";

const { port, bothVersions, records, panics } = useTestServer();

bothVersions("JSON in, JSON out", { path: seriesPath, headers: json, body: '{"start":"5"}' }, ({ status, body }) => {
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(body.toString()), { labelsSet: [{ labels: [{ name: "team-a", value: "5" }] }] });
});

bothVersions(
  "an encoded answer goes out as it is",
  {
    path: seriesPath,
    headers: proto,
    body: SeriesRequest.encode({ matchers: ["encoded"], labelNames: [], start: 7n, end: 0n }).finish(),
  },
  ({ body, headers }) => {
    assert.equal(headers["content-type"], "application/proto");
    assert.equal(SeriesResponse.decode(body).labelsSet[0]?.labels[0]?.value, "7");
  },
);

bothVersions(
  "several tenants may be read: sorted, each once",
  { path: seriesPath, headers: { ...json, "x-scope-orgid": "b|a|b:meta" }, body: "{}" },
  ({ body }) => {
    assert.match(body.toString(), /"name":"a\|b"/);
  },
);

bothVersions(
  "a gzipped request is inflated; a large answer is gzipped when accepted",
  {
    path: seriesPath,
    headers: { ...json, "content-encoding": "gzip", "accept-encoding": "br, gzip;q=0.5" },
    body: gzipSync('{"matchers":["large"]}'),
  },
  ({ body, headers }) => {
    assert.equal(headers["content-encoding"], "gzip");
    assert.equal(JSON.parse(gunzipSync(body).toString()).labelsSet.length, 500);
  },
);

bothVersions(
  "notices are headers, of plain characters",
  { path: seriesPath, headers: json, body: '{"matchers":["warn"]}' },
  ({ headers }) => {
    assert.equal(headers["basalt-partial"], "true");
    assert.equal(headers["basalt-warning"], "block_corrupt; block 01J is quarantined: gr??er??x: y");
  },
);

bothVersions(
  "429 carries Retry-After",
  { path: seriesPath, headers: json, body: '{"matchers":["busy"]}' },
  (response) => {
    expectError(429, "resource_exhausted", "queue_full")(response);
    assert.equal(response.headers["retry-after"], "1");
  },
);

bothVersions(
  "a bug is internal, without its text, and is told to the log",
  { path: seriesPath, headers: json, body: '{"matchers":["bug"]}' },
  (response) => {
    expectError(500, "internal", "internal")(response);
    assert.doesNotMatch(response.body.toString(), /secret/);
    assert.match(String(panics.at(-1)), /secret detail/);
  },
);

bothVersions(
  "plain routes get query, body and tenant",
  { path: "/ingest?name=a%7B%7D", headers: json, body: "12345" },
  ({ body, headers }) => {
    assert.equal(body.toString(), "team-a a{} 5");
    assert.equal(headers["content-type"], "text/plain; charset=utf-8");
  },
);

bothVersions(
  "a star matches every path below; HEAD comes with GET",
  { path: "/assets/x/y.js", method: "HEAD" },
  ({ status, body, headers }) => {
    assert.deepEqual([status, body.length, headers["content-length"]], [200, 0, "14"]);
  },
);

bothVersions(
  "health by name",
  {
    path: healthPath,
    headers: { "content-type": "application/json" },
    body: '{"service":"querier.v1.QuerierService"}',
  },
  ({ body }) => {
    assert.equal(body.toString(), '{"status":"SERVING"}');
  },
);

bothVersions(
  "health of an unknown name",
  { path: healthPath, headers: { "content-type": "application/json" }, body: '{"service":"x"}' },
  expectError(404, "not_found", "route_not_found"),
);

test("gRPC: errors, notices and codes are trailers", async () => {
  const call = (body: Uint8Array): Promise<RawResponse> =>
    send({ version: 2, port: port(), path: seriesPath, headers: grpc, body });
  const message = (mode: string): Uint8Array =>
    writeFrame(SeriesRequest.encode({ matchers: [mode], labelNames: [], start: 0n, end: 0n }).finish(), false);
  const warned = await call(message("warn"));
  assert.deepEqual(
    [warned.status, warned.trailers["grpc-status"], warned.trailers["basalt-partial"]],
    [200, "0", "true"],
  );
  const busy = await call(message("busy"));
  assert.equal(busy.trailers["grpc-status"], "8");
  assert.equal(busy.trailers["grpc-message"], "too many queries [queue_full]");
  assert.equal(busy.trailers["basalt-error"], "queue_full");
  const cut = await call(message("busy").subarray(0, 6));
  assert.equal(cut.trailers["grpc-status"], "3");
});

test("gRPC over HTTP/1.1 is refused with a status that says so", async () => {
  const { status } = await send({ version: 1, port: port(), path: seriesPath, headers: grpc, body: "" });
  assert.equal(status, 505);
});

test("a header or trailer that cannot be sent fails its request alone, and is told to the log", async () => {
  const body = (mode: string): string => `{"matchers":["${mode}"]}`;
  for (const version of [1, 2] as const) {
    for (const mode of ["bad-header", "bad-trailer"]) {
      const response = await send({ version, port: port(), path: seriesPath, headers: json, body: body(mode) });
      expectError(500, "internal", "internal")(response);
      assert.match(String(panics.at(-1)), /x-bad/);
    }
  }
  const message = SeriesRequest.encode({ matchers: ["bad-trailer"], labelNames: [], start: 0n, end: 0n }).finish();
  const { trailers } = await send({
    version: 2,
    port: port(),
    path: seriesPath,
    headers: grpc,
    body: writeFrame(message, false),
  });
  assert.equal(trailers["grpc-status"], "13");
});

test("requests are counted under the names that dashboards know", async () => {
  await send({
    version: 1,
    port: port(),
    path: pushPath,
    headers: proto,
    body: PushRequest.encode({ series: [] }).finish(),
  });
  const record = records.at(-1);
  assert.deepEqual(
    [record?.method, record?.route, record?.statusCode, record?.tenant, record?.protocol],
    ["POST", "push_v1_pusherservice_push", 200, "team-a", "connect"],
  );
  await send({ version: 2, port: port(), path: "/nope", method: "BREW" });
  assert.deepEqual([records.at(-1)?.method, records.at(-1)?.route], ["OTHER", "notfound"]);
});
