import assert from "node:assert/strict";
import { test } from "node:test";
import { type BlockId, parseTenantId } from "@basalt/model";
import { Head } from "../head/head.ts";
import { WorldClock } from "../testing/store-world.ts";
import { SymbolRegistry } from "./symbol-registry.ts";

const ann = parseTenantId("ann");
const limits = { partitionBytesMax: 1e9, totalBytesMax: 1e9 };

test("a service gives its symbols up after half an hour without a push, however many seals there were", () => {
  const clock = new WorldClock(0);
  const registry = new SymbolRegistry(1, limits, clock);
  const quiet = registry.get(ann, "quiet");
  registry.account(quiet);
  const seal = (): void => {
    registry.get(ann, "busy");
    const head = new Head("h" as BlockId);
    registry.endSeal(head);
    registry.release(head);
  };
  for (let count = 0; count < 100; count++) seal();
  clock.ms += 1_800_000;
  seal();
  assert.equal(registry.count, 2);
  clock.ms += 1;
  seal();
  assert.deepEqual([registry.count, registry.byteLength, registry.restarts], [1, 0, 0]);
});

test("symbols that are dropped count until the head that was frozen then is in a segment", () => {
  const registry = new SymbolRegistry(1, { ...limits, partitionBytesMax: 1000 }, new WorldClock(0));
  const { byteLength } = registry.get(ann, "api");
  assert.equal(registry.account(registry.get(ann, "api")), byteLength);
  const head = new Head("h" as BlockId);
  registry.endSeal(head);
  assert.deepEqual([registry.count, registry.byteLength, registry.restarts], [0, byteLength, 1]);
  registry.release(head);
  assert.equal(registry.byteLength, 0);
});
