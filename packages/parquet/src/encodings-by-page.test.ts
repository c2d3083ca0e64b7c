import assert from "node:assert/strict";
import { test } from "node:test";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { encoding } from "./format/constants.ts";
import { type Effort, ParquetReader, ParquetWriter, rangesOf, type Schema } from "./index.ts";
import { withDuckDb } from "./testing/duckdb.ts";
import { nodeCodec } from "./testing/node-codec.ts";
import { Random } from "./testing/random.ts";
import { joined } from "./testing/random-table.ts";

const schema: Schema = [
  { kind: "scalar", name: "row", type: "uint32" },
  { kind: "structs", name: "samples", fields: [{ name: "value", type: "int64" }] },
];

const rowsPerKind = 40;
const samplesPerRow = 300;

/** Three kinds of values, one behind the other: few distinct ones, near neighbours, and noise. */
function threeKinds(): Float64Array {
  const random = new Random(11);
  const kinds = [
    () => 10_000_000 * (1 + random.below(40)),
    (i: number) => 1e12 + i * 1000 + random.below(200),
    () => random.below(2 ** 20) * random.below(2 ** 30),
  ];
  const perKind = rowsPerKind * samplesPerRow;
  return Float64Array.from({ length: 3 * perKind }, (_, i) => kinds[Math.floor(i / perKind)]?.(i) ?? 0);
}

function write(values: Float64Array, options: { effort: Effort; breaks: readonly number[] }): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new ParquetWriter({
    schema,
    codec: nodeCodec,
    sink: (bytes) => parts.push(bytes),
    effort: options.effort,
  });
  const rowCount = 3 * rowsPerKind;
  writer.writeRowGroup({
    rowCount,
    lists: { samples: Uint32Array.from({ length: rowCount + 1 }, (_, row) => row * samplesPerRow) },
    pageBreaks: { "samples.value": Uint32Array.from(options.breaks) },
    leaves: { row: Uint32Array.from({ length: rowCount }, (_, row) => row), "samples.value": values },
  });
  writer.finish();
  return joined(parts);
}

async function encodingsOf(file: Uint8Array): Promise<readonly number[]> {
  const { metadata } = await ParquetReader.open({ source: rangesOf(file), codec: nodeCodec });
  return metadata.rowGroups[0]?.chunks.get("samples.value")?.encodings ?? [];
}

test("pages of one chunk each have their own encoding, and every reader follows", () =>
  withDuckDb(async (db) => {
    const values = threeKinds();
    const file = write(values, { effort: "small", breaks: [rowsPerKind, 2 * rowsPerKind] });
    const { plain, deltaBinaryPacked, rleDictionary } = encoding;
    const encodings = await encodingsOf(file);
    for (const expected of [plain, deltaBinaryPacked, rleDictionary])
      assert.ok(encodings.includes(expected), `${encodings}`);

    const reader = await ParquetReader.open({ source: rangesOf(file), codec: nodeCodec });
    assert.deepEqual((await reader.readRowGroup(0, { leaves: ["samples.value"] })).numbers("samples.value"), values);
    const rows = { start: rowsPerKind - 1, end: rowsPerKind + 2 };
    const before = reader.bytesRead;
    const part = (await reader.readRowGroup(0, { leaves: ["samples.value"], rows })).numbers("samples.value");
    assert.deepEqual(part, values.slice(rows.start * samplesPerRow, rows.end * samplesPerRow));
    assert.ok(reader.bytesRead - before < file.length * 0.7, "the page of noise is not read");

    const fromHyparquet = await parquetReadObjects({ file: file.slice().buffer, compressors });
    assert.deepEqual(
      fromHyparquet.flatMap((row) => row["samples"].map((sample: { value: bigint }) => Number(sample.value))),
      [...values],
    );
    const path = await db.put("kinds.parquet", file);
    const fromDuckDb = await db.query(`select unnest(samples).value from '${path}'`);
    assert.deepEqual(
      fromDuckDb.map(([value]) => Number(value)),
      [...values],
    );
  }));

test("breaks and trials make the file smaller", () => {
  const values = threeKinds();
  const fast = write(values, { effort: "fast", breaks: [] }).length;
  const unbroken = write(values, { effort: "small", breaks: [] }).length;
  const small = write(values, { effort: "small", breaks: [rowsPerKind, 2 * rowsPerKind] }).length;
  assert.ok(small < unbroken * 0.95 && unbroken <= fast, `${small} < ${unbroken} <= ${fast}`);
});

test("rows that repeat earlier rows cost almost nothing", () => {
  const row = threeKinds().slice(-samplesPerRow);
  const repeated = new Float64Array(3 * rowsPerKind * samplesPerRow);
  for (let at = 0; at < repeated.length; at += samplesPerRow) repeated.set(row, at);
  const { length } = write(repeated, { effort: "small", breaks: [] });
  assert.ok(length * 8 < repeated.length * 1.2, `${length} bytes for ${repeated.length} values`);
});
