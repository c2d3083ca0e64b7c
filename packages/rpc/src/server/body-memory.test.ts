import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { BasaltError } from "@basalt/model";
import { systemClock } from "@basalt/runtime";
import { PusherServiceDefinition } from "../gen/push/v1/push.ts";
import { service } from "../service.ts";
import { type RawResponse, send } from "../testing/raw-client.ts";
import { expectError, pushPath } from "../testing/test-server.ts";
import { BodyBudget, BodyShare } from "./body-budget.ts";
import { gunzipBounded } from "./compression.ts";
import { createServer } from "./rpc-server.ts";

const inFlightMax = 1 << 20;
/** Requests that reached the handler and wait in it, each with what lets it go on. */
const held: (() => void)[] = [];
let onHeld: () => void = () => undefined;
let onFinished: () => void = () => undefined;

const hold = async (): Promise<object> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  held.push(resolve);
  onHeld();
  await promise;
  return {};
};
const ignore = (): void => undefined;
const server = createServer({
  clock: systemClock,
  services: [service(PusherServiceDefinition, { push: { raw: hold } }, { tenancy: "none", requestBytesMax: 4 << 20 })],
  limits: { requestBytesInFlightMax: inFlightMax },
  observers: [
    {
      requestStarted: ignore,
      requestFinished: () => onFinished(),
      panicked: ignore,
      connectionOpened: ignore,
      connectionClosed: ignore,
      connectionRefused: ignore,
    },
  ],
});
let port = 0;
before(async () => {
  ({ port } = await server.listen({ host: "127.0.0.1", port: 0 }));
});
after(() => server.stop(1000));

const plain = { "content-type": "application/proto" };
const gzipped = { ...plain, "content-encoding": "gzip" };
const post = (headers: Record<string, string>, body: Uint8Array): Promise<RawResponse> =>
  send({ version: 1, port, path: pushPath, headers, body });
const nextHeld = (): Promise<void> => new Promise((resolve) => (onHeld = resolve));
const letGo = (): void => {
  for (const resolve of held.splice(0)) resolve();
};
const refusesAsFull = expectError(429, "resource_exhausted", "queue_full");
/** Sends what must be refused; were it let in, nothing would hold it. */
const postTooMuch = async (headers: Record<string, string>, body: Uint8Array): Promise<void> => {
  onHeld = letGo;
  refusesAsFull(await post(headers, body));
};

/** As gzip, whose trailer claims another size. */
function claiming(bytes: Uint8Array, claimed: number): Uint8Array {
  const member = gzipSync(new Uint8Array(claimed));
  return Buffer.concat([gzipSync(bytes), member]);
}

const large = new Uint8Array(700_000);
for (const [name, body] of [
  ["says its size", gzipSync(large)],
  ["claims to be small", claiming(large, 3)],
] as const) {
  test(`a small body that becomes large and ${name} is counted as large`, async () => {
    const isHeld = nextHeld();
    const first = post(gzipped, gzipSync(large));
    await isHeld;
    await postTooMuch(gzipped, body);
    letGo();
    assert.equal((await first).status, 200);
    const again = nextHeld();
    const alone = post(gzipped, body);
    await again;
    letGo();
    assert.equal((await alone).status, 200);
  });
}

for (const version of [1, 2] as const) {
  test(`a client that leaves does not free what its handler still holds (HTTP/${version})`, async () => {
    const isHeld = nextHeld();
    const finished = new Promise<void>((resolve) => (onFinished = resolve));
    await leaveAfter(version, isHeld);
    await finished;
    await postTooMuch(plain, large);
    letGo();
    const again = nextHeld();
    const next = post(plain, large);
    await again;
    letGo();
    assert.equal((await next).status, 200);
  });
}

async function leaveAfter(version: 1 | 2, moment: Promise<void>): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  if (version === 1) {
    socket.write(`POST ${pushPath} HTTP/1.1\r\nhost: x\r\ncontent-type: application/proto\r\n`);
    socket.write(`content-length: ${large.length}\r\n\r\n`);
    socket.write(large);
  } else {
    const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection: () => socket });
    const stream = session.request({ ":method": "POST", ":path": pushPath, ...plain });
    stream.on("error", ignore);
    stream.end(large);
  }
  await moment;
  socket.destroy();
  await once(socket, "close");
}

const inflated: [name: string, bytes: Uint8Array, claimed: number | undefined][] = [
  ["empty", new Uint8Array(0), undefined],
  ["small", Uint8Array.of(1, 2, 3), undefined],
  ["for a thread", new Uint8Array(3 << 20).fill(7), undefined],
  ["in two members, the last empty", Uint8Array.of(1, 2, 3), 0],
  ["in two members, the last small", new Uint8Array(3 << 20).fill(7), 100],
];
for (const [name, bytes, claimed] of inflated) {
  test(`gzip, ${name}: inflates whole and holds its size`, async () => {
    const budget = new BodyBudget(1 << 30);
    const share = new BodyShare(budget);
    const input = claimed === undefined ? gzipSync(bytes) : claiming(bytes, claimed);
    const whole = await gunzipBounded(input, 4 << 20, share);
    assert.deepEqual(whole, Buffer.concat([bytes, new Uint8Array(claimed ?? 0)]));
    assert.equal(budget.bytesInUse, whole.length);
    share.release();
    assert.equal(budget.bytesInUse, 0);
  });
}

test("gzip, one byte over the limit is refused, whatever it claims", async () => {
  const share = new BodyShare(new BodyBudget(1 << 30));
  const isTooLarge = (error: unknown): boolean => error instanceof BasaltError && error.code === "request_too_large";
  for (const size of [1000, 3 << 20]) {
    const body = new Uint8Array(size);
    assert.equal((await gunzipBounded(gzipSync(body), size, share)).length, size);
    await assert.rejects(gunzipBounded(gzipSync(body), size - 1, share), isTooLarge);
    await assert.rejects(gunzipBounded(claiming(body, 1), size, share), isTooLarge);
  }
});
