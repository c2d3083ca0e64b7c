import { repetition } from "./constants.ts";
import type { LogicalType, SchemaElement } from "./schema-element.ts";
import type { ThriftReader } from "./thrift-reader.ts";
import { thriftType } from "./thrift-writer.ts";

type Draft = { -readonly [K in keyof SchemaElement]: SchemaElement[K] };

/** Reads one SchemaElement of parquet.thrift. @throws BasaltError `block_corrupt`. */
export function readSchemaElement(reader: ThriftReader): SchemaElement {
  const element: Draft = {
    name: "",
    physical: undefined,
    typeLength: 0,
    repetition: repetition.required,
    childCount: 0,
    converted: undefined,
    logical: undefined,
  };
  reader.struct((field, type) => {
    if (field === 4 && type === thriftType.binary) element.name = reader.text();
    else if (field === 10 && type === thriftType.struct) element.logical = readLogical(reader);
    else if (type !== thriftType.i32) return false;
    else if (field === 1) element.physical = reader.count();
    else if (field === 2) element.typeLength = reader.count();
    else if (field === 3) element.repetition = reader.count();
    else if (field === 5) element.childCount = reader.count();
    else if (field === 6) element.converted = reader.count();
    else return false;
    return true;
  });
  return element;
}

const simpleKinds: Readonly<Record<number, "string" | "map" | "list" | "uuid">> = {
  1: "string",
  2: "map",
  3: "list",
  14: "uuid",
};

/** LogicalType is a union: one field of its struct is set. */
function readLogical(reader: ThriftReader): LogicalType {
  let logical: LogicalType = { kind: "other" };
  reader.struct((field, type) => {
    if (type !== thriftType.struct) return false;
    if (field === 8) logical = readTimestamp(reader);
    else if (field === 10) logical = readInteger(reader);
    else {
      const kind = simpleKinds[field];
      if (kind !== undefined) logical = { kind };
      return false;
    }
    return true;
  });
  return logical;
}

function readTimestamp(reader: ThriftReader): LogicalType {
  let utc = false;
  let unit: "millis" | "micros" | "nanos" = "millis";
  reader.struct((field, type) => {
    if (field === 1) utc = type === thriftType.true;
    if (field !== 2 || type !== thriftType.struct) return false;
    reader.struct((unitField) => {
      unit = unitField === 3 ? "nanos" : unitField === 2 ? "micros" : "millis";
      return false;
    });
    return true;
  });
  return { kind: "timestamp", utc, unit };
}

function readInteger(reader: ThriftReader): LogicalType {
  let bits = 64;
  let signed = true;
  reader.struct((field, type) => {
    if (field === 1 && type === thriftType.byte) {
      bits = reader.cursor.byte();
      return true;
    }
    if (field === 2) signed = type !== thriftType.false;
    return false;
  });
  return { kind: "integer", bits, signed };
}
