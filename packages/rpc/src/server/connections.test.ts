import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Server } from "node:net";
import { test } from "node:test";
import { systemClock } from "@basalt/runtime";
import { HealthDefinition } from "../gen/grpc/health/v1/health.ts";
import { PusherServiceDefinition } from "../gen/push/v1/push.ts";
import { textResponse } from "../http-route.ts";
import { service } from "../service.ts";
import { send } from "../testing/raw-client.ts";
import { healthPath, useTestServer } from "../testing/test-server.ts";
import { createServer } from "./rpc-server.ts";

const { port } = useTestServer();

test("HTTP/1.1 by single bytes, and HTTP/2's preface in pieces, are told apart", async () => {
  const socket = connect(port(), "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += data.toString("latin1");
  });
  for (const byte of "PUT / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n") {
    await new Promise((resolve) => socket.write(byte, resolve));
  }
  await new Promise((resolve) => socket.on("close", resolve));
  assert.match(answer, /^HTTP\/1.1 404 /);
  const http2Socket = connect(port(), "127.0.0.1");
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
  for (const byte of preface) await new Promise((resolve) => http2Socket.write(byte, "latin1", resolve));
  const [first] = (await new Promise((resolve) => http2Socket.once("data", (data) => resolve([data])))) as [Buffer];
  assert.equal(first[3], 4, "the first frame is SETTINGS");
  http2Socket.destroy();
});

test("stop lets a running request finish and refuses new connections", async () => {
  const finish = Promise.withResolvers<void>();
  const bothStarted = Promise.withResolvers<void>();
  let startedCount = 0;
  const check = async (): Promise<{ status: 1 }> => {
    if (++startedCount === 2) bothStarted.resolve();
    await finish.promise;
    return { status: 1 };
  };
  const other = createServer({
    clock: systemClock,
    services: [service(HealthDefinition, { check }, { tenancy: "none" })],
  });
  const address = await other.listen({ host: "127.0.0.1", port: 0 });
  const path = healthPath;
  const request = { port: address.port, path, headers: { "content-type": "application/json" }, body: "{}" };
  const answers = Promise.all([send({ version: 1, ...request }), send({ version: 2, ...request })]);
  await bothStarted.promise;
  const stopped = other.stop(10_000);
  finish.resolve();
  for (const { status } of await answers) assert.equal(status, 200);
  await stopped;
  await assert.rejects(send({ version: 1, ...request }), /ECONNREFUSED/);
});

test("a connection that cannot be accepted is told of, and the server goes on", async (t) => {
  const refused: unknown[] = [];
  const ignore = (): void => undefined;
  const tired = createServer({
    clock: systemClock,
    services: [service(HealthDefinition, { check: healthy }, { tenancy: "none" })],
    observers: [
      {
        requestStarted: ignore,
        requestFinished: ignore,
        panicked: ignore,
        connectionOpened: ignore,
        connectionClosed: ignore,
        connectionRefused: (error) => refused.push(error),
      },
    ],
  });
  t.after(() => tired.stop(0));
  const address = await tired.listen({ host: "127.0.0.1", port: 0 });
  const noBuffers = new Error("accept ENOBUFS");
  // As node:net does when the system's accept fails.
  (tired as unknown as { readonly port: Server }).port.emit("error", noBuffers);
  assert.deepEqual(refused, [noBuffers]);
  const headers = { "content-type": "application/json" };
  const request = { version: 1, port: address.port, path: healthPath, headers, body: "{}" } as const;
  assert.equal((await send(request)).status, 200);
  const second = createServer({ clock: systemClock });
  await assert.rejects(second.listen(address), { code: "EADDRINUSE" });
});

test("clients that vanish leave neither connections nor bytes behind", async () => {
  let openCount = 0;
  let whenAllClosed: (() => void) | undefined;
  const ignore = (): void => undefined;
  const lonely = createServer({
    clock: systemClock,
    routes: [
      { path: "/x", methods: ["POST"], tenancy: "none", handle: async ({ body }) => textResponse(`${body.length}`) },
    ],
    limits: { drainMs: 20, sendMs: 100, requestBytesInFlightMax: 1_000_000 },
    observers: [
      {
        requestStarted: ignore,
        requestFinished: ignore,
        panicked: ignore,
        connectionOpened: () => openCount++,
        connectionClosed: () => {
          if (--openCount === 0) whenAllClosed?.();
        },
        connectionRefused: ignore,
      },
    ],
  });
  const address = await lonely.listen({ host: "127.0.0.1", port: 0 });
  for (let i = 0; i < 30; i++) await vanish(address.port, i);
  if (openCount > 0) await new Promise<void>((resolve) => (whenAllClosed = resolve));
  const held = connect(address.port, "127.0.0.1");
  held.write(`POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 600001\r\n\r\n${"x".repeat(600_000)}`);
  const other = { version: 1, port: address.port, path: "/x", body: new Uint8Array(300_000) } as const;
  assert.equal((await send(other)).body.toString(), "300000");
  held.destroy();
  await lonely.stop(1000);
});

test("a body that does not end in time gets 408 from a route, and what a method answers to a late call", async () => {
  const slow = createServer({
    clock: systemClock,
    services: [service(HealthDefinition, { check: healthy }, { tenancy: "none" })],
    routes: [{ path: "/x", methods: ["POST"], tenancy: "none", handle: async () => textResponse("") }],
    limits: { bodyMs: 20, drainMs: 20 },
  });
  const address = await slow.listen({ host: "127.0.0.1", port: 0 });
  for (const [path, status] of [
    ["/x", 408],
    [healthPath, 504],
  ] as const) {
    const socket = connect(address.port, "127.0.0.1");
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\nhalf`,
    );
    const answer = Buffer.concat(await socket.toArray()).toString();
    assert.match(
      answer,
      new RegExp(`^HTTP/1.1 ${status} .*basalt-error: request_incomplete.*-server.http-read-timeout`, "s"),
    );
  }
  await slow.stop(1000);
});

test("a body over a limit is refused by the name of the setting, or told that there is none", async () => {
  const bounded = createServer({
    clock: systemClock,
    services: [
      service(
        HealthDefinition,
        { check: healthy },
        { tenancy: "none", requestBytesMax: 10, requestBytesSetting: "-check.bytes-max" },
      ),
      service(PusherServiceDefinition, { push: async () => ({}) }, { tenancy: "none", requestBytesMax: 10 }),
    ],
    routes: [
      {
        path: "/x",
        methods: ["POST"],
        tenancy: "none",
        bodyBytesMax: 10,
        bodyBytesSetting: "-x.bytes-max",
        handle: async () => textResponse(""),
      },
    ],
  });
  const address = await bounded.listen({ host: "127.0.0.1", port: 0 });
  const request = {
    version: 1,
    port: address.port,
    headers: { "content-type": "application/json" },
    body: "x".repeat(11),
  } as const;
  for (const [path, status, setting] of [
    ["/x", 413, "-x.bytes-max"],
    [healthPath, 429, "-check.bytes-max"],
    ["/push.v1.PusherService/Push", 429, "no setting raises it"],
  ] as const) {
    const answer = await send({ ...request, path });
    assert.equal(answer.status, status);
    assert.match(answer.body.toString(), new RegExp(`over 10 bytes \\(${setting}\\)`));
  }
  await bounded.stop(1000);
});

const healthy = async (): Promise<{ status: 1 }> => ({ status: 1 });

/** Sends half a request, in one of several ways, and is gone. */
async function vanish(port: number, way: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  if (way % 3 === 0) {
    socket.write(`POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 90000\r\n\r\n${"x".repeat(50_000)}`);
    await once(socket, "ready");
  } else {
    const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection: () => socket });
    session.on("error", () => undefined);
    const stream = session.request({ ":method": way % 3 === 1 ? "POST" : "GET", ":path": "/x" });
    stream.on("error", () => undefined);
    stream.write(new Uint8Array(700_000));
    await once(session, "remoteSettings");
    session.destroy();
  }
  socket.destroy();
}
