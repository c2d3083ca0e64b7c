import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { counterMetric, exponentialBuckets, gaugeMetric, histogramMetric, metricsMarkdown } from "./metric.ts";
import { Metrics, metricsText } from "./metrics.ts";

const profiles = counterMetric({ name: "test_profiles_total", help: "Profiles.", labels: ["tenant", "reason"] });
const pushes = counterMetric({ name: "test_pushes_total", help: "Pushes." });
const headBytes = gaugeMetric({ name: "test_head_bytes", help: "Bytes of the head.", labels: ["type"] });
const seconds = histogramMetric({ name: "test_seconds", help: "Duration.", buckets: [1, 2] });

const samples = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "" && line[0] !== "#");

describe("metrics", () => {
  it("of several threads are added up", async () => {
    const threads = [new Metrics(), new Metrics()];
    for (const [index, metrics] of threads.entries()) {
      metrics.counter(profiles).add({ tenant: "a", reason: "b" }, index + 1);
      metrics.counter(pushes).add();
      metrics.gauge(headBytes, (gauge) => gauge.set({ type: "x" }, 10)).add({ type: "y" }, 1);
      metrics.histogram(seconds).observe(1.5);
    }
    const text = await metricsText(await Promise.all(threads.map((metrics) => metrics.snapshot())));
    assert.deepEqual(samples(text), [
      'test_profiles_total{tenant="a",reason="b"} 3',
      "test_pushes_total 2",
      'test_head_bytes{type="y"} 2',
      'test_head_bytes{type="x"} 20',
      'test_seconds_bucket{le="1"} 0',
      'test_seconds_bucket{le="2"} 2',
      'test_seconds_bucket{le="+Inf"} 2',
      "test_seconds_sum 3",
      "test_seconds_count 2",
    ]);
    assert.match(text, /# TYPE test_seconds histogram/);
  });

  it("never have more than 2,000 label sets; the rest is counted together", async () => {
    const metrics = new Metrics();
    const counter = metrics.counter(profiles);
    for (let i = 0; i < 2010; i++) counter.add({ tenant: `t${i}`, reason: "r" });
    const lines = samples(await metricsText([await metrics.snapshot()]));
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
