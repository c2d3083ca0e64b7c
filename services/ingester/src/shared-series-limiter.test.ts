import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymousTenant, parseTenantId } from "@basalt/model";
import { SeriesCounters, SharedSeriesLimiter } from "./shared-series-limiter.ts";

const other = parseTenantId("other");

function limiters(max: number): { counters: SeriesCounters; first: SharedSeriesLimiter; second: SharedSeriesLimiter } {
  const counters = new SeriesCounters();
  const make = (): SharedSeriesLimiter => new SharedSeriesLimiter(counters.buffer, () => max);
  return { counters, first: make(), second: make() };
}

test("threads share a tenant's limit, tenants do not", () => {
  const { counters, first, second } = limiters(2);
  for (const one of [first, second]) {
    one.place(anonymousTenant, counters.slotOf(anonymousTenant));
    one.place(other, counters.slotOf(other));
  }
  assert.deepEqual([first.tryAdd(anonymousTenant), second.tryAdd(anonymousTenant)], [true, true]);
  assert.deepEqual([first.tryAdd(anonymousTenant), second.tryAdd(other)], [false, true]);
  second.remove(anonymousTenant, 1);
  assert.equal(first.tryAdd(anonymousTenant), true);
  assert.deepEqual(
    [...counters.counts()],
    [
      [anonymousTenant, 2],
      [other, 1],
    ],
  );
});

test("what replay brought counts from the first push on", () => {
  const { counters, first } = limiters(1);
  assert.deepEqual([first.tryAdd(anonymousTenant), first.tryAdd(anonymousTenant)], [true, true]);
  first.place(anonymousTenant, counters.slotOf(anonymousTenant));
  assert.equal(first.tryAdd(anonymousTenant), false);
  assert.deepEqual([...counters.counts()], [[anonymousTenant, 2]]);
});

test("a limit of 0 is none", () => {
  const { counters, first } = limiters(0);
  first.place(anonymousTenant, counters.slotOf(anonymousTenant));
  for (let i = 0; i < 100; i++) assert.equal(first.tryAdd(anonymousTenant), true);
});
