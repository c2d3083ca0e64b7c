import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type RawResponse, send } from "../testing/raw-client.ts";
import {
  expectError,
  json,
  proto,
  pushPath,
  type RequestUnderTest,
  seriesPath,
  useTestServer,
} from "../testing/test-server.ts";

const { port, bothVersions } = useTestServer();

const namedTenants = (count: number): string => Array.from({ length: count }, (_, i) => `t${i}`).join("|");

const refused: [rule: string, request: RequestUnderTest, check: (r: RawResponse) => void][] = [
  [
    "no tenant",
    { path: seriesPath, headers: { "content-type": "application/json" }, body: "{}" },
    expectError(401, "unauthenticated", "tenant_missing"),
  ],
  ["no tenant on a plain route", { path: "/ingest", body: "" }, expectError(401, "unauthenticated", "tenant_missing")],
  [
    "a tenant of bad characters",
    { path: seriesPath, headers: { ...json, "x-scope-orgid": "a/b" }, body: "{}" },
    expectError(400, "invalid_argument", "tenant_invalid"),
  ],
  [
    "several tenants in a write",
    { path: pushPath, headers: { ...proto, "x-scope-orgid": "a|b" } },
    expectError(401, "unauthenticated", "tenant_multiple"),
  ],
  [
    "more tenants than a query may name",
    { path: seriesPath, headers: { ...json, "x-scope-orgid": namedTenants(17) }, body: "{}" },
    expectError(400, "invalid_argument", "tenants_too_many"),
  ],
  [
    "an empty JSON body",
    { path: seriesPath, headers: json },
    expectError(400, "invalid_argument", "request_malformed"),
  ],
  [
    "malformed JSON",
    { path: seriesPath, headers: json, body: "{" },
    expectError(400, "invalid_argument", "request_malformed"),
  ],
  [
    "malformed protobuf",
    { path: seriesPath, headers: proto, body: Uint8Array.of(10, 200) },
    expectError(400, "invalid_argument", "request_malformed"),
  ],
  [
    "a body that is not gzip",
    { path: seriesPath, headers: { ...json, "content-encoding": "gzip" }, body: "{}" },
    expectError(400, "invalid_argument", "request_malformed"),
  ],
  [
    "an unknown encoding",
    { path: seriesPath, headers: { ...json, "content-encoding": "zstd" }, body: "{}" },
    expectError(501, "unimplemented", "compression_unsupported"),
  ],
  [
    "a gzip bomb",
    { path: pushPath, headers: { ...proto, "content-encoding": "gzip" }, body: gzipSync(new Uint8Array(50 << 20)) },
    expectError(429, "resource_exhausted", "request_too_large"),
  ],
  [
    "a message over the limit",
    { path: pushPath, headers: proto, body: new Uint8Array(3 << 20) },
    expectError(429, "resource_exhausted", "request_too_large"),
  ],
  [
    "a plain body over the limit",
    { path: "/ingest", headers: json, body: new Uint8Array(3 << 20) },
    expectError(413, "resource_exhausted", "request_too_large"),
  ],
  [
    "a malformed Accept header",
    { path: seriesPath, headers: { ...json, accept: "text/html/x" }, body: "{}" },
    expectError(400, "invalid_argument", "request_malformed"),
  ],
  [
    "a malformed timeout",
    { path: seriesPath, headers: { ...json, "connect-timeout-ms": "soon" }, body: "{}" },
    expectError(400, "invalid_argument", "request_malformed"),
  ],
  [
    "a deadline that passes",
    { path: seriesPath, headers: { ...json, "connect-timeout-ms": "20" }, body: '{"matchers":["wait"]}' },
    expectError(504, "deadline_exceeded", "deadline_exceeded"),
  ],
  [
    "an unknown method",
    { path: "/querier.v1.QuerierService/Nope", headers: json, body: "{}" },
    expectError(404, "unimplemented", "method_not_implemented"),
  ],
  [
    "a method without a handler",
    { path: "/querier.v1.QuerierService/Diff", headers: json, body: "{}" },
    expectError(404, "unimplemented", "method_not_implemented"),
  ],
  ["an unknown path", { path: "/nope", method: "GET" }, expectError(404, "not_found", "route_not_found")],
  [
    "GET of a method",
    { path: seriesPath, method: "GET" },
    ({ status, headers }) => assert.deepEqual([status, headers.allow], [405, "POST"]),
  ],
  [
    "GET of a route for POST",
    { path: "/ingest", method: "GET" },
    ({ status, headers }) => assert.deepEqual([status, headers.allow], [405, "POST"]),
  ],
  [
    "an unknown content type",
    { path: seriesPath, headers: { ...json, "content-type": "image/jpeg" }, body: "x" },
    ({ status, headers }) => {
      assert.equal(status, 415);
      assert.match(String(headers["accept-post"]), /application\/proto/);
    },
  ],
];
bothVersions(
  "as many tenants as a query may name, some twice",
  { path: seriesPath, headers: { ...json, "x-scope-orgid": `t1|${namedTenants(16)}|t2` }, body: "{}" },
  ({ status }) => assert.equal(status, 200),
);
for (const [rule, request, check] of refused) bothVersions(`refused: ${rule}`, request, check);

test("HTTP/2: an answer before the end of the request ends the stream with NO_ERROR", async () => {
  const request = { version: 2, port: port(), path: pushPath, headers: proto, body: new Uint8Array(8 << 20) } as const;
  for (let i = 0; i < 5; i++) {
    const { status, rstCode } = await send(request);
    assert.deepEqual([status, rstCode], [429, 0]);
  }
});

test("HTTP/1.1: a client that never stops sending is cut off", async () => {
  const socket = connect(port(), "127.0.0.1");
  socket.write(`POST /ingest HTTP/1.1\r\nhost: x\r\nx-scope-orgid: a\r\ntransfer-encoding: chunked\r\n\r\n`);
  const chunk = Buffer.alloc(1 << 20, 120);
  let sentBytes = 0;
  let answer = "";
  socket.on("data", (data) => {
    answer += data.toString();
  });
  socket.on("error", () => undefined);
  const push = (): void => {
    // A write after the end calls back at once: it would call itself for ever, before the socket can close.
    if (!socket.writable) return;
    socket.write(`${chunk.length.toString(16)}\r\n`);
    sentBytes += chunk.length;
    socket.write(chunk);
    socket.write("\r\n", push);
  };
  push();
  await new Promise((resolve) => socket.on("close", resolve));
  assert.match(answer, /^HTTP\/1.1 413 /);
  assert.ok(sentBytes < 64 << 20, `${sentBytes} bytes were taken`);
});
