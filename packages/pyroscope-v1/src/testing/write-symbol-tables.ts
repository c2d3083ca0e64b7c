import { type PageCodec, ParquetWriter, type RowGroupValues, type Schema } from "@basalt/parquet";
import type { WrittenTables } from "./symbol-texts.ts";

const number = (name: string): Schema[number] => ({ kind: "scalar", name, type: "int64" });
const unsigned = (name: string): Schema[number] => ({ kind: "scalar", name, type: "uint64" });
const flag = (name: string): Schema[number] => ({ kind: "scalar", name, type: "boolean" });

const functionsSchema = [unsigned("Id"), number("Name"), number("SystemName"), number("Filename"), number("StartLine")];
const stringsSchema: Schema = [unsigned("ID"), { kind: "scalar", name: "String", type: "string" }];
const flags = ["HasFunctions", "HasFilenames", "HasLineNumbers", "HasInlineFrames"];
const mappingsSchema: Schema = [
  ...["MemoryStart", "MemoryLimit", "FileOffset"].map(unsigned),
  ...["Filename", "BuildId"].map(number),
  ...flags.map(flag),
];
const locationsSchema: Schema = [
  unsigned("MappingId"),
  unsigned("Address"),
  {
    kind: "structs",
    name: "Line",
    fields: [
      { name: "FunctionId", type: "uint64" },
      { name: "Line", type: "int64" },
    ],
  },
  flag("IsFolded"),
];

/** A Parquet file of one row group. */
export function writeTable(schema: Schema, values: RowGroupValues, codec: PageCodec): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new ParquetWriter({ schema, codec, effort: "fast", sink: (bytes) => parts.push(bytes.slice()) });
  writer.writeRowGroup(values);
  writer.finish();
  return Buffer.concat(parts);
}

/** The four tables of symbols, of partitions one after the other; each has one mapping. */
export function writeSymbolTables(
  partitions: readonly WrittenTables[],
  codec: PageCodec,
): Record<"strings" | "functions" | "mappings" | "locations", Uint8Array> {
  const functions = partitions.flatMap((tables) => tables.functions);
  const locations = partitions.flatMap((tables) => tables.locations);
  const addresses = partitions.flatMap((tables) => tables.addresses);
  const zeros = (count: number): Float64Array => new Float64Array(count);
  const count = partitions.length;
  return {
    strings: writeTable(stringsSchema, stringValues(partitions.flatMap(({ strings }) => strings)), codec),
    functions: writeTable(
      functionsSchema,
      {
        rowCount: functions.length,
        leaves: {
          Id: zeros(functions.length),
          Name: Float64Array.from(functions),
          SystemName: Float64Array.from(functions),
          Filename: zeros(functions.length),
          StartLine: zeros(functions.length),
        },
      },
      codec,
    ),
    mappings: writeTable(
      mappingsSchema,
      {
        rowCount: count,
        leaves: {
          MemoryStart: zeros(count).fill(0x400000),
          MemoryLimit: zeros(count).fill(0x500000),
          FileOffset: zeros(count),
          Filename: zeros(count).fill(1),
          BuildId: zeros(count).fill(2),
          ...Object.fromEntries(
            flags.map((name) => [name, new Uint8Array(count).fill(name === "HasFunctions" ? 1 : 0)]),
          ),
        },
      },
      codec,
    ),
    locations: writeTable(locationsSchema, locationValues(locations, addresses), codec),
  };
}

function stringValues(strings: readonly string[]): RowGroupValues {
  const encoded = strings.map((text) => new TextEncoder().encode(text));
  const starts = new Uint32Array(strings.length + 1);
  for (const [i, { length }] of encoded.entries()) starts[i + 1] = (starts[i] as number) + length;
  const leaves = { ID: new Float64Array(strings.length), String: { bytes: Buffer.concat(encoded), starts } };
  return { rowCount: strings.length, leaves };
}

function locationValues(locations: readonly (readonly number[])[], addresses: readonly number[]): RowGroupValues {
  const starts = new Uint32Array(locations.length + 1);
  for (const [i, { length }] of locations.entries()) starts[i + 1] = (starts[i] as number) + length;
  const lines = locations.flat();
  return {
    rowCount: locations.length,
    lists: { Line: starts },
    leaves: {
      MappingId: new Float64Array(locations.length),
      Address: Float64Array.from(addresses),
      IsFolded: new Uint8Array(locations.length),
      "Line.FunctionId": Float64Array.from(lines),
      "Line.Line": Float64Array.from(lines, (callee) => callee + 10),
    },
  };
}
