import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { listsCoding } from "../headers.ts";
import { tenantsFrom } from "../tenant-interceptor.ts";
import { parseAccept } from "./accept-header.ts";
import { BodyBudget } from "./body-budget.ts";
import { BodyBuffer } from "./body-buffer.ts";
import { readFrame, statusTrailers, writeFrame } from "./grpc-frame.ts";
import { routeName } from "./route-name.ts";

const routeNames: [path: string, name: string][] = [
  ["/push.v1.PusherService/Push", "push_v1_pusherservice_push"],
  ["/querier.v1.QuerierService/SelectSeries", "querier_v1_querierservice_selectseries"],
  ["/ingest", "ingest"],
  ["/pyroscope/render", "pyroscope_render"],
  ["/v1development/profiles", "v1development_profiles"],
  ["/assets/*", "assets"],
  ["/", "root"],
];
for (const [path, name] of routeNames) test(`route ${path} is ${name}`, () => assert.equal(routeName(path), name));

const acceptHeaders: [header: string | undefined, utf8: boolean | "refused"][] = [
  [undefined, false],
  ["*/*", false],
  ["", false],
  ["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", false],
  ["*/*;allow-utf8-labelnames=true", true],
  ['text/plain, application/json; q="a,b" ; Allow-UTF8-Labelnames="true"', true],
  ["*/*;allow-utf8-labelnames=false", false],
  ["*/*;allow-utf8-labelnames=truely", false],
  ["a/b/c", "refused"],
  ["text/html; q", "refused"],
  ["(x)", "refused"],
  [`text/html${"; ".repeat(8000)}x`, "refused"],
];
for (const [header, expected] of acceptHeaders) {
  test(`accept ${header?.slice(0, 50)}: ${expected}`, () => {
    if (expected === "refused") assert.throws(() => parseAccept(header), /Invalid header format/);
    else assert.equal(parseAccept(header).utf8LabelNames, expected);
  });
}

const codings: [list: string | undefined, isGzip: boolean][] = [
  [undefined, false],
  ["gzip, deflate", true],
  ["br;q=1.0, GZIP;q=0.8", true],
  ["gzip;q=0", false],
  ["gzip; q=0.00", false],
  ["xgzip", false],
];
for (const [list, isGzip] of codings)
  test(`codings ${list}: ${isGzip}`, () => assert.equal(listsCoding(list, "gzip"), isGzip));

const tenants: [header: string, expected: readonly string[] | string][] = [
  ["a", ["a"]],
  ["b|a|b", ["a", "b"]],
  ["a:x=y|c", ["a", "c"]],
  ["", "tenant_missing"],
  ["a|", "tenant_invalid"],
  ["..", "tenant_invalid"],
  ["x".repeat(151), "tenant_invalid"],
];
for (const [header, expected] of tenants) {
  test(`tenants ${header.slice(0, 20)}: ${expected}`, () => {
    const read = (): readonly string[] => tenantsFrom({ "x-scope-orgid": header });
    if (typeof expected === "string")
      assert.throws(read, (error) => error instanceof BasaltError && error.code === expected);
    else assert.deepEqual(read(), expected);
  });
}

test("a frame holds one message", () => {
  const message = Uint8Array.of(1, 2, 3);
  const one = writeFrame(message, true);
  assert.deepEqual([...one], [1, 0, 0, 0, 3, 1, 2, 3]);
  assert.deepEqual(readFrame(one), { isCompressed: true, message });
  assert.deepEqual(readFrame(writeFrame(new Uint8Array(0), false)).message.length, 0);
  assert.throws(() => readFrame(Uint8Array.of(0, 0, 0, 0)), /prefix is cut short/);
  assert.throws(() => readFrame(one.subarray(0, 7)), /message of 3 bytes is cut short/);
  assert.throws(() => readFrame(Uint8Array.of(0x80, 0, 0, 0, 0)), /unknown flags/);
  assert.throws(() => readFrame(new Uint8Array(0)), /without a message/);
  assert.throws(() => readFrame(Buffer.concat([one, one])), /more than one message/);
});

test("status trailers carry any text", () => {
  const error = {
    rpcCode: "not_found",
    code: undefined,
    httpStatus: 404,
    details: [],
    retryAfterSeconds: undefined,
  } as const;
  assert.deepEqual(statusTrailers(undefined), { "grpc-status": "0" });
  assert.deepEqual(statusTrailers({ ...error, message: "50% größer\n" }), {
    "grpc-status": "5",
    "grpc-message": "50%25 gr%C3%B6%C3%9Fer%0A",
  });
});

for (const declaredBytes of [undefined, 0, 2000, 5000, 1 << 30]) {
  test(`a body in odd pieces is put together, ${declaredBytes} bytes declared`, () => {
    const buffer = new BodyBuffer(declaredBytes);
    const sent: number[] = [];
    for (const length of [1, 0, 1023, 1024, 7, 40_000, 3, 1023, 16_000]) {
      const chunk = Uint8Array.from({ length }, (_, i) => (i + length) % 251);
      buffer.append(chunk);
      sent.push(...chunk);
    }
    const whole = buffer.take();
    assert.equal(buffer.byteCount, sent.length);
    assert.deepEqual(whole, Uint8Array.from(sent));
    assert.equal(whole.buffer.byteLength, whole.length, "owns its memory");
  });
}

test("an empty body is empty", () => {
  assert.equal(new BodyBuffer(undefined).take().length, 0);
  assert.equal(new BodyBuffer(10).take().length, 0);
});

test("bodies in flight share a budget; one that comes alone passes", () => {
  const budget = new BodyBudget(100);
  budget.take(150, 0);
  budget.take(50, 150);
  assert.throws(
    () => budget.take(1, 0),
    (error) => error instanceof BasaltError && error.code === "queue_full",
  );
  budget.giveBack(200);
  budget.take(60, 0);
  assert.throws(() => budget.take(60, 0), /hold 60 of 100 bytes/);
  assert.equal(budget.bytesInUse, 60);
});
