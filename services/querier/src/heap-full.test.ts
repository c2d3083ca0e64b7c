import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { BasaltError } from "@basalt/model";
import { failureOf } from "./heap-full.ts";

async function endOf(code: string): Promise<BasaltError> {
  const worker = new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 } });
  const [cause] = await once(worker, "error");
  return new BasaltError("worker_lost", "worker query-0 has ended", { cause });
}

test("a query whose thread ends with a full heap is told that it is too large, any other end is worker_lost", async () => {
  const full = failureOf(await endOf("const kept = []; for (;;) kept.push({});"));
  assert.ok(full instanceof BasaltError);
  assert.deepEqual([full.code, full.retryAfterSeconds], ["query_memory_limit", undefined]);
  const crashed = await endOf("throw new Error('a bug');");
  assert.equal(failureOf(crashed), crashed);
  const other = new Error("not of a thread");
  assert.equal(failureOf(other), other);
});
