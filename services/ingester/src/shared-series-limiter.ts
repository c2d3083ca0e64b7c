import type { TenantId } from "@basalt/model";
import { BasaltError } from "@basalt/model";
import type { SeriesLimiter } from "@basalt/store";

/** 64 Ki tenants: 256 KiB of counters. */
const tenantsMax = 65_536;

/** Counters of series that all threads of an ingester share; made by its main thread. */
export class SeriesCounters {
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(tenantsMax * Int32Array.BYTES_PER_ELEMENT);
  private readonly slots: Map<TenantId, number> = new Map();

  /**
   * The tenant's place among the counters; given out at its first push and sent along with each.
   *
   * @throws BasaltError `series_limit_exceeded` when there are more tenants than places.
   */
  slotOf(tenant: TenantId): number {
    const known = this.slots.get(tenant);
    if (known !== undefined) return known;
    const slot = this.slots.size;
    if (slot >= tenantsMax) {
      throw new BasaltError("series_limit_exceeded", `an ingester counts the series of at most ${tenantsMax} tenants`);
    }
    this.slots.set(tenant, slot);
    return slot;
  }

  /** Series of each tenant now. */
  *counts(): Generator<readonly [tenant: TenantId, count: number]> {
    const counters = new Int32Array(this.buffer);
    for (const [tenant, slot] of this.slots) yield [tenant, Atomics.load(counters, slot)];
  }
}

/** Counts a tenant's series over all shards of a process, from within one of its threads. */
export class SharedSeriesLimiter implements SeriesLimiter {
  private readonly counters: Int32Array;
  private readonly slots: Map<TenantId, number> = new Map();
  /** Series that replay brought, of tenants that were not pushed to since. */
  private readonly replayed: Map<TenantId, number> = new Map();
  private readonly seriesMaxOf: (tenant: TenantId) => number;

  constructor(buffer: SharedArrayBuffer, seriesMaxOf: (tenant: TenantId) => number) {
    this.counters = new Int32Array(buffer);
    this.seriesMaxOf = seriesMaxOf;
  }

  /** Learns a tenant's place, which comes with its pushes. */
  place(tenant: TenantId, slot: number): void {
    if (this.slots.has(tenant)) return;
    this.slots.set(tenant, slot);
    Atomics.add(this.counters, slot, this.replayed.get(tenant) ?? 0);
    this.replayed.delete(tenant);
  }

  tryAdd(tenant: TenantId): boolean {
    const slot = this.slots.get(tenant);
    if (slot === undefined) {
      // Replay alone adds to a tenant before its first push: what was acknowledged is taken in, whatever the limit.
      this.replayed.set(tenant, (this.replayed.get(tenant) ?? 0) + 1);
      return true;
    }
    const max = this.seriesMaxOf(tenant);
    const before = Atomics.add(this.counters, slot, 1);
    if (max === 0 || before < max) return true;
    Atomics.sub(this.counters, slot, 1);
    return false;
  }

  remove(tenant: TenantId, count: number): void {
    const slot = this.slots.get(tenant);
    if (slot !== undefined) Atomics.sub(this.counters, slot, count);
    else this.replayed.set(tenant, (this.replayed.get(tenant) ?? 0) - count);
  }
}
