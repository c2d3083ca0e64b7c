import assert from "node:assert/strict";
import { test } from "node:test";
import { Field, Float64, Int64, List, Struct, Table, tableToIPC, Uint32, Utf8, vectorFromArray } from "apache-arrow";
import {
  Compression,
  Encoding,
  Table as WasmTable,
  WriterPropertiesBuilder,
  WriterVersion,
  writeParquet,
} from "parquet-wasm/node";
import { ParquetReader, rangesOf } from "./index.ts";
import { withDuckDb } from "./testing/duckdb.ts";
import { nodeCodec } from "./testing/node-codec.ts";
import { Random } from "./testing/random.ts";
import { leafValues } from "./testing/read-cells.ts";

/** Every type, nulls at every level, repeated and unique values. */
const duckColumns = `
  i::integer as i, (i * 3)::uinteger as u,
  case when i % 7 = 0 then null else i * 1000000007 * (1 - 2 * (i % 2)) end::bigint as b,
  18446744073709551615::ubigint - i::ubigint as ub,
  i / 8.0::double as d, i % 3 = 0 as flag,
  case when i % 5 = 0 then null else 'label-' || (i % 11) end as few,
  'unique-' || i as s, encode('x' || i) as blob,
  ('00000000-0000-4000-8000-' || lpad(i::varchar, 12, '0'))::uuid as id,
  make_timestamp_ns(1763600000000000000 + i * 1000000001) as t,
  case when i % 4 = 0 then null when i % 4 = 1 then [] else [i, null, i + 1] end::bigint[] as numbers,
  case when i % 3 = 0 then [] else [{stacktrace_id: i::uinteger, value: (i * i)::bigint}, {stacktrace_id: (i + 1)::uinteger, value: null}] end as samples,
  map {'k': 'v' || i, 'pod': 'p' || (i % 3)} as labels`;

const duckLeaves: readonly { readonly leaf: string; readonly sql: string }[] = [
  { leaf: "i", sql: "i" },
  { leaf: "u", sql: "u" },
  { leaf: "b", sql: "b" },
  { leaf: "ub", sql: "ub" },
  { leaf: "d", sql: "d" },
  { leaf: "flag", sql: "flag" },
  { leaf: "few", sql: "few" },
  { leaf: "s", sql: "s" },
  { leaf: "blob", sql: "lower(hex(blob))" },
  { leaf: "id", sql: "replace(id::varchar, '-', '')" },
  { leaf: "t", sql: "epoch_ns(t)" },
  { leaf: "numbers", sql: "unnest(numbers)" },
  { leaf: "samples.stacktrace_id", sql: "unnest(samples).stacktrace_id" },
  { leaf: "samples.value", sql: "unnest(samples).value" },
  { leaf: "labels.key", sql: "unnest(map_keys(labels))" },
  { leaf: "labels.value", sql: "unnest(map_values(labels))" },
];

const duckFiles = [
  { name: "v1, zstd", options: "parquet_version v1, compression zstd", rows: 2500 },
  { name: "v2, zstd", options: "parquet_version v2, compression zstd", rows: 2500 },
  { name: "v1, snappy", options: "parquet_version v1, compression snappy", rows: 2500 },
  { name: "v2, snappy", options: "parquet_version v2, compression snappy", rows: 2100 },
  { name: "v2, not compressed", options: "parquet_version v2, compression uncompressed", rows: 2100 },
  { name: "v2, no rows", options: "parquet_version v2, compression zstd", rows: 0 },
  { name: "v1, without dictionaries", options: "compression zstd, dictionary_size_limit 1", rows: 2100 },
];

test("files of DuckDB read as DuckDB reads them", () =>
  withDuckDb(async (db) => {
    for (const [index, { name, options, rows }] of duckFiles.entries()) {
      const path = db.path(`${index}.parquet`);
      await db.query(
        `copy (select ${duckColumns} from range(${rows}) r(i)) to '${path}' (format parquet, ${options}, row_group_size 2048)`,
      );
      const reader = await ParquetReader.open({ source: rangesOf(await db.get(`${index}.parquet`)), codec: nodeCodec });
      assert.equal(reader.metadata.rowCount, rows);
      for (const { leaf, sql } of duckLeaves) {
        const expected = await db.query(`select ${sql} from '${path}'`);
        const actual = await wholeLeaf(reader, leaf);
        assert.deepEqual(
          actual.map(asJson),
          expected.map(([value]) => asJson(value)),
          `${name}: ${leaf}`,
        );
      }
    }
  }));

test("a list's nulls and empties are rows without elements", () =>
  withDuckDb(async (db) => {
    const path = db.path("lists.parquet");
    await db.query(`copy (select unnest([[1, null], null, [], [2]]::bigint[][]) as x) to '${path}' (format parquet)`);
    const reader = await ParquetReader.open({ source: rangesOf(await db.get("lists.parquet")), codec: nodeCodec });
    const group = await reader.readRowGroup(0, { leaves: ["x"] });
    assert.deepEqual([...group.listStarts("x")], [0, 2, 2, 2, 3]);
    assert.deepEqual([...(group.present("x") ?? [])], [1, 0, 1]);
    assert.deepEqual([...group.bigints("x")], [1n, 0n, 2n]);
  }));

const wasmFiles = [
  { name: "v1, snappy", version: WriterVersion.V1, compression: Compression.SNAPPY, dictionary: true },
  { name: "v2, zstd", version: WriterVersion.V2, compression: Compression.ZSTD, dictionary: true },
  {
    name: "v2, zstd, its choice of delta",
    version: WriterVersion.V2,
    compression: Compression.ZSTD,
    dictionary: false,
  },
  { name: "v1, plain", version: WriterVersion.V1, compression: Compression.UNCOMPRESSED, dictionary: false },
  {
    name: "small dictionary, then plain",
    version: WriterVersion.V1,
    compression: Compression.ZSTD,
    dictionary: true,
    dictionaryBytes: 400,
  },
  {
    name: "numbers as byte streams",
    version: WriterVersion.V2,
    compression: Compression.ZSTD,
    dictionary: false,
    encoding: Encoding.BYTE_STREAM_SPLIT,
  },
];

const wasmLeaves = ["n", "big", "ratio", "text", "samples.stacktrace_id", "samples.value"];

test("files of parquet-wasm read as the table that they were made from", async () => {
  const rows = foreignRows(new Random(5), 3000);
  for (const { name, ...options } of wasmFiles) {
    const reader = await ParquetReader.open({ source: rangesOf(wasmFile(rows, options)), codec: nodeCodec });
    assert.equal(reader.metadata.rowGroups.length, 3, name);
    for (const leaf of wasmLeaves) {
      const expected = rows.flatMap((row) => rowLeaf(row, leaf));
      assert.deepEqual((await wholeLeaf(reader, leaf)).map(asJson), expected.map(asJson), `${name}: ${leaf}`);
    }
  }
});

test("a range of rows of a foreign file is a part of the whole, nulls included", async () => {
  const rows = foreignRows(new Random(6), 3000);
  const file = wasmFile(rows, { version: WriterVersion.V2, compression: Compression.ZSTD, dictionary: true });
  const reader = await ParquetReader.open({ source: rangesOf(file), codec: nodeCodec });
  for (const [start, end] of [
    [0, 1],
    [300, 777],
    [999, 1000],
    [500, 500],
  ] as const) {
    const group = await reader.readRowGroup(1, { leaves: wasmLeaves, rows: { start, end } });
    for (const leaf of reader.metadata.leaves) {
      const expected = rows.slice(1000 + start, 1000 + end).flatMap((row) => rowLeaf(row, leaf.name));
      assert.deepEqual(leafValues(group, leaf).map(asJson), expected.map(asJson), `${leaf.name} ${start}..${end}`);
    }
  }
});

interface ForeignRow {
  readonly n: number;
  readonly big: bigint | null;
  readonly ratio: number;
  readonly text: string | null;
  readonly samples: readonly { readonly stacktrace_id: number; readonly value: bigint | null }[] | null;
}

function foreignRows(random: Random, count: number): ForeignRow[] {
  return Array.from({ length: count }, (_, i) => ({
    n: i,
    big: random.chance(0.1) ? null : random.int64(),
    ratio: random.below(1000) / 7,
    text: random.chance(0.1) ? null : `text-${random.below(random.chance(0.5) ? 5 : 1e6)}`,
    samples: random.chance(0.1)
      ? null
      : Array.from({ length: random.below(5) }, () => ({
          stacktrace_id: random.word(),
          value: random.chance(0.1) ? null : BigInt(random.below(9)),
        })),
  }));
}

interface WasmOptions {
  readonly version: WriterVersion;
  readonly compression: Compression;
  readonly dictionary: boolean;
  readonly dictionaryBytes?: number;
  readonly encoding?: Encoding;
}

function wasmFile(rows: readonly ForeignRow[], options: WasmOptions): Uint8Array {
  const sample = new Struct([new Field("stacktrace_id", new Uint32(), false), new Field("value", new Int64(), true)]);
  const table = new Table({
    n: vectorFromArray(
      rows.map((row) => row.n),
      new Uint32(),
    ),
    big: vectorFromArray(
      rows.map((row) => row.big),
      new Int64(),
    ),
    ratio: vectorFromArray(
      rows.map((row) => row.ratio),
      new Float64(),
    ),
    text: vectorFromArray(
      rows.map((row) => row.text),
      new Utf8(),
    ),
    samples: vectorFromArray(
      rows.map((row) => row.samples),
      new List(new Field("element", sample, false)),
    ),
  });
  let builder = new WriterPropertiesBuilder()
    .setWriterVersion(options.version)
    .setCompression(options.compression)
    .setDictionaryEnabled(options.dictionary)
    .setDataPageSizeLimit(4096)
    .setWriteBatchSize(100)
    .setMaxRowGroupSize(1000);
  if (options.dictionaryBytes !== undefined) builder = builder.setDictionaryPageSizeLimit(options.dictionaryBytes);
  for (const column of options.encoding === undefined ? [] : ["n", "big", "ratio"]) {
    builder = builder.setColumnEncoding(column, options.encoding as Encoding);
  }
  return writeParquet(WasmTable.fromIPCStream(tableToIPC(table, "stream")), builder.build());
}

/** Values of one leaf of a row: one, or those of its list. */
function rowLeaf(row: ForeignRow, leaf: string): unknown[] {
  const [column, field] = leaf.split(".");
  if (field === undefined) return [row[column as keyof ForeignRow]];
  return (row.samples ?? []).map((sample) => sample[field as keyof typeof sample]);
}

async function wholeLeaf(reader: ParquetReader, name: string): Promise<unknown[]> {
  const leaf = reader.metadata.leaves.find((known) => known.name === name);
  assert.ok(leaf !== undefined, `leaf ${name}`);
  const values: unknown[] = [];
  for (let group = 0; group < reader.metadata.rowGroups.length; group++) {
    values.push(...leafValues(await reader.readRowGroup(group, { leaves: [name] }), leaf));
  }
  return values;
}

/** Numbers of any width as text, so that readers with different number types compare. */
function asJson(value: unknown): unknown {
  return typeof value === "bigint" || typeof value === "number" ? String(value) : value;
}
