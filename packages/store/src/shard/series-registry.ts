import { BasaltError, type Labels, labelsKey, type TenantId } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import { type HeadSeries, headSeries } from "../head/head.ts";

/** Counts the series of a tenant over all shards of a process. */
export interface SeriesLimiter {
  /** Takes room for one series; false if the tenant has no more. */
  tryAdd(tenant: TenantId): boolean;
  /** Gives room for some series back. */
  remove(tenant: TenantId, count: number): void;
  /** Series that a tenant may have; 0 = any number. */
  limitOf(tenant: TenantId): number;
}

interface RegisteredSeries extends HeadSeries {
  /** Monotonic ms of its last push. */
  usedAtMs: number;
}

/** 30 min, two windows: a series that was not pushed to for so long is no longer counted. */
const idleMs = 1_800_000;

/** 400 bytes: the objects around the text of a series, which is there twice, as labels and as map key. */
const seriesBytes = 400;

function memoryBytes(key: string): number {
  return seriesBytes + 2 * key.length;
}

/** The series that a shard has seen lately, by tenant and labels: one object each, and the tenant's limit. */
export class SeriesRegistry {
  readonly #limiter: SeriesLimiter;
  readonly #clock: Clock;
  readonly #tenants = new Map<TenantId, Map<string, RegisteredSeries>>();
  #bytes = 0;
  count: number = 0;

  constructor(limiter: SeriesLimiter, clock: Clock) {
    this.#limiter = limiter;
    this.#clock = clock;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  /**
   * The series of some label sets. All or none: if the limit refuses one, those added by this call are taken back.
   *
   * @param isForced takes them in whatever the limit says: rows that were acknowledged once.
   * @throws BasaltError `series_limit_exceeded`.
   */
  resolve(tenant: TenantId, labelSets: readonly Labels[], isForced: boolean): HeadSeries[] {
    const known = this.#tenants.get(tenant) ?? new Map<string, RegisteredSeries>();
    const nowMs = this.#clock.monotonicMs();
    const added: string[] = [];
    const found: HeadSeries[] = [];
    for (const labels of labelSets) {
      const key = labelsKey(labels);
      let series = known.get(key);
      if (series === undefined) {
        if (!this.#limiter.tryAdd(tenant) && !isForced) {
          for (const taken of added) this.#forget(known, taken);
          this.#limiter.remove(tenant, added.length);
          throw seriesLimitExceeded(tenant, this.#limiter.limitOf(tenant));
        }
        series = { ...headSeries(labels), usedAtMs: nowMs };
        known.set(key, series);
        added.push(key);
        this.count++;
        this.#bytes += memoryBytes(key);
      }
      series.usedAtMs = nowMs;
      found.push(series);
    }
    this.#tenants.set(tenant, known);
    return found;
  }

  /** Called when no open head holds a series, as at each seal: forgets what was not used for a while. */
  forgetIdle(): void {
    const usedBeforeMs = this.#clock.monotonicMs() - idleMs;
    for (const [tenant, known] of this.#tenants) {
      let removed = 0;
      for (const [key, { usedAtMs }] of known) {
        if (usedAtMs >= usedBeforeMs) continue;
        this.#forget(known, key);
        removed++;
      }
      if (removed > 0) this.#limiter.remove(tenant, removed);
      if (known.size === 0) this.#tenants.delete(tenant);
    }
  }

  #forget(known: Map<string, RegisteredSeries>, key: string): void {
    known.delete(key);
    this.count--;
    this.#bytes -= memoryBytes(key);
  }
}

function seriesLimitExceeded(tenant: TenantId, limit: number): BasaltError {
  const message = `tenant ${tenant} has all ${limit} series that it may have (-ingester.max-global-series-per-tenant)`;
  return new BasaltError("series_limit_exceeded", message, { retryAfterSeconds: 60 });
}
