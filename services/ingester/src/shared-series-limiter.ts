import type { TenantId } from "@basalt/model";
import { assert, BasaltError, defined } from "@basalt/model";
import type { SeriesLimiter } from "@basalt/store";

/** 64 Ki tenants: 256 KiB of counters. */
const tenantsMax = 65_536;

interface Place {
  readonly slot: number;
  pushCount: number;
}

/** Counters of series that all threads of an ingester share; made by its main thread. */
export class SeriesCounters {
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(tenantsMax * Int32Array.BYTES_PER_ELEMENT);
  private readonly counters = new Int32Array(this.buffer);
  private readonly places = new Map<TenantId, Place>();
  private readonly freeSlots: number[] = [];
  private usedSlotCount = 0;

  /**
   * Sends a push with its tenant's place among the counters. A tenant has a place while it has series or a push under way:
   * who sends nothing that can be stored keeps nobody else out.
   *
   * @throws BasaltError `series_limit_exceeded` when more tenants have series than there are places.
   */
  async during<T>(tenant: TenantId, push: (tenantSlot: number) => Promise<T>): Promise<T> {
    const place = this.places.get(tenant) ?? this.add(tenant);
    place.pushCount++;
    try {
      return await push(place.slot);
    } finally {
      place.pushCount--;
      this.freeIfUnused(tenant, place);
    }
  }

  /** Series of each tenant now. */
  *counts(): Generator<readonly [tenant: TenantId, count: number]> {
    for (const [tenant, { slot }] of this.places) yield [tenant, Atomics.load(this.counters, slot)];
  }

  private add(tenant: TenantId): Place {
    // Series that are no longer pushed to are forgotten by the threads, after the last push.
    if (this.freeSlots.length === 0 && this.usedSlotCount === tenantsMax) {
      for (const [other, place] of this.places) this.freeIfUnused(other, place);
    }
    const slot = this.freeSlots.pop() ?? this.usedSlotCount;
    if (slot === tenantsMax) {
      throw new BasaltError("series_limit_exceeded", `an ingester counts the series of at most ${tenantsMax} tenants`, {
        retryAfterSeconds: 60,
      });
    }
    if (slot === this.usedSlotCount) this.usedSlotCount++;
    const place = { slot, pushCount: 0 };
    this.places.set(tenant, place);
    return place;
  }

  private freeIfUnused(tenant: TenantId, { slot, pushCount }: Place): void {
    if (pushCount > 0 || Atomics.load(this.counters, slot) !== 0) return;
    this.places.delete(tenant);
    this.freeSlots.push(slot);
  }
}

/** What one thread knows of a tenant, while it has series of it or a push under way. */
interface Holding {
  /** Undefined after a replay, until the first push brings it. */
  slot: number | undefined;
  seriesCount: number;
  pushCount: number;
}

/** Counts a tenant's series over all shards of a process, from within one of its threads. */
export class SharedSeriesLimiter implements SeriesLimiter {
  private readonly counters: Int32Array;
  private readonly holdings: Map<TenantId, Holding> = new Map();
  readonly limitOf: (tenant: TenantId) => number;

  /** `limitOf` gives the series that a tenant may have; 0 = any number. */
  constructor(buffer: SharedArrayBuffer, limitOf: (tenant: TenantId) => number) {
    this.counters = new Int32Array(buffer);
    this.limitOf = limitOf;
  }

  /** Stores a push whose tenant's series are counted at the slot that came with it. */
  async during<T>(tenant: TenantId, slot: number, store: () => Promise<T>): Promise<T> {
    const holding = this.holdingOf(tenant);
    if (holding.slot === undefined) Atomics.add(this.counters, slot, holding.seriesCount);
    else assert(holding.slot === slot, `tenant ${tenant} moved from place ${holding.slot} to ${slot}`);
    holding.slot = slot;
    holding.pushCount++;
    try {
      return await store();
    } finally {
      holding.pushCount--;
      this.forgetIfUnused(tenant, holding);
    }
  }

  tryAdd(tenant: TenantId): boolean {
    const holding = this.holdingOf(tenant);
    // Replay alone adds to a tenant before its first push: what was acknowledged is taken in, whatever the limit.
    if (holding.slot !== undefined) {
      const max = this.limitOf(tenant);
      const before = Atomics.add(this.counters, holding.slot, 1);
      if (max !== 0 && before >= max) {
        Atomics.sub(this.counters, holding.slot, 1);
        return false;
      }
    }
    holding.seriesCount++;
    return true;
  }

  remove(tenant: TenantId, count: number): void {
    if (count === 0) return;
    const holding = defined(this.holdings.get(tenant), "tenant with series");
    holding.seriesCount -= count;
    if (holding.slot !== undefined) Atomics.sub(this.counters, holding.slot, count);
    this.forgetIfUnused(tenant, holding);
  }

  private holdingOf(tenant: TenantId): Holding {
    const known = this.holdings.get(tenant);
    if (known !== undefined) return known;
    const holding: Holding = { slot: undefined, seriesCount: 0, pushCount: 0 };
    this.holdings.set(tenant, holding);
    return holding;
  }

  /** From here on the tenant may be given another slot. */
  private forgetIfUnused(tenant: TenantId, { seriesCount, pushCount }: Holding): void {
    if (seriesCount === 0 && pushCount === 0) this.holdings.delete(tenant);
  }
}
