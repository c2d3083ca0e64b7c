import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { SchemaColumn, ValueType } from "./schema.ts";
import { withDuckDb } from "./testing/duckdb.ts";
import { Random } from "./testing/random.ts";
import { type Cell, randomTable } from "./testing/random-table.ts";
import { hex, type PlainValue } from "./testing/random-values.ts";

const seed = Number(process.env["SEED"] ?? 20261121);

test(`DuckDB reads what we write (SEED=${seed})`, () =>
  withDuckDb(async (db) => {
    for (let round = 0; round < 25; round++) {
      const { schema, file, columns } = randomTable(new Random(seed + round));
      const path = await db.put(`${round}.parquet`, file);
      for (const column of schema) {
        for (const leaf of duckLeaves(column)) {
          const from = leaf.list === undefined ? leaf.column : `unnest(${leaf.list})`;
          const rows = await db.query(`select ${leaf.sql("v")} from (select ${from} as v from '${path}')`);
          const expected = leafOf(columns[column.name] ?? [], leaf.field).map((value) => duckValue(leaf.type, value));
          const context = `SEED=${seed} round ${round} column ${column.name} ${leaf.type}`;
          assert.deepEqual(
            rows.map(([value]) => value),
            expected,
            context,
          );
        }
        if (column.kind === "scalar") continue;
        const lengths = await db.query(
          `select len(${column.kind === "map" ? `map_keys("${column.name}")` : `"${column.name}"`}) from '${path}'`,
        );
        assert.deepEqual(
          lengths.map(([length]) => length),
          (columns[column.name] ?? []).map((cell) => String((cell as unknown[]).length)),
        );
      }
    }
  }));

test(`hyparquet reads what we write (SEED=${seed})`, async () => {
  for (let round = 0; round < 40; round++) {
    const { schema, file, columns } = randomTable(new Random(seed + 1000 + round));
    const buffer = file.slice().buffer;
    const rows = await parquetReadObjects({
      file: buffer,
      compressors,
      utf8: false,
      parsers: { timestampFromNanoseconds: (nanos) => nanos as never },
    });
    for (const column of schema) {
      const actual = rows.map((row) => hyparquetCell(column, row[column.name]));
      const cells = columns[column.name] ?? [];
      const expected = column.kind === "map" ? cells.map((cell) => mapObject(cell)) : cells;
      assert.deepEqual(actual, expected, `SEED=${seed} round ${round} column ${column.name}`);
    }
  }
});

interface DuckLeaf {
  readonly column: string;
  readonly list: string | undefined;
  readonly field: string | undefined;
  readonly type: ValueType;
  readonly sql: (value: string) => string;
}

function duckLeaves(column: SchemaColumn): DuckLeaf[] {
  const name = `"${column.name}"`;
  const leaf = (type: ValueType, list?: string, field?: string): DuckLeaf => ({
    column: name,
    list,
    field,
    type,
    sql: (value) => duckSql(type, list !== undefined && column.kind === "structs" ? `${value}.${field}` : value),
  });
  switch (column.kind) {
    case "scalar":
      return [leaf(column.type)];
    case "list":
      return [leaf(column.element, name)];
    case "structs":
      return column.fields.map((field) => leaf(field.type, name, field.name));
    case "map":
      return [leaf("string", `map_keys(${name})`, "key"), leaf("string", `map_values(${name})`, "value")];
  }
}

/** DuckDB 1.5 keeps microseconds of a timestamp with time zone. */
function duckSql(type: ValueType, value: string): string {
  if (type === "timestamp_nanos") return `epoch_us(${value})`;
  return type === "bytes" ? `lower(hex(${value}))` : value;
}

function duckValue(type: ValueType, value: PlainValue): PlainValue {
  if (value === null) return null;
  if (type === "timestamp_nanos") return String((value as bigint) / 1000n);
  if (type === "int64" || type === "uint64") return String(value);
  if (type === "int32" || type === "uint32") return Number(value);
  return type === "uuid" ? dashed(value as string) : value;
}

function dashed(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Values of one leaf over all rows, lists flattened. */
function leafOf(cells: readonly Cell[], field: string | undefined): PlainValue[] {
  return cells.flatMap((cell): PlainValue[] => {
    if (!Array.isArray(cell)) return [cell as PlainValue];
    return cell.map(
      (element) => (field === undefined ? element : (element as Record<string, PlainValue>)[field]) as PlainValue,
    );
  });
}

/** A map as hyparquet gives it; of equal keys the last counts. */
function mapObject(cell: Cell): Record<string, PlainValue> {
  const pairs = cell as readonly Readonly<Record<string, PlainValue>>[];
  return Object.fromEntries(pairs.map((pair) => [pair["key"], pair["value"]]));
}

function hyparquetCell(column: SchemaColumn, cell: unknown): unknown {
  switch (column.kind) {
    case "scalar":
      return hyparquetValue(column.type, cell);
    case "list":
      return (cell as unknown[]).map((value) => hyparquetValue(column.element, value));
    case "structs":
      return (cell as Record<string, unknown>[]).map((struct) =>
        Object.fromEntries(column.fields.map(({ name, type }) => [name, hyparquetValue(type, struct[name])])),
      );
    case "map":
      return cell;
  }
}

function hyparquetValue(type: ValueType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (type === "bytes") return hex(value as Uint8Array);
  if (type === "uuid") return (value as string).replaceAll("-", "");
  return type === "int32" || type === "uint32" ? BigInt(value as number) : value;
}
