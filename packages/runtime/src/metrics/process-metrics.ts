import { registerCacheMetrics } from "../caches/cache-metrics.ts";
import type { CounterMetric, GaugeMetric, Metric } from "./metric.ts";
import { counterMetric, gaugeMetric } from "./metric.ts";
import type { Metrics } from "./metrics.ts";

const buildInfo: GaugeMetric<"version" | "revision" | "branch" | "goversion" | "goos" | "goarch"> = gaugeMetric({
  name: "pyroscope_build_info",
  help: "Always 1; the labels tell what runs. goversion is the version of Node, for dashboards that ask for it.",
  labels: ["version", "revision", "branch", "goversion", "goos", "goarch"],
});

const cpuSeconds: CounterMetric = counterMetric({
  name: "process_cpu_seconds_total",
  help: "User and system CPU time of the process, all threads.",
});

const residentBytes: GaugeMetric = gaugeMetric({
  name: "process_resident_memory_bytes",
  help: "Physical memory of the process.",
});

const startSeconds: GaugeMetric = gaugeMetric({
  name: "process_start_time_seconds",
  help: "Unix time at which the process started.",
});

const heapBytes: GaugeMetric = gaugeMetric({
  name: "nodejs_heap_size_used_bytes",
  help: "JavaScript objects on the heap, over all threads that report metrics.",
});

const externalBytes: GaugeMetric = gaugeMetric({
  name: "nodejs_external_memory_bytes",
  help: "Memory outside the JavaScript heap that its objects hold, over all threads that report metrics.",
});

const loopUtilization: GaugeMetric = gaugeMetric({
  name: "nodejs_eventloop_utilization",
  help: "Share of the time since the last scrape in which the main thread was busy.",
});

/** What {@link registerProcessMetrics} and {@link registerThreadMetrics} count. */
export const processMetrics: readonly Metric[] = [
  buildInfo,
  cpuSeconds,
  residentBytes,
  startSeconds,
  heapBytes,
  externalBytes,
  loopUtilization,
];

/** What runs. */
export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly branch: string;
}

/** Registers what the process as a whole tells; once, on the main thread. Nothing runs between scrapes. */
export function registerProcessMetrics(metrics: Metrics, build: BuildInfo): void {
  const running = { goversion: process.version, goos: process.platform, goarch: process.arch };
  metrics.gauge(buildInfo).set({ ...build, ...running }, 1);
  let countedSeconds = 0;
  metrics.counter(cpuSeconds, (counter) => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    counter.add(seconds - countedSeconds);
    countedSeconds = seconds;
  });
  metrics.gauge(residentBytes, (gauge) => gauge.set(process.memoryUsage.rss()));
  metrics.gauge(startSeconds).set(Math.round(performance.timeOrigin) / 1000);
  let before = performance.eventLoopUtilization();
  metrics.gauge(loopUtilization, (gauge) => {
    const now = performance.eventLoopUtilization();
    gauge.set(performance.eventLoopUtilization(now, before).utilization);
    before = now;
  });
  registerThreadMetrics(metrics);
  registerCacheMetrics(metrics);
}

/** Registers what each thread tells of itself; in each worker that reports metrics. */
export function registerThreadMetrics(metrics: Metrics): void {
  metrics.gauge(heapBytes, (gauge) => gauge.set(process.memoryUsage().heapUsed));
  metrics.gauge(externalBytes, (gauge) => gauge.set(process.memoryUsage().external));
}
