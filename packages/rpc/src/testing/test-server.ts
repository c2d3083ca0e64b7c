import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BasaltError } from "@basalt/model";
import { systemClock } from "@basalt/runtime";
import type { CallContext } from "../call-context.ts";
import { encodeMessage } from "../codec.ts";
import { PusherServiceDefinition } from "../gen/push/v1/push.ts";
import { QuerierServiceDefinition, type SeriesRequest, SeriesResponse } from "../gen/querier/v1/querier.ts";
import { healthService } from "../health-service.ts";
import { textResponse } from "../http-route.ts";
import type { RequestRecord } from "../server/observer.ts";
import { createServer, type RpcServer } from "../server/rpc-server.ts";
import { PreEncoded, service } from "../service.ts";
import { tenantInterceptor } from "../tenant-interceptor.ts";
import { type RawRequest, type RawResponse, send } from "./raw-client.ts";

export const seriesPath: string = "/querier.v1.QuerierService/Series";
export const pushPath: string = "/push.v1.PusherService/Push";
export const healthPath: string = "/grpc.health.v1.Health/Check";
export const json: Record<string, string> = { "content-type": "application/json", "x-scope-orgid": "team-a" };
export const proto: Record<string, string> = { "content-type": "application/proto", "x-scope-orgid": "team-a" };
export const grpc: Record<string, string> = {
  "content-type": "application/grpc",
  te: "trailers",
  "x-scope-orgid": "team-a",
};

/** A server on a free port while the tests of a file run, and what it told its observers. */
export interface TestServer {
  port(): number;
  readonly records: readonly RequestRecord[];
  readonly panics: readonly unknown[];
  /** Sends over HTTP/1.1 and over HTTP/2, in a test each, and checks both answers. */
  bothVersions(rule: string, request: RequestUnderTest, check: (response: RawResponse) => void): void;
}

export type RequestUnderTest = Omit<RawRequest, "port" | "version">;

/** Starts the server before the tests of this file and stops it after them. */
export function useTestServer(): TestServer {
  const records: RequestRecord[] = [];
  const panics: unknown[] = [];
  const server = makeServer(records, panics);
  let port = 0;
  before(async () => {
    ({ port } = await server.listen({ host: "127.0.0.1", port: 0 }));
  });
  after(() => server.stop(1000));
  return {
    port: () => port,
    records,
    panics,
    bothVersions: (rule, request, check) => {
      for (const version of [1, 2] as const) {
        test(`${rule} (HTTP/${version})`, async () => check(await send({ ...request, version, port })));
      }
    },
  };
}

function makeServer(records: RequestRecord[], panics: unknown[]): RpcServer {
  const querier = service(QuerierServiceDefinition, { series }, { tenancy: "many" });
  const pusher = service(
    PusherServiceDefinition,
    { push: { raw: async () => ({}) } },
    { tenancy: "one", requestBytesMax: 100_000 },
  );
  return createServer({
    clock: systemClock,
    services: [querier, pusher, healthService({ isReady: () => true, services: [querier] })],
    routes: [
      {
        path: "/ingest",
        methods: ["POST"],
        tenancy: "one",
        bodyBytesMax: 100_000,
        handle: async ({ query, body }, { tenant }) => textResponse(`${tenant} ${query.get("name")} ${body.length}`),
      },
      { path: "/assets/*", methods: ["GET"], tenancy: "none", handle: async ({ path }) => textResponse(path) },
    ],
    interceptors: [tenantInterceptor({ multitenancy: true, tenantsMax: 16 })],
    observers: [
      {
        requestStarted: () => undefined,
        requestFinished: (record) => records.push(record),
        panicked: (_record, thrown) => panics.push(thrown),
        connectionOpened: () => undefined,
        connectionClosed: () => undefined,
        connectionRefused: () => undefined,
      },
    ],
  });
}

/** Answers what the first matcher asks for. */
async function series(request: SeriesRequest, context: CallContext): Promise<SeriesResponse | PreEncoded> {
  const [mode] = request.matchers;
  if (mode === "busy") throw new BasaltError("queue_full", "too many queries");
  if (mode === "bug") throw new TypeError("secret detail");
  if (mode === "warn") {
    context.warn("block_corrupt", "block 01J is quarantined: größer\r\nx: y");
    context.markPartial();
  }
  if (mode === "wait") await systemClock.sleep(60_000, context.signal);
  if (mode === "bad-header") context.responseHeaders["x-bad"] = "line\nbreak";
  if (mode === "bad-trailer") context.responseTrailers["x-bad"] = "line\nbreak";
  const labels = [{ name: context.tenants.join("|"), value: String(request.start) }];
  const response = { labelsSet: mode === "large" ? new Array(500).fill({ labels }) : [{ labels }] };
  if (mode !== "encoded" || context.codec === "structured") return response;
  return new PreEncoded(encodeMessage(SeriesResponse, context.codec, response), context.codec);
}

/** The code and message of a Connect or plain error. */
export function errorOf(response: RawResponse): { code: string; message: string } {
  return JSON.parse(response.body.toString()) as { code: string; message: string };
}

/** Checks status, Connect code and Basalt code of an error. */
export function expectError(status: number, code: string, basaltCode: string): (response: RawResponse) => void {
  return (response) => {
    assert.equal(response.status, status);
    assert.equal(response.headers["basalt-error"], basaltCode);
    assert.equal(errorOf(response).code, code);
    assert.ok(errorOf(response).message.endsWith(` [${basaltCode}]`), errorOf(response).message);
  };
}
