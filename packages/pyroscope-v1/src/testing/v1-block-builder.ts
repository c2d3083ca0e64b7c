import type { Bucket } from "@basalt/bucket";
import type { Label } from "@basalt/model";
import type { PageCodec, RowGroupValues, Schema } from "@basalt/parquet";
import { crc32c } from "../format/crc32c.ts";
import { BigEndianWriter } from "./big-endian-writer.ts";
import { SymbolTexts } from "./symbol-texts.ts";
import { writeSymbolBlocks } from "./write-symbol-blocks.ts";
import { writeSymbolTables, writeTable } from "./write-symbol-tables.ts";
import { chunkPlace, type WrittenPartition, writeStackChunk, writeSymdbIndex } from "./write-symdb.ts";
import { writeTsdbIndex } from "./write-tsdb-index.ts";

/** A sample of a row: frames joined by `;`, the root first; `a>b` is a location of which b is inlined into a. */
export interface BuiltSample {
  readonly stack: string;
  readonly value: bigint;
  readonly span?: bigint;
  readonly trace?: Uint8Array;
}

export interface BuiltRow {
  readonly series: number;
  readonly partition: bigint;
  readonly timeNanos: bigint;
  /** One byte, repeated 16 times. */
  readonly uuid: number;
  readonly samples: readonly BuiltSample[];
}

export interface BuiltBlock {
  readonly series: readonly (readonly Label[])[];
  readonly rows: readonly BuiltRow[];
  /** Of symdb; default 2. */
  readonly format?: 1 | 2 | 3;
}

/** Writes a block as Pyroscope v1 lays it out, from stacks as text. */
export async function buildV1Block(bucket: Bucket, prefix: string, codec: PageCodec, block: BuiltBlock): Promise<void> {
  const { format = 2, rows } = block;
  const all = new SymbolTexts();
  const texts = new Map<bigint, SymbolTexts>();
  for (const { partition } of rows) {
    // Tables of format 1 are those of the whole block, and only stacks have partitions.
    if (!texts.has(partition)) texts.set(partition, format === 1 ? all.sibling() : new SymbolTexts());
  }
  const files = new Map<string, Uint8Array>();
  files.set("profiles.parquet", writeTable(profilesSchema, profileValues(rows, texts), codec));
  files.set("index.tsdb", writeTsdbIndex(block.series.map((labels, seriesIndex) => ({ labels, seriesIndex }))));
  if (format === 3) files.set("symbols.symdb", writeWhole(texts));
  else writeFolder(files, texts, { format, tables: format === 1 ? [all] : [...texts.values()], codec });
  files.set("meta.json", new TextEncoder().encode(JSON.stringify({ version: format === 1 ? 2 : 3 })));
  for (const [name, bytes] of files) await bucket.put(`${prefix}${name}`, bytes);
}

const profilesSchema: Schema = [
  { kind: "scalar", name: "ID", type: "uuid" },
  { kind: "scalar", name: "SeriesIndex", type: "uint32" },
  { kind: "scalar", name: "StacktracePartition", type: "uint64" },
  {
    kind: "structs",
    name: "Samples",
    fields: [
      { name: "StacktraceID", type: "uint64" },
      { name: "Value", type: "int64" },
      { name: "SpanID", type: "uint64", optional: true },
      { name: "TraceID", type: "uuid", optional: true },
    ],
  },
  { kind: "scalar", name: "TimeNanos", type: "timestamp_nanos" },
  { kind: "scalar", name: "DurationNanos", type: "int64", optional: true },
];

function profileValues(rows: readonly BuiltRow[], texts: ReadonlyMap<bigint, SymbolTexts>): RowGroupValues {
  const samples = rows.flatMap((row) => row.samples.map((sample) => ({ ...sample, partition: row.partition })));
  const starts = new Uint32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) starts[i + 1] = (starts[i] as number) + row.samples.length;
  const stacks = samples.map(({ partition, stack }) => texts.get(partition)?.stack(stack) ?? 0);
  const traces = Buffer.concat(samples.map(({ trace }) => trace ?? new Uint8Array(16)));
  return {
    rowCount: rows.length,
    lists: { Samples: starts },
    leaves: {
      ID: Buffer.concat(rows.map(({ uuid }) => new Uint8Array(16).fill(uuid))),
      SeriesIndex: Uint32Array.from(rows, ({ series }) => series),
      StacktracePartition: BigUint64Array.from(rows, ({ partition }) => partition),
      "Samples.StacktraceID": Float64Array.from(stacks),
      "Samples.Value": BigInt64Array.from(samples, ({ value }) => value),
      "Samples.SpanID": {
        present: Uint8Array.from(samples, ({ span }) => (span === undefined ? 0 : 1)),
        values: BigUint64Array.from(samples, ({ span }) => span ?? 0n),
      },
      "Samples.TraceID": {
        present: Uint8Array.from(samples, ({ trace }) => (trace === undefined ? 0 : 1)),
        values: new Uint8Array(traces),
      },
      TimeNanos: BigInt64Array.from(rows, ({ timeNanos }) => timeNanos),
      DurationNanos: { present: new Uint8Array(rows.length).fill(1), values: new Float64Array(rows.length).fill(10) },
    },
  };
}

interface FolderOptions {
  readonly format: 1 | 2;
  readonly tables: readonly SymbolTexts[];
  readonly codec: PageCodec;
}

/** Formats 1 and 2: tables, an index, stacks. */
function writeFolder(
  files: Map<string, Uint8Array>,
  texts: ReadonlyMap<bigint, SymbolTexts>,
  { format, tables, codec }: FolderOptions,
): void {
  const written = writeSymbolTables(
    tables.map((part) => part.tables()),
    codec,
  );
  const folder = format === 1 ? "" : "symbols/";
  for (const [name, bytes] of Object.entries(written)) files.set(`${folder}${name}.parquet`, bytes);
  const partitions: WrittenPartition[] = [];
  const stacks: Uint8Array[] = [];
  const start = { locations: 0, mappings: 0, functions: 0, strings: 0 };
  let offset = 0;
  for (const [id, text] of texts) {
    const nodes = text.nodes();
    const chunk = writeStackChunk(nodes);
    const { locations, functions, strings } = text.tables();
    const range = (name: keyof typeof start, count: number): WrittenRange[] => {
      start[name] += count;
      return [{ rowGroup: 0, start: start[name] - count, count }];
    };
    const rows = {
      locations: range("locations", locations.length),
      mappings: range("mappings", 1),
      functions: range("functions", functions.length),
      strings: range("strings", strings.length),
    };
    partitions.push({ id, chunks: [chunkPlace(chunk, offset, nodes.parent.length)], rows });
    stacks.push(chunk);
    offset += chunk.length;
  }
  files.set("symbols/stacktraces.symdb", new Uint8Array(Buffer.concat(stacks)));
  files.set("symbols/index.symdb", writeSymdbIndex(format, partitions));
}

type WrittenRange = { rowGroup: number; start: number; count: number };

/** Format 3: stacks and tables, the index, an end that leads to it. */
function writeWhole(texts: ReadonlyMap<bigint, SymbolTexts>): Uint8Array {
  const file = new BigEndianWriter();
  const partitions: WrittenPartition[] = [];
  for (const [id, text] of texts) {
    const nodes = text.nodes();
    const stacks = writeStackChunk(nodes);
    const chunks = [chunkPlace(stacks, file.length, nodes.parent.length)];
    file.bytes(stacks);
    const { locations, mappings, functions, strings } = writeSymbolBlocks(text.tables());
    const place = ({ bytes, ...rest }: typeof locations): Omit<typeof locations, "bytes"> & { offset: number } => {
      file.bytes(bytes);
      return { ...rest, offset: file.length - bytes.length };
    };
    const blocks = {
      locations: place(locations),
      mappings: place(mappings),
      functions: place(functions),
      strings: place(strings),
    };
    partitions.push({ id, chunks, blocks });
  }
  const indexAt = file.length;
  file.bytes(writeSymdbIndex(3, partitions));
  const end = new BigEndianWriter().uint32(0x73796d31).uint32(3).uint64(indexAt).zeros(4).finish();
  return file.bytes(end).uint32(crc32c(end)).finish();
}
