import type { CounterMetric, GaugeMetric, Metric } from "../metrics/metric.ts";
import { counterMetric, gaugeMetric } from "../metrics/metric.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { askThreads } from "../worker/ask-threads.ts";
import type { CacheCounts } from "./byte-cache.ts";
import { cacheCounts } from "./reported-caches.ts";

const requests: CounterMetric<"cache" | "result"> = counterMetric({
  name: "basalt_cache_requests_total",
  help: "Questions to the caches in memory of all threads, by result: hit or miss.",
  labels: ["cache", "result"],
});

const evictions: CounterMetric<"cache"> = counterMetric({
  name: "basalt_cache_evictions_total",
  help: "Entries that the caches in memory of all threads dropped to stay within their bytes.",
  labels: ["cache"],
});

const heldBytes: GaugeMetric<"cache"> = gaugeMetric({
  name: "basalt_cache_bytes",
  help: "Bytes that the caches in memory of all threads hold.",
  labels: ["cache"],
});

/** What {@link registerCacheMetrics} counts. */
export const cacheMetrics: readonly Metric[] = [requests, evictions, heldBytes];

/** The counts of each thread's caches, by a key that is the thread's own. */
type CountsByThread = ReadonlyMap<object, readonly CacheCounts[]>;

/** Registers metrics of the caches that threads report; they are asked at each scrape. What a thread counted stays when it ends. */
export function registerCacheMetrics(metrics: Metrics, ask: () => Promise<CountsByThread> = askCounts): void {
  const told = new WeakMap<object, ReadonlyMap<string, CacheCounts>>();
  const requested = metrics.counter(requests);
  const evicted = metrics.counter(evictions);
  metrics.gauge(heldBytes, async (gauge) => {
    const threads = await ask();
    gauge.reset();
    for (const [thread, counts] of threads) {
      for (const cache of counts) {
        const before = told.get(thread)?.get(cache.name);
        requested.add({ cache: cache.name, result: "hit" }, cache.hits - (before?.hits ?? 0));
        requested.add({ cache: cache.name, result: "miss" }, cache.misses - (before?.misses ?? 0));
        evicted.add({ cache: cache.name }, cache.evictions - (before?.evictions ?? 0));
        gauge.add({ cache: cache.name }, cache.bytes);
      }
      told.set(thread, new Map(counts.map((cache) => [cache.name, cache])));
    }
  });
}

function askCounts(): Promise<CountsByThread> {
  return askThreads((worker) => worker.callRuntime("cacheCounts"), cacheCounts());
}
