import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Metrics, metricsText } from "../metrics/metrics.ts";
import { ByteCache, registerCacheMetrics } from "./byte-cache.ts";

describe("a byte cache", () => {
  it("drops what was not asked for longest when it is over its bytes", () => {
    const cache = new ByteCache<string, number>("test", 10);
    cache.set("a", 1, 4);
    cache.set("b", 2, 4);
    assert.equal(cache.get("a"), 1);
    cache.set("c", 3, 4);
    assert.deepEqual([cache.get("a"), cache.get("b"), cache.get("c")], [1, undefined, 3]);
    assert.deepEqual([cache.bytes, cache.size], [8, 2]);
    assert.deepEqual(cache.counts, { hits: 3, misses: 1, evictions: 1 });
  });

  it("replaces, deletes and clears with exact accounts", () => {
    const cache = new ByteCache<string, number>("test", 10);
    cache.set("a", 1, 4);
    cache.set("a", 2, 6);
    assert.deepEqual([cache.get("a"), cache.bytes], [2, 6]);
    cache.delete("a");
    cache.delete("a");
    assert.equal(cache.bytes, 0);
    cache.set("b", 1, 1);
    cache.clear();
    assert.deepEqual([cache.bytes, cache.size], [0, 0]);
  });

  it("does not keep a value larger than itself, nor its predecessor", () => {
    const cache = new ByteCache<string, number>("test", 10);
    cache.set("a", 1, 4);
    cache.set("a", 2, 11);
    assert.deepEqual([cache.get("a"), cache.bytes], [undefined, 0]);
  });

  it("loads a value once for all who ask, and again after a failure", async () => {
    const cache = new ByteCache<string, number>("test", 10);
    let loads = 0;
    const load = (): Promise<number> => {
      loads++;
      return loads === 1 ? Promise.reject(new Error("planted")) : Promise.resolve(loads);
    };
    const ask = (): Promise<number> => cache.getOrLoad("a", load, () => 1);
    const failed = await Promise.allSettled([ask(), ask()]);
    assert.deepEqual(
      failed.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.deepEqual(await Promise.all([ask(), ask()]), [2, 2]);
    assert.deepEqual([await ask(), loads], [2, 2]);
  });

  it("tells its metrics", async () => {
    const cache = new ByteCache<string, number>("footers", 10);
    const metrics = new Metrics();
    registerCacheMetrics(metrics, [cache]);
    cache.set("a", 1, 4);
    cache.get("a");
    cache.get("b");
    await metrics.snapshot();
    cache.get("a");
    const text = await metricsText([await metrics.snapshot()]);
    assert.match(text, /basalt_cache_requests_total\{cache="footers",result="hit"\} 2/);
    assert.match(text, /basalt_cache_requests_total\{cache="footers",result="miss"\} 1/);
    assert.match(text, /basalt_cache_bytes\{cache="footers"\} 4/);
  });
});
