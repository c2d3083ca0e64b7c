import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { systemClock } from "@basalt/runtime";
import { HealthDefinition } from "../gen/grpc/health/v1/health.ts";
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
