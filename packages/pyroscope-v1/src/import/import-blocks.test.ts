import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { type Bucket, FaultyBucket, listAll, MemoryBucket } from "@basalt/bucket";
import { anonymousTenant, parseTenantId, windowNanos } from "@basalt/model";
import { crc32, ManualClock, zstdCodec } from "@basalt/runtime";
import { BlockIndex, type BlockMeta, blockCaches, openBlock } from "@basalt/store";
import { realBlock, realBucket } from "../testing/fixture.ts";
import { readImported } from "../testing/read-imported.ts";
import { type BuiltRow, type BuiltSample, buildV1Block } from "../testing/v1-block-builder.ts";
import { cpuType, heapType, v1Series } from "../testing/v1-series.ts";
import { type ImportEvent, type ImportOptions, importBlocks, importInWaves } from "./import-blocks.ts";
import { formatImportReport, type ImportReport, importReportToJson, isComplete } from "./import-report.ts";

const codec = zstdCodec(1);
const team = parseTenantId("team");
const ids = ["01M7WM2W7NZ3F3KYVSPAMPN1E0", "01M7WM2W7NZ3F3KYVSPAMPN1E1"] as const;

function options(source: Bucket, target: Bucket): ImportOptions {
  return { source, target, codec, checksum: crc32, seed: 7 };
}

async function blocksOf(target: Bucket, tenant = team): Promise<readonly BlockMeta[]> {
  const index = new BlockIndex({ bucket: target, clock: new ManualClock(0) });
  const { blocks, problems } = await index.list(tenant, { start: -(2n ** 62n), end: 2n ** 62n });
  assert.deepEqual(problems, []);
  return blocks.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Every row of the target as text, sorted: `service type time | stack=value …`. */
async function rowsOf(target: Bucket, tenant = team): Promise<string[]> {
  const rows: string[] = [];
  for (const meta of await blocksOf(target, tenant)) {
    const block = openBlock({ bucket: target, codec, caches: blockCaches() }, meta);
    for (const { text, timeNanos } of await readImported(block)) {
      assert.ok(timeNanos >= meta.window.start && timeNanos < meta.window.end, "rows lie in their block's window");
      rows.push(text);
    }
  }
  return rows.sort();
}

function row(
  series: number,
  timeNanos: bigint,
  samples: readonly BuiltSample[],
  more: Partial<BuiltRow> = {},
): BuiltRow {
  return { series, partition: 1n, timeNanos, uuid: 1, samples, ...more };
}

async function sourceOf(rows: readonly BuiltRow[], series = [v1Series(cpuType, "shop"), v1Series(heapType, "cart")]) {
  const source = new MemoryBucket();
  await buildV1Block(source, `team/phlaredb/${ids[0]}/`, codec, { series, rows });
  return source;
}

async function importRows(rows: readonly BuiltRow[], more: Partial<ImportOptions> = {}) {
  const source = await sourceOf(rows);
  const target = new MemoryBucket();
  const report = await importBlocks({ ...options(source, target), ...more });
  return { target, report, rows: await rowsOf(target) };
}

const work = { stack: "main;work", value: 5n };
const millisecond = 1_000_000n;

test("rows are cut into aligned windows, each a block of its own", async () => {
  const { target, rows } = await importRows([
    row(0, 0n, [work]),
    row(0, windowNanos - 1n, [work]),
    row(0, windowNanos, [work]),
    row(1, 5n * windowNanos, [work]),
  ]);
  const blocks = await blocksOf(target);
  assert.deepEqual(
    blocks.map(({ window, sources, producer }) => [
      window.start / windowNanos,
      window.end / windowNanos,
      sources,
      producer,
    ]),
    [
      [0n, 1n, [{ id: ids[0], windowStart: 0n }], ids[0]],
      [1n, 2n, [{ id: ids[0], windowStart: windowNanos }], ids[0]],
      [5n, 6n, [{ id: ids[0], windowStart: 5n * windowNanos }], ids[0]],
    ],
  );
  assert.deepEqual(rows, [
    `cart ${heapType} ${5n * windowNanos} 10 5 | main;work=5`,
    `shop ${cpuType} 0 10 5 | main;work=5`,
    `shop ${cpuType} ${windowNanos - 1n} 10 5 | main;work=5`,
    `shop ${cpuType} ${windowNanos} 10 5 | main;work=5`,
  ]);
});

test("equal stacks of several partitions, and of one row, are one; spans and traces keep samples apart", async () => {
  const trace = new Uint8Array(16).fill(9);
  const samples = [work, work, { ...work, span: 3n }, { ...work, span: 3n, trace }, { ...work, span: 3n }];
  const { rows, target } = await importRows([
    row(0, 1n * millisecond, [work, { stack: "main;0x10", value: 1n }]),
    row(0, 2n * millisecond, samples, { partition: 2n }),
  ]);
  const sum = "main;work=10 main;work=5@3/09090909090909090909090909090909 main;work=10@3";
  assert.deepEqual(
    rows.map((text) => text.split(" | ")[1]?.split(" ").sort().join(" ")),
    ["main;a.out+0x10=1 main;work=5", sum.split(" ").sort().join(" ")],
  );
  const [partition] = (await blocksOf(target))[0]?.partitions ?? [];
  assert.equal(partition?.stacktraces, 4, "the empty stack, main, main;work, main;0x10");
});

test("values are exact up to the last one of int64, and in sums that doubles cannot hold", async () => {
  const large = 2n ** 53n;
  const { rows, report } = await importRows([
    row(0, 1n * millisecond, [
      { stack: "a", value: 2n ** 63n - 2n },
      { stack: "b", value: 1n },
    ]),
    row(0, 2n * millisecond, [
      { stack: "a", value: large },
      { stack: "a", value: 1n },
    ]),
  ]);
  assert.deepEqual(
    rows.map((text) => text.split(" | ")[1]),
    ["a=9223372036854775806 b=1", "a=9007199254740993"],
  );
  assert.equal(report.tenants[0]?.written.get(cpuType)?.total, 2n ** 63n - 1n + large + 1n);
});

test("a row whose values pass int64 makes its block fail, and no other", async () => {
  const source = await sourceOf([row(0, 1n, [{ stack: "a", value: 2n ** 63n - 1n }, work])]);
  await buildV1Block(source, `team/phlaredb/${ids[1]}/`, codec, {
    series: [v1Series(cpuType, "x")],
    rows: [row(0, 1n, [work])],
  });
  const target = new MemoryBucket();
  const report = await importBlocks(options(source, target));
  assert.deepEqual(
    report.tenants[0]?.failed.map(({ block, code }) => [block, code]),
    [[ids[0], "value_overflow"]],
  );
  assert.equal(report.tenants[0]?.imported, 1);
  assert.equal(isComplete(report), false);
  assert.match(formatImportReport(report), /block 01M7WM2W7NZ3F3KYVSPAMPN1E0 failed: .*\[value_overflow\]/);
  assert.equal((await rowsOf(target)).length, 1);
});

test("what the other server shows nowhere is left out and counted, or imported if asked for", async () => {
  const given = [
    row(0, 3n * millisecond, [
      work,
      { stack: "", value: 7n },
      { stack: "main", value: -2n },
      { stack: "x", value: 0n },
    ]),
    row(0, 3n * millisecond + 1n, [{ stack: "main", value: 11n }], { uuid: 2 }),
    row(0, 4n * millisecond, [{ stack: "", value: 1n }]),
  ];
  const shown = await importRows(given);
  assert.deepEqual(
    shown.rows.map((text) => text.split(" | ")[1]),
    ["main;work=5"],
  );
  assert.deepEqual(shown.report.tenants[0]?.leftOut, {
    rows: 1,
    negativeValues: 1,
    negativeTotal: -2n,
    stacklessValues: 2,
    stacklessTotal: 8n,
    repeatedRows: 1,
    repeatedTotal: 11n,
  });
  const all = await importRows(given, { withHidden: true });
  assert.deepEqual(
    all.rows.map((text) => text.split(" | ")[1]),
    ["=7 main;work=5", "main=11", "=1"],
  );
  assert.equal(all.report.tenants[0]?.leftOut.negativeTotal, -2n);
});

test("rows of one series, time and id are all kept", async () => {
  const twice = [row(0, 1n, [work]), row(0, 1n, [work])];
  const { rows } = await importRows(twice, { withHidden: true });
  assert.equal(rows.length, 2);
});

test("replicas of a row in two blocks get one profile id, rows of other times or labels another", async () => {
  const source = new MemoryBucket();
  const series = [v1Series(cpuType, "shop"), v1Series(cpuType, "cart")];
  const first = [row(0, 1n * millisecond, [work]), row(0, 2n * millisecond, [work]), row(1, 1n * millisecond, [work])];
  await buildV1Block(source, `team/phlaredb/${ids[0]}/`, codec, { series, rows: first });
  await buildV1Block(source, `team/phlaredb/${ids[1]}/`, codec, {
    series: series.toReversed(),
    rows: [row(1, 1n * millisecond, [work])],
  });
  const target = new MemoryBucket();
  await importBlocks(options(source, target));
  const profileIds: string[][] = [];
  for (const meta of await blocksOf(target)) {
    const block = openBlock({ bucket: target, codec, caches: blockCaches() }, meta);
    const read = await readImported(block);
    profileIds.push(
      read
        .filter(({ text }) => text.includes(" 1000000 ") && text.startsWith("shop"))
        .map(({ profileId }) => profileId),
    );
    assert.equal(new Set(read.map(({ profileId }) => profileId)).size, read.length);
  }
  assert.deepEqual(profileIds[0], profileIds[1]);
  assert.equal(profileIds[0]?.length, 1);
});

test("blocks that are not whole, or marked for deletion, are left out; other tenants and folders are left alone", async () => {
  const source = await sourceOf([row(0, 1n, [work])]);
  const text = new TextEncoder().encode("{}");
  await source.put(`team/phlaredb/${ids[1]}/index.tsdb`, text);
  await buildV1Block(source, "other/phlaredb/01M7WM2W7NZ3F3KYVSPAMPN1E2/", codec, {
    series: [v1Series(cpuType, "x")],
    rows: [row(0, 1n, [work])],
  });
  await source.put("other/phlaredb/01M7WM2W7NZ3F3KYVSPAMPN1E2/deletion-mark.json", text);
  await source.put("tenant_settings.json", text);
  await source.put("debug-info/team/x", text);
  const target = new MemoryBucket();
  const report = await importBlocks(options(source, target));
  assert.deepEqual(
    report.tenants.map(({ tenant, imported, partial, deleted }) => ({ tenant, imported, partial, deleted })),
    [
      { tenant: "other", imported: 0, partial: 0, deleted: 1 },
      { tenant: "team", imported: 1, partial: 1, deleted: 0 },
    ],
  );
  const alone = await importBlocks({ ...options(source, new MemoryBucket()), tenant: parseTenantId("other") });
  assert.deepEqual(
    alone.tenants.map(({ tenant }) => tenant),
    ["other"],
  );
});

test("a prefix in the bucket is where tenants are looked for", async () => {
  const source = new MemoryBucket();
  await buildV1Block(source, `a/b/team/phlaredb/${ids[0]}/`, codec, {
    series: [v1Series(cpuType, "x")],
    rows: [row(0, 1n, [work])],
  });
  const report = await importBlocks({ ...options(source, new MemoryBucket()), sourcePrefix: "a/b/" });
  assert.deepEqual(
    report.tenants.map(({ tenant, imported }) => [tenant, imported]),
    [["team", 1]],
  );
});

test("the report says what was read and what was written, for people and for programs", async () => {
  const { report } = await importRows([row(0, 1n, [work]), row(1, 1n, [{ stack: "x", value: 12345n }])]);
  assert.equal(
    formatImportReport(report),
    [
      "tenant team: 1 blocks imported, 0 before; 1 blocks written",
      "  profile type                                 rows  sum taken  sum read back",
      "  memory:inuse_space:bytes:space:bytes            1      12345          12345  equal",
      "  process_cpu:cpu:nanoseconds:cpu:nanoseconds     1          5              5  equal",
      "",
    ].join("\n"),
  );
  const json = JSON.parse(JSON.stringify(importReportToJson(report))) as { tenants: { source: unknown }[] };
  assert.deepEqual(json.tenants[0]?.source, [
    { profileType: heapType, rows: 1, total: "12345" },
    { profileType: cpuType, rows: 1, total: "5" },
  ]);
});

test("an abort ends it with its reason, and the next run goes on", async () => {
  const source = await sourceOf(Array.from({ length: 6 }, (_, i) => row(0, BigInt(i) * windowNanos, [work])));
  const target = new MemoryBucket();
  const controller = new AbortController();
  const events: ImportEvent[] = [];
  const onProgress = (event: ImportEvent): void => {
    events.push(event);
    if (event.kind === "rows") controller.abort(new Error("stopped by hand"));
  };
  await assert.rejects(importBlocks({ ...options(source, target), onProgress }, controller.signal), /stopped by hand/);
  assert.equal((await rowsOf(target)).length, 1);
  const report = await importBlocks(options(source, target));
  assert.equal(report.tenants[0]?.written.get(cpuType)?.rows, 6);
  assert.equal((await rowsOf(target)).length, 6);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["began", "rows"],
  );
});

test("a block that does not hold what went into it is found, and nothing is called imported", async () => {
  const target = new MemoryBucket();
  await importBlocks(options(await sourceOf([row(0, 1n, [work])]), target));
  for await (const key of listAll(target, { prefix: "team/imports/", mode: "keys" })) await target.delete(key);
  const other = await sourceOf([row(0, 1n, [{ ...work, value: 6n }])]);
  await assert.rejects(importBlocks(options(other, target)), {
    code: "import_mismatch",
    message: /holds 5 in 1 rows .* holds 6/,
  });
});

/** Rows of two series and windows; waves of a few hundred bytes hold some of them. */
const manyRows = Array.from({ length: 8 }, (_, i) =>
  row(
    i % 2,
    BigInt(i % 2) * windowNanos + BigInt(i) * millisecond,
    [work, { stack: `main;f${i % 5}`, value: BigInt(i + 1) }],
    { partition: BigInt(i % 2), uuid: i },
  ),
);
const waveBytes = 700;

/** Every so many operations one fails; `IMPORT_FAULT_STEP=1` fails each, which takes some 20 s. */
const faultStep = Number(process.env["IMPORT_FAULT_STEP"] ?? 41);

test("small waves hold the same rows as one large one, in more blocks", async () => {
  const source = await sourceOf(manyRows);
  const [small, large] = [new MemoryBucket(), new MemoryBucket()];
  await importInWaves(options(source, small), waveBytes);
  await importBlocks(options(source, large));
  assert.deepEqual(await rowsOf(small), await rowsOf(large));
  assert.equal((await blocksOf(large)).length, 2);
  assert.equal((await blocksOf(small)).length, 4);
});

for (const when of ["before", "after"] as const) {
  test(`whichever operation of the target fails ${when} it is done, a second run completes what the first began`, async () => {
    const source = await sourceOf(manyRows);
    const whole = new MemoryBucket();
    const expected = await importInWaves(options(source, whole), waveBytes);
    const [wholeRows, wholeKeys] = [await rowsOf(whole), await keysOf(whole)];
    for (let failing = when === "before" ? 1 : 2; ; failing += faultStep) {
      const target = new MemoryBucket();
      const faulty = new FaultyBucket(target);
      faulty.fault = ({ index }) => (index === failing ? { when, error: new Error("the bucket fails") } : undefined);
      const first = await importInWaves(options(source, faulty), waveBytes).catch((error: unknown) => error);
      if (faulty.callCount < failing) break;
      if (when === "before") assert.match(String(first), /the bucket fails/, `operation ${failing}`);
      const second = await importInWaves(options(source, target), waveBytes);
      assert.deepEqual(sumsOf(second), sumsOf(expected), `operation ${failing}`);
      assert.deepEqual(await keysOf(target), wholeKeys, `operation ${failing}`);
      assert.deepEqual(await rowsOf(target), wholeRows, `operation ${failing}`);
    }
  });
}

test("whichever read of the source fails, the import fails with it, and a second run completes it", async () => {
  const source = await sourceOf(manyRows);
  const whole = await importBlocks(options(source, new MemoryBucket()));
  for (let failing = 1; ; failing++) {
    const target = new MemoryBucket();
    const faulty = new FaultyBucket(source);
    faulty.fault = ({ index }) =>
      index === failing ? { when: "before", error: new Error("the bucket fails") } : undefined;
    const first = await importBlocks(options(faulty, target)).catch((error: unknown) => error);
    if (faulty.callCount < failing) break;
    assert.match(String(first), /the bucket fails/, `operation ${failing}`);
    assert.deepEqual(sumsOf(await importBlocks(options(source, target))), sumsOf(whole), `operation ${failing}`);
  }
});

test("a real block imported twice is imported once", async () => {
  const target = new MemoryBucket();
  const first = await importBlocks(options(realBucket, target));
  const keys = await keysOf(target);
  const second = await importBlocks(options(realBucket, target));
  assert.deepEqual(sumsOf(second), sumsOf(first));
  assert.deepEqual(await keysOf(target), keys);
  assert.deepEqual([second.tenants[0]?.imported, second.tenants[0]?.importedBefore], [0, 1]);
  const [block] = await blocksOf(target, anonymousTenant);
  assert.deepEqual(
    block?.sources.map(({ id }) => id),
    [realBlock.split("/").at(-2)],
  );
});

async function keysOf(bucket: Bucket): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of listAll(bucket, { prefix: "", mode: "keys" })) keys.push(key);
  return keys;
}

function sumsOf({ tenants }: ImportReport): unknown {
  return tenants.map(({ source, written, leftOut }) => ({
    source: [...source].sort(),
    written: [...written].sort(),
    leftOut,
  }));
}
