import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BasaltError } from "@basalt/model";
import { ManualClock } from "../manual-clock.ts";
import type { InThreadWorker } from "./in-thread-worker.ts";
import { runInThread } from "./in-thread-worker.ts";
import type { WorkerPoolOptions } from "./worker-pool.ts";
import { WorkerPool } from "./worker-pool.ts";

interface Gate {
  /** Answers when the test opens the gate of that number. */
  pass(gate: number): Promise<string>;
}

function gatedPool(options: Partial<WorkerPoolOptions<Gate>> = {}) {
  const clock = new ManualClock();
  const gates = new Map<number, () => void>();
  const workers = new Map<string, InThreadWorker<Gate>>();
  const pool = new WorkerPool<Gate>({
    name: "gate",
    sizeMax: 2,
    clock,
    idleMs: 1000,
    spawn: async (name, onExit) => {
      const setup = (): Gate => ({
        pass: (gate) => new Promise((resolve) => gates.set(gate, () => resolve(`${name}:${gate}`))),
      });
      const worker = await runInThread(setup, { name, data: undefined, clock, onExit });
      workers.set(name, worker);
      return worker;
    },
    ...options,
  });
  const open = async (gate: number): Promise<void> => {
    await clock.advance(0);
    gates.get(gate)?.();
    await clock.advance(0);
  };
  return { pool, clock, workers, open };
}

describe("a worker pool", () => {
  it("starts workers on first use, queues beyond them and stops them when idle", async () => {
    const { pool, clock, open } = gatedPool();
    assert.equal(pool.workerCount, 0);
    const answers = [1, 2, 3].map((gate) => pool.call("pass", gate));
    assert.deepEqual([pool.workerCount, pool.queuedCount], [2, 1]);
    await open(1);
    assert.equal(pool.queuedCount, 0);
    await open(3);
    await open(2);
    assert.deepEqual(await Promise.all(answers), ["gate-0:1", "gate-1:2", "gate-0:3"]);
    await clock.advance(999);
    assert.equal(pool.workerCount, 2);
    await clock.advance(1);
    assert.equal(pool.workerCount, 0);
    const later = pool.call("pass", 4);
    await open(4);
    assert.equal(await later, "gate-2:4");
  });

  it("shares a worker when told so", async () => {
    const { pool, open } = gatedPool({ sizeMax: 1, callsPerWorker: 2 });
    const answers = [1, 2].map((gate) => pool.call("pass", gate));
    assert.deepEqual([pool.workerCount, pool.queuedCount], [1, 0]);
    await open(2);
    await open(1);
    assert.deepEqual(await Promise.all(answers), ["gate-0:1", "gate-0:2"]);
  });

  it("refuses what is over the queue's bound and forgets who gave up", async () => {
    const { pool, open } = gatedPool({ sizeMax: 1, queueMax: 1 });
    const first = pool.call("pass", 1);
    const controller = new AbortController();
    const second = pool.call("pass", 2, { signal: controller.signal });
    await assert.rejects(pool.call("pass", 3), { code: "queue_full" });
    controller.abort();
    await assert.rejects(second, { code: "canceled" });
    assert.equal(pool.queuedCount, 0);
    await open(1);
    assert.equal(await first, "gate-0:1");
  });

  it("replaces a worker that crashed", async () => {
    const { pool, clock, workers, open } = gatedPool({ sizeMax: 1 });
    const lost = pool.call("pass", 1);
    const waiting = pool.call("pass", 2);
    await clock.advance(0);
    workers.get("gate-0")?.crash(new Error("planted"));
    await assert.rejects(lost, { code: "worker_lost" });
    await open(2);
    assert.equal(await waiting, "gate-1:2");
  });

  it("passes on the error of a worker that cannot start, and tries again", async () => {
    let tries = 0;
    const { pool } = gatedPool({
      spawn: () => {
        tries++;
        return Promise.reject(new Error("no thread"));
      },
    });
    await assert.rejects(pool.call("pass", 1), /no thread/);
    await assert.rejects(pool.call("pass", 1), /no thread/);
    assert.deepEqual([tries, pool.workerCount], [2, 0]);
  });

  it("refuses waiting and later calls once stopped", async () => {
    const { pool, clock } = gatedPool({ sizeMax: 1 });
    const running = pool.call("pass", 1);
    const waiting = pool.call("pass", 2);
    await clock.advance(0);
    const isStopped = (error: BasaltError): boolean => error.code === "shutting_down";
    const ends = Promise.all([assert.rejects(running, isStopped), assert.rejects(waiting, isStopped)]);
    await pool.stop();
    await ends;
    await assert.rejects(pool.call("pass", 3), isStopped);
  });
});
