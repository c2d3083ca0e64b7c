import type { ColumnValues, RowGroupValues } from "../column-values.ts";
import { ParquetWriter } from "../parquet-writer.ts";
import type { Schema, SchemaColumn, ValueType } from "../schema.ts";
import { nodeCodec } from "./node-codec.ts";
import type { Random } from "./random.ts";
import { type PlainValue, randomValues } from "./random-values.ts";

/** A cell: a value, a list of values, or a list of structs (of a map: of keys and values). */
export type Cell = PlainValue | readonly PlainValue[] | readonly Readonly<Record<string, PlainValue>>[];

/** A file with rows that are known. */
export interface RandomTable {
  readonly schema: Schema;
  readonly file: Uint8Array;
  /** Cells by column, over all row groups. */
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
  readonly rowGroupRows: readonly number[];
}

const types: readonly ValueType[] = [
  "boolean",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "timestamp_nanos",
  "double",
  "string",
  "bytes",
  "uuid",
];

function randomSchema(random: Random): Schema {
  return Array.from({ length: 1 + random.below(6) }, (_, i): SchemaColumn => {
    const name = `c${i}`;
    switch (random.below(6)) {
      case 0:
        return { kind: "list", name, element: random.pick(types) };
      case 1:
        return { kind: "map", name };
      case 2:
      case 3: {
        const fields = Array.from({ length: 1 + random.below(3) }, (_field, k) => ({
          name: `f${k}`,
          type: random.pick(types),
          optional: random.chance(0.3),
        }));
        return { kind: "structs", name, fields };
      }
      default:
        return { kind: "scalar", name, type: random.pick(types), optional: random.chance(0.3) };
    }
  });
}

interface LeafSpec {
  readonly leaf: string;
  readonly field: string | undefined;
  readonly type: ValueType;
  readonly optional: boolean;
}

function leavesOf(column: SchemaColumn): LeafSpec[] {
  const { name } = column;
  switch (column.kind) {
    case "scalar":
      return [{ leaf: name, field: undefined, type: column.type, optional: column.optional ?? false }];
    case "list":
      return [{ leaf: name, field: undefined, type: column.element, optional: false }];
    case "structs":
      return column.fields.map((field) => ({
        leaf: `${name}.${field.name}`,
        field: field.name,
        type: field.type,
        optional: field.optional ?? false,
      }));
    case "map":
      return ["key", "value"].map((field) => ({ leaf: `${name}.${field}`, field, type: "string", optional: false }));
  }
}

/** Starts of random lists; many are empty, and the first does not begin with 0. */
function randomStarts(random: Random, rowCount: number): Uint32Array {
  const starts = new Uint32Array(rowCount + 1);
  starts[0] = random.below(3);
  const longest = random.pick([0, 1, 3, 40]);
  for (let row = 0; row < rowCount; row++)
    starts[row + 1] = (starts[row] as number) + (random.chance(0.3) ? 0 : random.below(longest + 1));
  return starts;
}

interface Leaf {
  readonly values: ColumnValues;
  readonly plain: readonly PlainValue[];
}

function randomLeaf(random: Random, spec: LeafSpec, count: number): Leaf {
  const { written, plain } = randomValues(random, spec.type, count);
  if (!spec.optional || random.chance(0.2)) return { values: written, plain };
  const rate = random.pick([0, 0.5, 0.95]);
  const present = Uint8Array.from({ length: count }, () => (random.chance(rate) ? 0 : 1));
  return { values: { present, values: written }, plain: plain.map((value, i) => (present[i] === 0 ? null : value)) };
}

/** Adds one column's cells, and its arrays to the row group. */
function addColumn(random: Random, column: SchemaColumn, rowCount: number, group: MutableGroup): Cell[] {
  const specs = leavesOf(column);
  if (column.kind === "scalar") {
    const leaf = randomLeaf(random, specs[0] as LeafSpec, rowCount);
    group.leaves[column.name] = leaf.values;
    return [...leaf.plain];
  }
  const starts = randomStarts(random, rowCount);
  group.lists[column.name] = starts;
  const leaves = specs.map((spec) => randomLeaf(random, spec, starts[rowCount] as number));
  for (const [i, spec] of specs.entries()) group.leaves[spec.leaf] = (leaves[i] as Leaf).values;
  return Array.from({ length: rowCount }, (_, row): Cell => {
    const [start, end] = [starts[row] as number, starts[row + 1] as number];
    const cut = leaves.map((leaf) => leaf.plain.slice(start, end));
    if (column.kind === "list") return cut[0] as PlainValue[];
    return Array.from({ length: end - start }, (_element, i) =>
      Object.fromEntries(specs.map((spec, k) => [spec.field ?? "", (cut[k] as PlainValue[])[i] as PlainValue])),
    );
  });
}

interface MutableGroup {
  lists: Record<string, Uint32Array>;
  leaves: Record<string, ColumnValues>;
}

/** Writes a random table; small pages, so that chunks have several. */
export function randomTable(random: Random): RandomTable {
  const schema = randomSchema(random);
  const columns: Record<string, Cell[]> = Object.fromEntries(schema.map((column) => [column.name, []]));
  const parts: Uint8Array[] = [];
  const effort = random.pick(["small", "fast"] as const);
  const pageBytes = random.pick([64, 512, 2 ** 20]);
  const writer = new ParquetWriter({ schema, codec: nodeCodec, sink: (bytes) => parts.push(bytes), pageBytes, effort });
  const rowGroupRows: number[] = [];
  for (let i = random.below(4); i > 0; i--) {
    const rowCount = random.pick([0, 1, 7, 8, 129, 400]);
    const group: MutableGroup = { lists: {}, leaves: {} };
    for (const column of schema) columns[column.name]?.push(...addColumn(random, column, rowCount, group));
    const values: RowGroupValues = { rowCount, ...group };
    writer.writeRowGroup(values);
    if (rowCount > 0) rowGroupRows.push(rowCount);
  }
  writer.finish({ purpose: "test" });
  return { schema, file: joined(parts), columns, rowGroupRows };
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
