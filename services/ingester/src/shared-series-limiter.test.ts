import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymousTenant, type BasaltError, parseTenantId, type TenantId } from "@basalt/model";
import { SeriesCounters, SharedSeriesLimiter } from "./shared-series-limiter.ts";

const other = parseTenantId("other");
const placesMax = 65_536;

/** Two threads that share the counters. */
class World {
  readonly counters = new SeriesCounters();
  readonly first: SharedSeriesLimiter;
  readonly second: SharedSeriesLimiter;

  constructor(seriesMax: number) {
    this.first = new SharedSeriesLimiter(this.counters.buffer, () => seriesMax);
    this.second = new SharedSeriesLimiter(this.counters.buffer, () => seriesMax);
  }

  /** A push of one tenant to one thread; what its new series are answered. */
  push(tenant: TenantId, thread: SharedSeriesLimiter, newSeriesCount: number): Promise<readonly boolean[]> {
    return this.counters.during(tenant, (slot) =>
      thread.during(tenant, slot, async () => Array.from({ length: newSeriesCount }, () => thread.tryAdd(tenant))),
    );
  }
}

test("threads share a tenant's limit, tenants do not", async () => {
  const world = new World(2);
  const { counters, first, second } = world;
  assert.deepEqual(await world.push(anonymousTenant, first, 1), [true]);
  assert.deepEqual(await world.push(anonymousTenant, second, 1), [true]);
  assert.deepEqual(await world.push(anonymousTenant, first, 1), [false]);
  assert.deepEqual(await world.push(other, second, 1), [true]);
  second.remove(anonymousTenant, 1);
  assert.deepEqual(await world.push(anonymousTenant, first, 1), [true]);
  assert.deepEqual(
    [...counters.counts()],
    [
      [anonymousTenant, 2],
      [other, 1],
    ],
  );
});

test("what replay brought counts from the first push on", async () => {
  const world = new World(1);
  assert.deepEqual([world.first.tryAdd(anonymousTenant), world.first.tryAdd(anonymousTenant)], [true, true]);
  assert.deepEqual(await world.push(anonymousTenant, world.first, 1), [false]);
  assert.deepEqual([...world.counters.counts()], [[anonymousTenant, 2]]);
});

test("a limit of 0 is none", async () => {
  const world = new World(0);
  assert.deepEqual(await world.push(anonymousTenant, world.first, 100), new Array(100).fill(true));
});

test("tenants that store nothing keep no other out", async () => {
  const world = new World(5);
  for (let i = 0; i <= placesMax; i++) await world.push(parseTenantId(`junk-${i}`), world.first, 0);
  assert.deepEqual(await world.push(other, world.second, 1), [true]);
  assert.deepEqual([...world.counters.counts()], [[other, 1]]);
});

test("places of tenants whose series were all forgotten are given to others, and count from 0", async () => {
  const world = new World(3);
  const tenants = Array.from({ length: placesMax }, (_, i) => parseTenantId(`t-${i}`));
  for (const tenant of tenants) await world.push(tenant, world.first, 3);
  const isFull = ({ code }: BasaltError): boolean => code === "series_limit_exceeded";
  await assert.rejects(world.push(other, world.second, 1), isFull);
  for (const tenant of tenants.slice(0, 2)) world.first.remove(tenant, 3);
  assert.deepEqual(await world.push(other, world.second, 4), [true, true, true, false]);
  // The first tenants come again: one takes the last place.
  const [again = other, late = other] = tenants;
  assert.deepEqual(await world.push(again, world.first, 4), [true, true, true, false]);
  await assert.rejects(world.push(late, world.first, 1), isFull);
});

test("a push under way keeps its tenant's place", async () => {
  const world = new World(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const slots: number[] = [];
  const slow = world.counters.during(anonymousTenant, (slot) => {
    slots.push(slot);
    return promise;
  });
  await world.counters.during(other, async (slot) => void slots.push(slot));
  await world.counters.during(anonymousTenant, async (slot) => void slots.push(slot));
  resolve();
  await slow;
  assert.deepEqual(slots, [0, 1, 0]);
});
