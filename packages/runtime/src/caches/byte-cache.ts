import type { CounterMetric, GaugeMetric, Metric } from "../metrics/metric.ts";
import { counterMetric, gaugeMetric } from "../metrics/metric.ts";
import type { Metrics } from "../metrics/metrics.ts";

const requests: CounterMetric<"cache" | "result"> = counterMetric({
  name: "basalt_cache_requests_total",
  help: "Questions to a cache in memory, by result: hit or miss.",
  labels: ["cache", "result"],
});

const evictions: CounterMetric<"cache"> = counterMetric({
  name: "basalt_cache_evictions_total",
  help: "Entries that a cache in memory dropped to stay within its bytes.",
  labels: ["cache"],
});

const heldBytes: GaugeMetric<"cache"> = gaugeMetric({
  name: "basalt_cache_bytes",
  help: "Bytes that a cache in memory holds.",
  labels: ["cache"],
});

/** What {@link registerCacheMetrics} counts. */
export const cacheMetrics: readonly Metric[] = [requests, evictions, heldBytes];

interface Entry<V> {
  readonly value: V;
  readonly bytes: number;
}

/** Keeps values up to a number of bytes; over it, those that were not asked for longest go. */
export class ByteCache<K, V> {
  readonly name: string;
  readonly bytesMax: number;
  private readonly entries = new Map<K, Entry<V>>();
  private readonly loading = new Map<K, Promise<V>>();
  private held = 0;
  private hits = 0;
  private misses = 0;
  private evicted = 0;

  /** The name appears in metrics. */
  constructor(name: string, bytesMax: number) {
    this.name = name;
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.held;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Hits, misses and evictions since the cache was made. */
  get counts(): { readonly hits: number; readonly misses: number; readonly evictions: number } {
    return { hits: this.hits, misses: this.misses, evictions: this.evicted };
  }

  get(key: K): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value of so many bytes; one larger than the whole cache is not kept. */
  set(key: K, value: V, bytes: number): void {
    this.delete(key);
    if (bytes > this.bytesMax) return;
    this.entries.set(key, { value, bytes });
    this.held += bytes;
    if (this.held > this.bytesMax) this.evict();
  }

  delete(key: K): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.held -= entry.bytes;
  }

  clear(): void {
    this.entries.clear();
    this.held = 0;
  }

  /** The value of a key, loaded once however many ask at the same time. A failed load is not kept. */
  async getOrLoad(key: K, load: () => Promise<V>, bytesOf: (value: V) => number): Promise<V> {
    const value = this.get(key);
    if (value !== undefined) return value;
    const running = this.loading.get(key);
    if (running !== undefined) return running;
    const started = load();
    this.loading.set(key, started);
    try {
      const loaded = await started;
      this.set(key, loaded, bytesOf(loaded));
      return loaded;
    } finally {
      this.loading.delete(key);
    }
  }

  private evict(): void {
    for (const key of this.entries.keys()) {
      if (this.held <= this.bytesMax) return;
      this.delete(key);
      this.evicted++;
    }
  }
}

/** What metrics tell of a cache, whatever it holds. */
export type CountedCache = Pick<ByteCache<never, unknown>, "name" | "bytes" | "counts">;

/** Registers the metrics of a thread's caches; they are read at each scrape. */
export function registerCacheMetrics(metrics: Metrics, caches: readonly CountedCache[]): void {
  const told = new Map(caches.map((cache) => [cache, { hits: 0, misses: 0, evictions: 0 }]));
  const evicted = metrics.counter(evictions);
  metrics.gauge(heldBytes, (gauge) => {
    for (const cache of caches) gauge.set({ cache: cache.name }, cache.bytes);
  });
  metrics.counter(requests, (counter) => {
    for (const [cache, before] of told) {
      const now = cache.counts;
      counter.add({ cache: cache.name, result: "hit" }, now.hits - before.hits);
      counter.add({ cache: cache.name, result: "miss" }, now.misses - before.misses);
      evicted.add({ cache: cache.name }, now.evictions - before.evictions);
      told.set(cache, now);
    }
  });
}
