import type { Schema, SchemaColumn, ValueType } from "../schema.ts";
import { converted, physical, repetition } from "./constants.ts";

/** What parquet.thrift calls a logical type, as far as Basalt tells them apart. */
export type LogicalType =
  | { readonly kind: "string" | "map" | "list" | "uuid" | "other" }
  | { readonly kind: "integer"; readonly bits: number; readonly signed: boolean }
  | { readonly kind: "timestamp"; readonly utc: boolean; readonly unit: "millis" | "micros" | "nanos" };

/** One node of the schema tree, in depth-first order as in the footer. */
export interface SchemaElement {
  readonly name: string;
  /** Undefined for a group. */
  readonly physical: number | undefined;
  readonly typeLength: number;
  readonly repetition: number;
  /** 0 for a leaf. */
  readonly childCount: number;
  readonly converted: number | undefined;
  readonly logical: LogicalType | undefined;
}

type Shape = Pick<SchemaElement, "physical" | "typeLength" | "converted" | "logical">;

const integer = (bits: number, signed: boolean): LogicalType => ({ kind: "integer", bits, signed });

const shapes: Readonly<Record<ValueType, Shape>> = {
  boolean: { physical: physical.boolean, typeLength: 0, converted: undefined, logical: undefined },
  int32: { physical: physical.int32, typeLength: 0, converted: converted.int32, logical: integer(32, true) },
  uint32: { physical: physical.int32, typeLength: 0, converted: converted.uint32, logical: integer(32, false) },
  int64: { physical: physical.int64, typeLength: 0, converted: converted.int64, logical: integer(64, true) },
  uint64: { physical: physical.int64, typeLength: 0, converted: converted.uint64, logical: integer(64, false) },
  timestamp_nanos: {
    physical: physical.int64,
    typeLength: 0,
    converted: undefined,
    logical: { kind: "timestamp", utc: true, unit: "nanos" },
  },
  double: { physical: physical.double, typeLength: 0, converted: undefined, logical: undefined },
  string: { physical: physical.bytes, typeLength: 0, converted: converted.utf8, logical: { kind: "string" } },
  bytes: { physical: physical.bytes, typeLength: 0, converted: undefined, logical: undefined },
  uuid: { physical: physical.fixed, typeLength: 16, converted: undefined, logical: { kind: "uuid" } },
};

function leafElement(name: string, type: ValueType, optional: boolean): SchemaElement {
  return { name, repetition: optional ? repetition.optional : repetition.required, childCount: 0, ...shapes[type] };
}

function group(name: string, childCount: number, shape: Partial<SchemaElement> = {}): SchemaElement {
  return {
    name,
    physical: undefined,
    typeLength: 0,
    repetition: repetition.required,
    childCount,
    converted: undefined,
    logical: undefined,
    ...shape,
  };
}

function listOf(name: string, element: readonly SchemaElement[]): SchemaElement[] {
  return [
    group(name, 1, { converted: converted.list, logical: { kind: "list" } }),
    group("list", 1, { repetition: repetition.repeated }),
    ...element,
  ];
}

function columnElements(column: SchemaColumn): SchemaElement[] {
  switch (column.kind) {
    case "scalar":
      return [leafElement(column.name, column.type, column.optional ?? false)];
    case "list":
      return listOf(column.name, [leafElement("element", column.element, false)]);
    case "structs":
      return listOf(column.name, [
        group("element", column.fields.length),
        ...column.fields.map((field) => leafElement(field.name, field.type, field.optional ?? false)),
      ]);
    case "map":
      return [
        group(column.name, 1, { converted: converted.map, logical: { kind: "map" } }),
        group("key_value", 2, { repetition: repetition.repeated }),
        leafElement("key", "string", false),
        leafElement("value", "string", false),
      ];
  }
}

/** The schema tree of a file that Basalt writes, in depth-first order, root first. */
export function schemaElements(schema: Schema): SchemaElement[] {
  return [group("root", schema.length), ...schema.flatMap(columnElements)];
}
