import assert from "node:assert/strict";
import { test } from "node:test";
import { labelsFrom, parseTenantId } from "@basalt/model";
import { type SeriesLimiter, SeriesRegistry } from "./series-registry.ts";

const ann = parseTenantId("ann");
const bob = parseTenantId("bob");
const free: SeriesLimiter = { tryAdd: () => true, remove: () => undefined };

test("memory of series grows with their text, and is given back with those that a limit refuses", () => {
  const registry = new SeriesRegistry(free);
  registry.resolve(ann, [labelsFrom({ pod: "p" })], false);
  const small = registry.byteLength;
  assert.ok(small > 400 && small < 600, `${small}`);
  registry.resolve(bob, [labelsFrom({ pod: "x".repeat(100_000) })], false);
  assert.ok(registry.byteLength - small >= 200_000, `${registry.byteLength - small} for 100 KB, held twice`);
  let room = 2;
  const limited = new SeriesRegistry({ ...free, tryAdd: () => room-- > 0 });
  const three = ["a", "b", "c"].map((pod) => labelsFrom({ pod: pod.repeat(1000) }));
  assert.throws(() => limited.resolve(ann, three, false), { code: "series_limit_exceeded" });
  assert.deepEqual([limited.byteLength, limited.count], [0, 0]);
});
