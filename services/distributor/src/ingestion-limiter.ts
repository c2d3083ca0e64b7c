import type { TenantId } from "@basalt/model";
import { BasaltError } from "@basalt/model";
import type { Clock } from "@basalt/runtime";

/** Rate and burst of one tenant, bytes of decompressed profiles; a rate of 0 is no limit. */
export interface IngestionRate {
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
}

interface Bucket {
  /** May be negative: a push is charged with its real size after it was admitted. */
  tokens: number;
  filledAtMs: number;
}

/** 100k tenants × about 60 B; beyond it the bucket filled longest ago makes room, which only forgives. */
const tenantsMax = 100_000;

/** A token bucket for each tenant. A push is admitted while there are tokens, so the largest push never starves. */
export class IngestionLimiter {
  private readonly buckets: Map<TenantId, Bucket> = new Map();
  private readonly clock: Clock;
  private readonly rateOf: (tenant: TenantId) => IngestionRate;

  constructor(clock: Clock, rateOf: (tenant: TenantId) => IngestionRate) {
    this.clock = clock;
    this.rateOf = rateOf;
  }

  /**
   * Takes the bytes of a push from its tenant's bucket.
   *
   * @throws BasaltError `ingestion_rate_limited` when the bucket is empty; nothing is taken then.
   */
  admit(tenant: TenantId, bytes: number): void {
    const rate = this.rateOf(tenant);
    if (rate.bytesPerSecond <= 0) return;
    const bucket = this.filled(tenant, rate);
    if (bucket.tokens > 0) {
      bucket.tokens -= bytes;
      return;
    }
    const seconds = Math.ceil((1 - bucket.tokens) / rate.bytesPerSecond);
    const mebibytes = (rate.bytesPerSecond / 1048576).toFixed(1);
    throw new BasaltError(
      "ingestion_rate_limited",
      `push rate limit (${mebibytes} MiB) exceeded while adding ${bytes} bytes (-distributor.ingestion-rate-limit-mb, -distributor.ingestion-burst-size-mb)`,
      { retryAfterSeconds: Math.max(1, seconds) },
    );
  }

  /** Takes more from the bucket of a push that turned out larger than it was admitted for. */
  charge(tenant: TenantId, bytes: number): void {
    if (bytes <= 0) return;
    const rate = this.rateOf(tenant);
    if (rate.bytesPerSecond > 0) this.filled(tenant, rate).tokens -= bytes;
  }

  private filled(tenant: TenantId, rate: IngestionRate): Bucket {
    const nowMs = this.clock.monotonicMs();
    // A burst of 0 would let nothing in: one second's worth is the least.
    const capacity = Math.max(rate.burstBytes, rate.bytesPerSecond);
    const known = this.buckets.get(tenant);
    if (known !== undefined) {
      known.tokens = Math.min(capacity, known.tokens + ((nowMs - known.filledAtMs) / 1000) * rate.bytesPerSecond);
      known.filledAtMs = nowMs;
      return known;
    }
    if (this.buckets.size >= tenantsMax) {
      const [oldest] = this.buckets.keys();
      if (oldest !== undefined) this.buckets.delete(oldest);
    }
    const bucket = { tokens: capacity, filledAtMs: nowMs };
    this.buckets.set(tenant, bucket);
    return bucket;
  }
}
