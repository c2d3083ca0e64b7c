import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { BasaltError } from "@basalt/model";
import { ManualClock } from "../manual-clock.ts";
import { systemClock } from "../node/system-clock.ts";
import type { WorkerClient, WorkerOptions } from "./contract.ts";
import { movableBuffers } from "./contract.ts";
import type { EchoOwner, EchoWorker } from "./fixture/echo-setup.ts";
import { setupEchoWorker } from "./fixture/echo-setup.ts";
import { runInThread } from "./in-thread-worker.ts";
import { siblingModule, spawnWorker } from "./spawn-worker.ts";

type Data = { readonly refuse: boolean };
type Start = (options: WorkerOptions<Data, EchoOwner>) => Promise<WorkerClient<EchoWorker>>;

const starts: readonly (readonly [string, Start])[] = [
  [
    "a thread",
    (options) =>
      spawnWorker<EchoWorker, Data, EchoOwner>(siblingModule(import.meta.url, "fixture/echo-worker"), options),
  ],
  ["the same thread", (options) => runInThread(setupEchoWorker, { ...options, clock: systemClock })],
];

const owner = (heard: string[] = []): EchoOwner => ({
  shout: (text) => {
    heard.push(text);
    return text.toUpperCase();
  },
});

const started: WorkerClient<EchoWorker>[] = [];

afterEach(async () => {
  for (const worker of started.splice(0)) await worker.stop();
});

const hasCode = (code: string) => (error: BasaltError) => error.code === code;

for (const [where, startOne] of starts) {
  const start: Start = async (options) => {
    const worker = await startOne(options);
    started.push(worker);
    return worker;
  };

  describe(`a worker in ${where}`, () => {
    it("answers, moves buffers both ways and stops", async () => {
      const heard: string[] = [];
      const exits: unknown[] = [];
      const onExit = (error: unknown): void => void exits.push(error);
      const worker = await start({ name: "echo", data: { refuse: false }, handlers: owner(heard), onExit });
      const bytes = new Uint8Array([1, 2, 3]);
      const asked = worker.call("echo", bytes, { transfer: movableBuffers(bytes) });
      assert.deepEqual([worker.inFlightCount, worker.inFlightBytes], [1, 3]);
      assert.deepEqual([...(await asked)], [1, 2, 3]);
      assert.equal(bytes.length, 0, "the request has moved away");
      assert.deepEqual([worker.inFlightCount, worker.inFlightBytes], [0, 0]);
      assert.equal(await worker.call("relay", "hello"), "HELLO");
      await Promise.all([worker.stop(), worker.stop()]);
      assert.deepEqual(heard, ["hello", "stopping"]);
      assert.deepEqual(exits, [undefined]);
      await assert.rejects(worker.call("givenUp", undefined as never), hasCode("shutting_down"));
    });

    it("carries errors with code, message, details and retry time", async () => {
      const worker = await start({ name: "echo", data: { refuse: false }, handlers: owner() });
      await assert.rejects(worker.call("fail", "no room"), {
        code: "disk_full",
        rpcCode: "unavailable",
        message: "no room",
        details: { free: 0 },
        retryAfterSeconds: 7,
      });
    });

    it("tells the worker when the caller gives up", async () => {
      const worker = await start({ name: "echo", data: { refuse: false }, handlers: owner() });
      const controller = new AbortController();
      const hanging = worker.call("hang", undefined, { signal: controller.signal });
      controller.abort();
      await assert.rejects(hanging, hasCode("canceled"));
      assert.equal(await worker.call("givenUp", undefined as never), true);
      await assert.rejects(worker.call("hang", undefined, { signal: controller.signal }), hasCode("canceled"));
    });

    it("refuses calls over the bounds of count and bytes", async () => {
      const bounds = { inFlightMax: 2, inFlightBytesMax: 10, inFlightSettings: "-echo.flag" };
      const worker = await start({ name: "echo", data: { refuse: false }, handlers: owner(), ...bounds });
      const large = new Uint8Array(20);
      const small = new Uint8Array(1);
      const first = worker.call("echo", large, { transfer: [large.buffer] });
      const tooHeavy = worker.call("echo", small, { transfer: [small.buffer] });
      const second = worker.call("givenUp", undefined as never);
      const tooMany = worker.call("givenUp", undefined as never);
      assert.equal(small.length, 1, "a refused buffer stays");
      await assert.rejects(tooHeavy, hasCode("queue_full"));
      await assert.rejects(tooMany, { code: "queue_full", message: /echo has 2 of 2 calls .* \(-echo\.flag\)/ });
      await Promise.all([first, second]);
    });

    it("counts the calls of each line apart", async () => {
      const worker = await start({ name: "echo", data: { refuse: false }, handlers: owner(), inFlightMax: 1 });
      const controller = new AbortController();
      const query = { line: "query", signal: controller.signal };
      const hanging = worker.call("hang", undefined, query);
      await assert.rejects(worker.call("givenUp", undefined as never, query), hasCode("queue_full"));
      const other = worker.call("givenUp", undefined as never);
      await assert.rejects(worker.call("givenUp", undefined as never), hasCode("queue_full"));
      assert.equal(await other, false);
      controller.abort();
      await assert.rejects(hanging, hasCode("canceled"));
      assert.equal(await worker.call("givenUp", undefined as never, { line: "query" }), true);
    });

    it("fails its start with what the setup threw", async () => {
      await assert.rejects(start({ name: "echo", data: { refuse: true } }), hasCode("wal_corrupt"));
    });
  });
}

describe("a worker that crashes", () => {
  it("while it loads fails its start", async () => {
    const nowhere = siblingModule(import.meta.url, "fixture/no-such-worker");
    const starting = spawnWorker<EchoWorker, undefined>(nowhere, { name: "nowhere", data: undefined });
    await assert.rejects(starting, hasCode("worker_lost"));
  });

  it("fails what is pending and tells its owner, in a thread", async () => {
    const exited = Promise.withResolvers<BasaltError | undefined>();
    const [, spawn] = starts[0] ?? assert.fail();
    const worker = await spawn({ name: "echo", data: { refuse: false }, onExit: exited.resolve });
    const hanging = worker.call("hang", undefined);
    const rejected = assert.rejects(hanging, hasCode("worker_lost"));
    started.push(worker);
    // Its own answer may still be on its way when it dies.
    await worker.call("die", undefined as never).catch(() => undefined);
    await rejected;
    const error = await exited.promise;
    assert.equal(error?.code, "worker_lost");
    assert.match(String(error?.cause), /planted crash/);
  });

  it("can be planted in a simulation", async () => {
    const exits: (BasaltError | undefined)[] = [];
    const options = { name: "echo", data: { refuse: false }, clock: new ManualClock() };
    const worker = await runInThread(setupEchoWorker, { ...options, onExit: (error) => void exits.push(error) });
    const hanging = worker.call("hang", undefined);
    worker.crash(new Error("planted"));
    await assert.rejects(hanging, hasCode("worker_lost"));
    assert.equal(exits[0]?.code, "worker_lost");
  });

  it("is ended after the grace time when it does not stop", async () => {
    const clock = new ManualClock();
    const setup = (_data: undefined, host: { onStop(hook: () => Promise<void>): void }): { [name: string]: never } => {
      host.onStop(() => new Promise(() => undefined));
      return {};
    };
    const worker = await runInThread(setup, { name: "stuck", data: undefined, clock });
    const stopping = assert.rejects(worker.stop(500), /did not stop within 500 ms/);
    await clock.advance(500);
    await stopping;
  });
});
