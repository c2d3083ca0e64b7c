import assert from "node:assert/strict";
import { test } from "node:test";
import { labelsFrom, parseTenantId } from "@basalt/model";
import { WorldClock } from "../testing/store-world.ts";
import { type SeriesLimiter, SeriesRegistry } from "./series-registry.ts";

const ann = parseTenantId("ann");
const bob = parseTenantId("bob");
const free: SeriesLimiter = { tryAdd: () => true, remove: () => undefined, limitOf: () => 2 };

test("memory of series grows with their text, and is given back with those that a limit refuses", () => {
  const registry = new SeriesRegistry(free, new WorldClock(0));
  registry.resolve(ann, [labelsFrom({ pod: "p" })], false);
  const small = registry.byteLength;
  assert.ok(small > 400 && small < 600, `${small}`);
  registry.resolve(bob, [labelsFrom({ pod: "x".repeat(100_000) })], false);
  assert.ok(registry.byteLength - small >= 200_000, `${registry.byteLength - small} for 100 KB, held twice`);
  let room = 2;
  const limited = new SeriesRegistry({ ...free, tryAdd: () => room-- > 0 }, new WorldClock(0));
  const three = ["a", "b", "c"].map((pod) => labelsFrom({ pod: pod.repeat(1000) }));
  assert.throws(() => limited.resolve(ann, three, false), {
    code: "series_limit_exceeded",
    message: /all 2 series .*-ingester\.max-global-series-per-tenant/,
  });
  assert.deepEqual([limited.byteLength, limited.count], [0, 0]);
});

test("a series is forgotten when it was not pushed to for half an hour, however many seals there were", () => {
  const clock = new WorldClock(0);
  const given: number[] = [];
  const registry = new SeriesRegistry({ ...free, remove: (_, count) => given.push(count) }, clock);
  const [busy, quiet] = [labelsFrom({ pod: "busy" }), labelsFrom({ pod: "quiet" })];
  registry.resolve(ann, [busy, quiet], false);
  for (let seal = 0; seal < 100; seal++) registry.forgetIdle();
  clock.ms += 1_799_000;
  registry.resolve(ann, [busy], false);
  registry.forgetIdle();
  assert.deepEqual([registry.count, given], [2, []]);
  clock.ms += 2000;
  registry.forgetIdle();
  assert.deepEqual([registry.count, given], [1, [1]]);
});
