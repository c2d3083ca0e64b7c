import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Metrics } from "../metrics/metrics.ts";
import { ByteCache } from "./byte-cache.ts";
import { registerCacheMetrics } from "./cache-metrics.ts";

/** A cache of ten bytes whose values are as large as they say. */
function tenBytes() {
  const cache = new ByteCache<number>("test", 10, (size) => size);
  let loads = 0;
  const get = (key: string, size: number): Promise<number> =>
    cache.get(key, () => {
      loads++;
      return Promise.resolve(size);
    });
  return { cache, get, loads: () => loads };
}

describe("a byte cache", () => {
  it("drops what was not asked for longest when it is over its bytes", async () => {
    const { cache, get, loads } = tenBytes();
    await get("a", 4);
    await get("b", 4);
    await get("a", 4);
    await get("c", 4);
    assert.equal(loads(), 3);
    await get("a", 4);
    assert.equal(loads(), 3);
    await get("b", 4);
    assert.equal(loads(), 4);
    assert.deepEqual(cache.counts(), { name: "test", bytes: 8, hits: 2, misses: 4, evictions: 2 });
  });

  it("does not keep a value larger than itself", async () => {
    const { cache, get } = tenBytes();
    assert.equal(await get("a", 11), 11);
    assert.equal(cache.counts().bytes, 0);
  });

  it("loads a value once for all who ask, and again after a failure", async () => {
    const cache = new ByteCache<number>("test", 10, (size) => size);
    let loads = 0;
    const load = (): Promise<number> => {
      loads++;
      return loads === 1 ? Promise.reject(new Error("planted")) : Promise.resolve(loads);
    };
    const failed = await Promise.allSettled([cache.get("a", load), cache.get("a", load)]);
    assert.deepEqual(
      failed.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.deepEqual(await Promise.all([cache.get("a", load), cache.get("a", load)]), [2, 2]);
    assert.deepEqual([await cache.get("a", load), loads], [2, 2]);
  });
});

describe("metrics of caches", () => {
  it("add up over threads, and keep what a thread counted before it ended", async () => {
    const first = { name: "footers", bytes: 4, hits: 2, misses: 1, evictions: 0 };
    const [here, there] = [{}, {}];
    let threads = new Map([
      [here, [first]],
      [there, [{ ...first, bytes: 6 }]],
    ]);
    const metrics = new Metrics();
    registerCacheMetrics(metrics, async () => threads);
    await metrics.text();
    threads = new Map([[here, [{ ...first, hits: 5, evictions: 1 }]]]);
    await metrics.text();
    const text = await metrics.text();
    const lines = text.split("\n").filter((line) => line.startsWith("basalt_cache"));
    assert.deepEqual(lines.sort(), [
      'basalt_cache_bytes{cache="footers"} 4',
      'basalt_cache_evictions_total{cache="footers"} 1',
      'basalt_cache_requests_total{cache="footers",result="hit"} 7',
      'basalt_cache_requests_total{cache="footers",result="miss"} 2',
    ]);
  });
});
