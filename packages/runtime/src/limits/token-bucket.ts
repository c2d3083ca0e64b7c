import type { Clock } from "../clock.ts";

/** A rate and how much may come at once. */
export interface TokenRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Lets through so much per second and, after a pause, so much at once. The rate is given at each use: limits change. */
export class TokenBucket {
  private readonly clock: Clock;
  private tokens = Number.POSITIVE_INFINITY;
  private filledMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * Takes tokens if there are enough. Returns 0 when it did, else the milliseconds until there would be; infinity when
   * there never will, because the count is over the burst.
   */
  take(count: number, rate: TokenRate): number {
    const nowMs = this.clock.monotonicMs();
    this.tokens = Math.min(rate.burst, this.tokens + ((nowMs - this.filledMs) / 1000) * rate.perSecond);
    this.filledMs = nowMs;
    if (count <= this.tokens) {
      this.tokens -= count;
      return 0;
    }
    if (count > rate.burst) return Number.POSITIVE_INFINITY;
    return ((count - this.tokens) / rate.perSecond) * 1000;
  }
}

/** 10,000 tenants at a time, 100 B each. One that was not heard of for longest starts again with a full bucket. */
const keysMax = 10_000;

/** A bucket for each key, such as a tenant. */
export class TokenBuckets {
  private readonly clock: Clock;
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** See {@link TokenBucket.take}. */
  take(key: string, count: number, rate: TokenRate): number {
    const bucket = this.buckets.get(key) ?? new TokenBucket(this.clock);
    // Moves the key to the end: the first key is the one unused for longest.
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > keysMax) this.forgetOldest();
    return bucket.take(count, rate);
  }

  private forgetOldest(): void {
    for (const key of this.buckets.keys()) {
      this.buckets.delete(key);
      return;
    }
  }
}
