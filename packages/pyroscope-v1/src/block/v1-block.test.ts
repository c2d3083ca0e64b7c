import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBucket } from "@basalt/bucket";
import { BasaltError, stringAt } from "@basalt/model";
import { zstdCodec } from "@basalt/runtime";
import { realBlock, realBucket } from "../testing/fixture.ts";
import { type BuiltRow, buildV1Block } from "../testing/v1-block-builder.ts";
import { cpuType, v1Series } from "../testing/v1-series.ts";
import type { PartitionSymbols } from "./partition-symbols.ts";
import { V1Block } from "./v1-block.ts";

const codec = zstdCodec(1);
const prefix = "team/phlaredb/01M7WM2W7NZ3F3KYVSPAMPN1E0/";
const names = ["main", "work", "write", "parse", "read", "lock"];

/** Functions of a stack from the root to the leaf, `>` before what is inlined, with line numbers; addresses where there are none. */
function stackText({ tables, stackOf }: PartitionSymbols, stacktraceId: number): string {
  const frames: string[] = [];
  for (let stack = stackOf(stacktraceId); stack !== 0; stack = tables.stackParent[stack] as number) {
    const location = tables.stackLocation[stack] as number;
    const lines: string[] = [];
    for (let line = tables.locationLineStart[location] as number; ; line++) {
      if (line === tables.locationLineStart[location + 1]) break;
      const callee = (tables.lineFunction[line] as number) - 1;
      lines.unshift(`${stringAt(tables, tables.functionName[callee] as number)}:${tables.lineNumber[line]}`);
    }
    frames.unshift(lines.length === 0 ? `0x${tables.locationAddressLow[location]?.toString(16)}` : lines.join(">"));
  }
  return frames.join(";");
}

/** Every row with its stacks as text. */
async function rowTexts(block: V1Block): Promise<string[]> {
  const texts: string[] = [];
  for await (const rows of block.rows()) {
    for (let row = 0; row < rows.rowCount; row++) {
      const symbols = await block.symbols(rows.partition[row] as bigint);
      const samples: string[] = [];
      for (let at = rows.sampleStart[row] as number; at < (rows.sampleStart[row + 1] as number); at++) {
        const span = rows.spanId?.[at] ?? 0n;
        samples.push(`${stackText(symbols, Number(rows.stacktraceId[at]))}=${rows.values[at]}@${span}`);
      }
      texts.push(`${rows.seriesIndex[row]} ${rows.timeNanos[row]} ${rows.id[row * 16]} ${samples.join(" ")}`);
    }
  }
  return texts;
}

const rows: readonly BuiltRow[] = [
  { series: 0, partition: 5n, timeNanos: 10n, uuid: 1, samples: [{ stack: "main;work>write", value: 3n }] },
  {
    series: 0,
    partition: 2n ** 64n - 1n,
    timeNanos: 11n,
    uuid: 2,
    samples: names.map((stack) => ({ stack, value: 1n })),
  },
  {
    series: 1,
    partition: 5n,
    timeNanos: 12n,
    uuid: 3,
    samples: [
      { stack: "main;0x1f", value: 2n ** 62n, span: 2n ** 63n + 1n },
      { stack: "", value: 4n },
    ],
  },
];
const series = [v1Series(cpuType, "shop"), v1Series(cpuType, "cart")];

for (const format of [1, 2, 3] as const) {
  test(`rows and stacks of symdb format ${format} are read as written`, async () => {
    const bucket = new MemoryBucket();
    await buildV1Block(bucket, prefix, codec, { series, rows, format });
    const block = await V1Block.open({ bucket, prefix, codec });
    assert.equal(block.rowCount, 3);
    const texts = await rowTexts(block);
    assert.deepEqual(
      texts.map((text) => text.replaceAll(/:\d+/g, "")),
      [
        "0 10 1 main;work>write=3@0",
        `0 11 2 ${names.map((name) => `${name}=1@0`).join(" ")}`,
        "1 12 3 main;0x1f=4611686018427387904@9223372036854775809 =4@0",
      ],
    );
    assert.match(texts[0] ?? "", /main:10;work:\d+>write:\d+=3/);
  });
}

test("a partition that does not exist, and a stack that a partition does not have, are refused", async () => {
  const bucket = new MemoryBucket();
  await buildV1Block(bucket, prefix, codec, { series, rows });
  const block = await V1Block.open({ bucket, prefix, codec });
  await assert.rejects(block.symbols(6n), { code: "block_corrupt", message: /partition 6/ });
  const { stackOf } = await block.symbols(5n);
  assert.throws(() => stackOf(4), { code: "block_corrupt", message: /stack 4/ });
});

test("versions before symdb are refused by name", async () => {
  const bucket = new MemoryBucket();
  await bucket.put(`${prefix}meta.json`, new TextEncoder().encode('{"version":1}'));
  await assert.rejects(V1Block.open({ bucket, prefix, codec }), { code: "block_version", message: /version 1/ });
  await bucket.put(`${prefix}meta.json`, new TextEncoder().encode("{"));
  await assert.rejects(V1Block.open({ bucket, prefix, codec }), { code: "block_corrupt" });
});

test("each file of a block, cut off anywhere or missing, is refused by a code", async () => {
  for (const format of [1, 2, 3] as const) {
    const bucket = new MemoryBucket();
    await buildV1Block(bucket, prefix, codec, { series, rows, format });
    const { names: keys } = await bucket.list({ prefix: "", mode: "keys" });
    for (const key of keys) {
      const whole = await bucket.get(key);
      for (const length of [0, 1, Math.floor(whole.length / 3), whole.length - 1]) {
        await bucket.put(key, whole.subarray(0, length));
        const read = async (): Promise<string[]> => rowTexts(await V1Block.open({ bucket, prefix, codec }));
        await assert.rejects(read, isRefusal, `${length} bytes of ${key}`);
      }
      await bucket.put(key, whole);
    }
  }
});

function isRefusal(error: unknown): boolean {
  return error instanceof BasaltError && ["block_corrupt", "range_beyond_object"].includes(error.code);
}

test("a real block has the rows and samples that its meta.json counts", async () => {
  const block = await V1Block.open({ bucket: realBucket, prefix: realBlock, codec });
  let rowCount = 0;
  let sampleCount = 0;
  for await (const some of block.rows()) {
    rowCount += some.rowCount;
    sampleCount += some.sampleStart[some.rowCount] as number;
    assert.equal(some.spanId, undefined);
  }
  assert.deepEqual(
    { rowCount, sampleCount, series: block.series.length },
    { rowCount: 486, sampleCount: 150982, series: 134 },
  );
});
