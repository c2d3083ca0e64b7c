import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { flameGraph, mergeTrees, pruneTree, topFunctions } from "@basalt/calltree";
import type { SampleColumns, SymbolColumns } from "@basalt/model";
import { ColumnsMerger } from "./columns-merger.ts";
import { SymbolPartition } from "./symbol-partition.ts";
import { profileFromPprof } from "./testing/corpus.ts";
import { drawValues } from "./testing/profile-picture.ts";
import { sumByStack } from "./testing/sums.ts";
import { PathIndex, toCallTree } from "./tree-sum.ts";

const corpus = new URL("../../../test/fixtures/corpus/", import.meta.url);

interface ManifestEntry {
  readonly File: string;
  readonly Family: string;
  readonly Totals: readonly number[];
}

const manifest: { readonly profiles: readonly ManifestEntry[] } = JSON.parse(
  readFileSync(new URL("manifest.json", corpus), "utf8"),
);
/** The first of the three windows of each kind; without heap profiles, which take seconds each to be drawn as text. */
const entries = manifest.profiles.filter(({ File }) => File.endsWith("-0.pb.gz") && !File.includes("memory"));
const families = new Set(entries.map(({ Family }) => Family));

function read(entry: ManifestEntry): SymbolColumns & SampleColumns {
  return profileFromPprof(gunzipSync(readFileSync(new URL(entry.File, corpus))));
}

function sum(values: BigInt64Array): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

for (const family of families) {
  test(`real profiles of ${family}: every value of every sample type is in each later form`, () => {
    const partition = new SymbolPartition(1);
    const index = new PathIndex({ seed: 1 });
    for (const entry of entries.filter(({ Family }) => Family === family)) {
      const profile = read(entry);
      const ids = partition.intern(profile).slice(0, profile.sampleCount);
      for (const [column, expected] of entry.Totals.entries()) {
        const values = sumByStack(ids, profile, { stackCount: partition.stackCount, column });
        assert.equal(sum(values), BigInt(expected), `${entry.File}, interned`);
        checkLaterForms(partition, values, `${entry.File}, column ${column}`);
        const tree = index.sum();
        tree.add(partition.tables(), values);
        assert.equal(sum(tree.finish().self), BigInt(expected), `${entry.File}, one index for all`);
      }
    }
  });
}

function checkLaterForms(partition: SymbolPartition, values: BigInt64Array, what: string): void {
  const drawn = drawValues(partition.tables(), values);
  const { tables, stackRemap } = partition.compact(Uint8Array.from(values, (value) => (value === 0n ? 0 : 1)));
  const moved = new BigInt64Array(tables.stackCount);
  for (const [stack, value] of values.entries()) if (value !== 0n) moved[stackRemap[stack] ?? 0] = value;
  assert.equal(drawValues(tables, moved), drawn, `${what}, compacted`);
  const merger = new ColumnsMerger(2);
  merger.add(tables, moved);
  const columns = merger.finish();
  const again = new SymbolPartition(3);
  const merged = sumByStack(again.intern(columns), columns, again);
  assert.equal(drawValues(again.tables(), merged), drawn, `${what}, merged columns`);
  const tree = toCallTree(tables, moved);
  assert.equal(sum(tree.self), sum(values), `${what}, tree`);
  const { rows } = topFunctions(tree, { order: "self", limit: 0 });
  assert.equal(
    rows.reduce((total, row) => total + row.self, 0n),
    sum(values),
    `${what}, function table`,
  );
}

/** What a Pyroscope 2.2 server (v1 storage) answered over all three windows of some kinds; it drops empty stacks. */
const answers: readonly {
  readonly family: string;
  readonly kinds: readonly string[];
  readonly column: number;
  readonly total: string;
  readonly nodes: number;
  readonly top: string;
  readonly topSelf: readonly string[];
}[] = JSON.parse(readFileSync(new URL("testdata/pyroscope-answers.json", import.meta.url), "utf8"));

for (const { family, kinds, column, total, nodes, top, topSelf } of answers) {
  test(`${kinds.join(" and ")} profiles of ${family}, column ${column}, merge to the tree that Pyroscope draws`, () => {
    const partition = new SymbolPartition(1);
    const query = new PathIndex({ seed: 1 }).sum();
    for (const kind of kinds) {
      for (const window of [0, 1, 2]) {
        const profile = profileFromPprof(
          gunzipSync(readFileSync(new URL(`${family}-${kind}-${window}.pb.gz`, corpus))),
        );
        const values = sumByStack(partition.intern(profile), profile, { stackCount: partition.stackCount, column });
        values[0] = 0n;
        query.add(partition.tables(), values);
      }
    }
    const tree = query.finish();
    const graph = flameGraph(tree, 0);
    const { rows } = topFunctions(tree, { order: "self", limit: topSelf.length });
    assert.deepEqual([String(graph.total), graph.values.length / 4, rows[0]?.name], [total, nodes, top]);
    assert.deepEqual(
      rows.map((row) => String(row.self)),
      topSelf,
    );
  });
}

test("a profile pushed again adds nothing, and twice its values make twice its tree", () => {
  const [entry] = entries;
  assert.ok(entry);
  const profile = read(entry);
  const partition = new SymbolPartition(1);
  const values = sumByStack(partition.intern(profile), profile, partition);
  const { stackCount, byteLength } = partition;
  partition.intern(profile);
  assert.deepEqual([partition.stackCount, partition.byteLength], [stackCount, byteLength]);
  const tree = toCallTree(partition.tables(), values);
  const twice = mergeTrees([tree, tree]);
  assert.deepEqual(
    pruneTree(twice).self,
    pruneTree(tree).self.map((value) => 2n * value),
  );
});
