import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { counterMetric, exponentialBuckets, gaugeMetric, histogramMetric, metricsMarkdown } from "./metric.ts";
import { Metrics } from "./metrics.ts";

const profiles = counterMetric({ name: "test_profiles_total", help: "Profiles.", labels: ["tenant", "reason"] });
const pushes = counterMetric({ name: "test_pushes_total", help: "Pushes." });
const headBytes = gaugeMetric({ name: "test_head_bytes", help: "Bytes of the head.", labels: ["type"] });
const seconds = histogramMetric({ name: "test_seconds", help: "Duration.", buckets: [1, 2] });

const samples = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "" && line[0] !== "#");

describe("metrics", () => {
  it("are written as Prometheus reads them", async () => {
    const metrics = new Metrics();
    metrics.counter(profiles).add({ tenant: "a", reason: "b" }, 3);
    metrics.counter(pushes).add();
    metrics.gauge(headBytes, (gauge) => gauge.set({ type: "x" }, 10)).add({ type: "y" }, 1);
    metrics.histogram(seconds).observe(1.5);
    const text = await metrics.text();
    assert.deepEqual(samples(text), [
      'test_profiles_total{tenant="a",reason="b"} 3',
      "test_pushes_total 1",
      'test_head_bytes{type="y"} 1',
      'test_head_bytes{type="x"} 10',
      'test_seconds_bucket{le="1"} 0',
      'test_seconds_bucket{le="2"} 1',
      'test_seconds_bucket{le="+Inf"} 1',
      "test_seconds_sum 1.5",
      "test_seconds_count 1",
    ]);
    assert.match(text, /# TYPE test_seconds histogram/);
  });

  it("of many tenants are written metric by metric, other work in between", async () => {
    const metrics = new Metrics();
    const metricCount = 20;
    for (let i = 0; i < metricCount; i++)
      metrics.counter(counterMetric({ name: `test_${i}_total`, help: "One." })).add();
    let turns = 0;
    let isDone = false;
    const other = async (): Promise<void> => {
      for (; !isDone; turns++) await setImmediate();
    };
    const working = other();
    await metrics.text();
    isDone = true;
    await working;
    assert.ok(turns >= metricCount, `${turns} turns`);
  });

  it("by tenant cannot be histograms of many bounds", () => {
    const bounds = exponentialBuckets(1, 16, 5);
    const declare = (labels: readonly string[], buckets: readonly number[]) => () =>
      histogramMetric({ name: "test_bytes", help: "Bytes.", labels, buckets });
    assert.throws(declare(["tenant"], bounds), /test_bytes has 5 bounds by tenant/);
    assert.doesNotThrow(declare(["tenant"], bounds.slice(1)));
    assert.doesNotThrow(declare(["type"], bounds));
  });

  it("never have more than 2,000 label sets; the rest is counted together", async () => {
    const metrics = new Metrics();
    const counter = metrics.counter(profiles);
    for (let i = 0; i < 2010; i++) counter.add({ tenant: `t${i}`, reason: "r" });
    const lines = samples(await metrics.text());
    assert.equal(lines.length, 2001);
    assert.ok(lines.includes('test_profiles_total{tenant="overflow",reason="overflow"} 10'));
  });

  it("refuse a call without a label", () => {
    const counter = new Metrics().counter(profiles);
    assert.throws(() => counter.add({ tenant: "a" } as never), /needs the label reason/);
  });
});

describe("exponential buckets", () => {
  it("grow by one factor from the first to the last", () => {
    assert.deepEqual(exponentialBuckets(100, 100_000, 4), [100, 1000, 10_000, 100_000]);
  });
});

describe("docs/metrics.md", () => {
  it("has a row for each metric, by name", () => {
    const rows = metricsMarkdown([pushes, headBytes])
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    assert.deepEqual(rows, [
      "| `test_head_bytes` | gauge | `type` | Bytes of the head. |",
      "| `test_pushes_total` | counter |  | Pushes. |",
    ]);
  });
});
