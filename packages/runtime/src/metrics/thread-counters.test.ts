import assert from "node:assert/strict";
import { test } from "node:test";
import { counterMetric } from "./metric.ts";
import { Metrics } from "./metrics.ts";
import { registerThreadCounters } from "./thread-counter-metrics.ts";
import { threadCounter, threadCounts } from "./thread-counters.ts";

const operations = counterMetric({ name: "test_operations_total", help: "x", labels: ["operation"] });
const plain = counterMetric({ name: "test_plain_total", help: "x" });

test("counters of threads add up in the scrape that asks, and keep what a thread counted before it ended", async () => {
  const [here, there] = [{}, {}];
  const get = { name: "test_operations_total", labels: { operation: "get" } };
  let threads = new Map([
    [here, [{ ...get, value: 2 }]],
    [
      there,
      [
        { ...get, value: 5 },
        { name: "test_unknown_total", labels: {}, value: 1 },
      ],
    ],
  ]);
  const metrics = new Metrics();
  registerThreadCounters(metrics, [operations, plain], async () => threads);
  const lines = async (): Promise<string[]> => {
    const text = await metrics.text();
    return text.split("\n").filter((line) => line.startsWith("test_"));
  };
  assert.deepEqual(await lines(), ['test_operations_total{operation="get"} 7', "test_plain_total 0"]);
  threads = new Map([
    [
      here,
      [
        { ...get, value: 3 },
        { name: "test_plain_total", labels: {}, value: 4 },
      ],
    ],
  ]);
  assert.deepEqual(await lines(), ['test_operations_total{operation="get"} 8', "test_plain_total 4"]);
});

test("a thread has one counter for a metric and label values", () => {
  threadCounter(operations, { operation: "put" }).value += 2;
  threadCounter(operations, { operation: "put" }).value += 3;
  threadCounter(operations, { operation: "list" }).value++;
  threadCounter(plain).value++;
  // Others of this process may count, too.
  const own = threadCounts().filter(({ name }) => name.startsWith("test_"));
  assert.deepEqual(
    own.map(({ name, labels, value }) => [name, labels, value]),
    [
      ["test_operations_total", { operation: "put" }, 5],
      ["test_operations_total", { operation: "list" }, 1],
      ["test_plain_total", {}, 1],
    ],
  );
});
