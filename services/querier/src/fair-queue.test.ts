import assert from "node:assert/strict";
import { test } from "node:test";
import type { TenantId } from "@basalt/model";
import { FairQueue } from "./fair-queue.ts";

const [a, b] = ["a", "b"] as TenantId[] as [TenantId, TenantId];

/** Work that ends when told to, and notes when it started. */
class Script {
  readonly started: string[] = [];
  private readonly ends = new Map<string, () => void>();

  work(name: string): () => Promise<string> {
    return () => {
      this.started.push(name);
      return new Promise((resolve) => this.ends.set(name, () => resolve(name)));
    };
  }

  async end(name: string): Promise<void> {
    this.ends.get(name)?.();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

test("tenants take turns, each with its oldest work first", async () => {
  const queue = new FairQueue({ runningMax: 1, waitingPerTenantMax: 10 });
  const script = new Script();
  const order = ["a1", "a2", "a3", "b1", "b2"];
  const all = order.map((name) => queue.run(name.startsWith("a") ? a : b, script.work(name)));
  assert.equal(queue.waitingCount, 4);
  for (const next of ["a1", "a2", "b1", "a3", "b2"]) {
    assert.equal(script.started.at(-1), next);
    await script.end(next);
  }
  assert.deepEqual(await Promise.all(all), order);
  assert.deepEqual([queue.runningCount, queue.waitingCount], [0, 0]);
});

test("a tenant with too much waiting is refused, another one is not", async () => {
  const queue = new FairQueue({ runningMax: 1, waitingPerTenantMax: 1 });
  const script = new Script();
  const running = queue.run(a, script.work("a1"));
  const waiting = queue.run(a, script.work("a2"));
  await assert.rejects(queue.run(a, script.work("a3")), { code: "queue_full" });
  const other = queue.run(b, script.work("b1"));
  for (const name of ["a1", "a2", "b1"]) await script.end(name);
  assert.deepEqual(await Promise.all([running, waiting, other]), ["a1", "a2", "b1"]);
});

test("work that is given up while it waits leaves the queue, and failed work gives its place back", async () => {
  const queue = new FairQueue({ runningMax: 1, waitingPerTenantMax: 10 });
  const script = new Script();
  const running = queue.run(a, script.work("a1"));
  const controller = new AbortController();
  const givenUp = queue.run(a, script.work("a2"), controller.signal);
  controller.abort();
  await assert.rejects(givenUp, { code: "canceled" });
  const failing = queue.run(a, () => Promise.reject(new Error("broken")));
  const last = queue.run(a, script.work("a3"));
  await script.end("a1");
  await running;
  await assert.rejects(failing, /broken/);
  await script.end("a3");
  assert.equal(await last, "a3");
  assert.deepEqual(script.started, ["a1", "a3"]);
  assert.equal(queue.runningCount, 0);
});
