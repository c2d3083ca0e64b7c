import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Metrics } from "./metrics.ts";
import { processMetrics, registerProcessMetrics } from "./process-metrics.ts";

describe("process metrics", () => {
  it("tell every metric that is declared, with a value from the first scrape", async () => {
    const metrics = new Metrics();
    registerProcessMetrics(metrics, { version: "1.2.3", revision: "abc", branch: "main" });
    const text = await metrics.text();
    for (const { name } of processMetrics) assert.match(text, new RegExp(`^${name}(\\{.*\\})? [0-9.e+-]+$`, "m"));
    assert.match(text, /pyroscope_build_info\{.*version="1.2.3".*\} 1/);
    assert.ok(Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]) > 0);
  });
});
