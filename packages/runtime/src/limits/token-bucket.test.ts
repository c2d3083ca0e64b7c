import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ManualClock } from "../manual-clock.ts";
import { TokenBucket, TokenBuckets } from "./token-bucket.ts";

const rate = { perSecond: 10, burst: 20 };

describe("a token bucket", () => {
  it("starts full, lets the burst through, then the rate", async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock);
    assert.equal(bucket.take(20, rate), 0);
    assert.equal(bucket.take(5, rate), 500);
    await clock.advance(499);
    assert.ok(bucket.take(5, rate) > 0);
    await clock.advance(1);
    assert.equal(bucket.take(5, rate), 0);
  });

  it("never holds more than the burst", async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock);
    await clock.advance(3_600_000);
    assert.equal(bucket.take(20, rate), 0);
    assert.equal(bucket.take(1, rate), 100);
  });

  it("never lets through what is over the burst", () => {
    assert.equal(new TokenBucket(new ManualClock()).take(21, rate), Number.POSITIVE_INFINITY);
  });

  it("takes a changed rate at once", async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock);
    bucket.take(20, rate);
    await clock.advance(1000);
    assert.equal(bucket.take(40, { perSecond: 40, burst: 40 }), 0);
  });
});

describe("token buckets", () => {
  it("are one for each key, and forget the key unused for longest", () => {
    const buckets = new TokenBuckets(new ManualClock());
    assert.equal(buckets.take("a", 20, rate), 0);
    assert.ok(buckets.take("a", 1, rate) > 0);
    assert.equal(buckets.take("b", 20, rate), 0);
    for (let i = 0; i < 10_000; i++) buckets.take(`t${i}`, 1, rate);
    assert.equal(buckets.take("a", 20, rate), 0);
  });
});
