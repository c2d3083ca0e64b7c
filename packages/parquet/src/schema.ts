/**
 * What a value of a leaf is. In the file: `uint32`/`int32` INT32, `uint64`/`int64`/`timestamp_nanos` INT64 (nanoseconds, UTC),
 * `string`/`bytes` BYTE_ARRAY, `uuid` 16 bytes of FIXED_LEN_BYTE_ARRAY.
 */
export type ValueType =
  | "boolean"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "timestamp_nanos"
  | "double"
  | "string"
  | "bytes"
  | "uuid";

/** One value a row. */
export interface ScalarColumn {
  readonly kind: "scalar";
  readonly name: string;
  readonly type: ValueType;
  /** Whether a row may have none; default false. */
  readonly optional?: boolean;
}

/** A list of values a row; its leaf is called `<name>`. */
export interface ListColumn {
  readonly kind: "list";
  readonly name: string;
  readonly element: ValueType;
}

/** A list of structs a row; its leaves are called `<name>.<field>`. */
export interface StructListColumn {
  readonly kind: "structs";
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: ValueType; readonly optional?: boolean }[];
}

/** A map of strings a row; its leaves are called `<name>.key` and `<name>.value`. */
export interface MapColumn {
  readonly kind: "map";
  readonly name: string;
}

/** A column of a file that Basalt writes. */
export type SchemaColumn = ScalarColumn | ListColumn | StructListColumn | MapColumn;

/** The columns of a file, in its order. */
export type Schema = readonly SchemaColumn[];
