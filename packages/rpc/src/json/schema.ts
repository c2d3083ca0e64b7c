/** How a field's value is written. */
export type FieldKind =
  | "string"
  | "bytes"
  | "bool"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "double"
  | "enum"
  | "message";

/**
 * `one`: a scalar whose default is left out of the output. `optional`: undefined when unset; also every message and
 * every member of a oneof. `many`: an array.
 */
export type FieldShape = "one" | "optional" | "many";

/** One field: its JSON name (also the key in generated messages), its name in the .proto, and its type. */
export type FieldSchema =
  | readonly [jsonName: string, name: string, kind: Exclude<FieldKind, "enum" | "message">, shape: FieldShape]
  | readonly [jsonName: string, name: string, kind: "enum" | "message", shape: FieldShape, typeName: string];

/** What the JSON codec must know about generated messages; written by `npm run generate`. */
export interface Schema {
  /** Fields by full message name, in the order of the .proto. */
  readonly messages: Readonly<Record<string, readonly FieldSchema[]>>;
  /** Numbers by value name, by full enum name. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
