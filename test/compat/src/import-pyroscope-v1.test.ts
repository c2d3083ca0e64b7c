import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { FilesystemBucket, MemoryBucket } from "@basalt/bucket";
import { type CallTree, topFunctions, totalsOf } from "@basalt/calltree";
import { anonymousTenant } from "@basalt/model";
import { importBlocks } from "@basalt/pyroscope-v1";
import { executePlan, planTree, QueryMemory } from "@basalt/query";
import { crc32, nodeFileSystem, systemClock, zstdCodec } from "@basalt/runtime";
import { BlockIndex, type BlockMeta, blockCaches, openBlock } from "@basalt/store";

/** A block that a Pyroscope 2.2 server in v1 mode wrote, and what that server answered for each of its series. */
const fixture = fileURLToPath(new URL("../../fixtures/pyroscope-v1", import.meta.url));

interface Manifest {
  readonly rangeMs: readonly [number, number];
  readonly series: Readonly<
    Record<string, { readonly total: string; readonly nodes: number; readonly topSelf: readonly [string, string][] }>
  >;
}

const { rangeMs, series } = JSON.parse(readFileSync(`${fixture}/manifest.json`, "utf8")) as Manifest;
const codec = zstdCodec(1);
const target = new MemoryBucket();
const caches = blockCaches();
const memory = new QueryMemory(20261121);
let blocks: readonly BlockMeta[] = [];

before(async () => {
  const source = new FilesystemBucket(nodeFileSystem, `${fixture}/bucket`);
  await importBlocks({ source, target, codec, checksum: crc32, seed: 1 });
  const index = new BlockIndex({ bucket: target, clock: systemClock });
  const listing = await index.list(anonymousTenant, { start: 0n, end: 2n ** 62n });
  assert.deepEqual(listing.problems, []);
  blocks = listing.blocks;
});

async function treeOf(profileTypeId: string, labelSelector: string): Promise<CallTree> {
  const [startMs, endMs] = rangeMs;
  const context = {
    tenant: anonymousTenant,
    nowMs: endMs,
    lookbackMaxMs: 0,
    lengthMaxMs: 0,
    nodesDefault: 0,
    nodesMax: 0,
  };
  const request = { profileTypeId, labelSelector, startMs: BigInt(startMs), endMs: BigInt(endMs) };
  const sources = blocks.map((meta) => openBlock({ bucket: target, codec, caches }, meta));
  const limits = { bytesReadMax: 0, memoryBytesMax: 0, timeoutMs: 60_000 };
  const partial = await executePlan(planTree(request, context), sources, { limits, clock: systemClock, memory });
  assert.ok(partial.kind === "tree" && partial.tree !== undefined && !partial.isPartial, labelSelector);
  return partial.tree;
}

test("all series of a real block answer as the server that wrote it", async () => {
  assert.equal(Object.keys(series).length, 134);
  for (const [key, expected] of Object.entries(series)) {
    const [service, pod, profileType = ""] = key.split("|");
    const tree = await treeOf(profileType, `{service_name="${service}",pod="${pod}",env="prod"}`);
    const { rows } = topFunctions(tree, { order: "self", limit: 0 });
    assert.equal(String(totalsOf(tree)[0]), expected.total, `total of ${key}`);
    assert.equal(tree.length, expected.nodes, `nodes of ${key}`);
    const selfOf = new Map(rows.map(({ name, self }) => [name, String(self)]));
    const named = expected.topSelf.map(([name]) => [name, selfOf.get(name)]);
    assert.deepEqual(named, expected.topSelf, `top functions of ${key}`);
    // Functions of equal value have no order of their own: the five largest values are the same.
    const largest = rows.slice(0, named.length).map(({ self }) => String(self));
    assert.deepEqual(
      largest,
      expected.topSelf.map(([, self]) => self),
      `largest values of ${key}`,
    );
  }
});
