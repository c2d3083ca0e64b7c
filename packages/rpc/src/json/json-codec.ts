import { BasaltError, defined } from "@basalt/model";
import type { MessageType } from "../message-type.ts";
import { readAny, writeAny } from "./any.ts";
import type { Scalar } from "./scalar-reader.ts";
import { readScalar, refuse } from "./scalar-reader.ts";
import type { FieldSchema, Schema } from "./schema.ts";

/** A message as generated code holds it, seen from outside its type. */
export type MessageRecord = Record<string, unknown>;

/**
 * The proto3 JSON mapping over generated messages. Reading is strict about types and lenient about names: lowerCamel
 * and original names, unknown fields and unknown enum names ignored, null = unset. Writing omits defaults, writes
 * 64-bit integers as strings, enums by name, bytes as base64.
 * Source: protobuf.dev, "ProtoJSON Format".
 */
export class JsonCodec {
  private readonly schema: Schema;
  /** Messages that may stand in a google.protobuf.Any. */
  private readonly anyTypes: ReadonlyMap<string, MessageType<unknown>>;

  constructor(schema: Schema, anyTypes: Iterable<MessageType<unknown>> = []) {
    this.schema = schema;
    this.anyTypes = new Map([...anyTypes].map((type) => [type.$type, type]));
  }

  /**
   * Builds a message from parsed JSON.
   *
   * @throws BasaltError `request_malformed`, naming the path of the wrong value.
   */
  read<T>(type: Pick<MessageType<T>, "$type">, json: unknown): T {
    return this.readMessage(type.$type, json, "") as T;
  }

  /** Writes a message as JSON text. */
  write<T>(type: Pick<MessageType<T>, "$type">, message: T): string {
    return this.writeMessage(type.$type, message as MessageRecord);
  }

  private fieldsOf(typeName: string): readonly FieldSchema[] {
    return defined(this.schema.messages[typeName], `the schema of ${typeName}`);
  }

  private typeInAny(typeName: string): MessageType<unknown> {
    const type = this.anyTypes.get(typeName);
    if (type === undefined) throw new BasaltError("request_malformed", `unknown type ${typeName} in an Any`);
    return type;
  }

  private readMessage(typeName: string, json: unknown, path: string): MessageRecord {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      return refuse("an object", json, path === "" ? typeName : path);
    }
    const source = json as MessageRecord;
    if (typeName === "google.protobuf.Any") {
      return readAny(source, (name, value) => {
        const type = this.typeInAny(name);
        return type.encode(this.readMessage(name, value, `${path}(${name})`)).finish();
      });
    }
    const message: MessageRecord = {};
    for (const field of this.fieldsOf(typeName)) {
      const [jsonName, name] = field;
      const value = source[jsonName] ?? source[name];
      const fieldPath = path === "" ? jsonName : `${path}.${jsonName}`;
      message[jsonName] = this.readField(field, value ?? undefined, fieldPath);
    }
    return message;
  }

  private readField(field: FieldSchema, json: unknown, path: string): unknown {
    const shape = field[3];
    if (json === undefined) return shape === "many" ? [] : shape === "one" ? defaultOf(field) : undefined;
    if (shape !== "many") return this.readValue(field, json, path) ?? (shape === "one" ? 0 : undefined);
    if (!Array.isArray(json)) return refuse("an array", json, path);
    const items: unknown[] = [];
    for (let i = 0; i < json.length; i++) {
      const item = this.readValue(field, json[i], `${path}[${i}]`);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  /** Undefined only for an unknown enum name. */
  private readValue(field: FieldSchema, json: unknown, path: string): unknown {
    const [, , kind, , typeName] = field;
    if (kind === "message") return this.readMessage(defined(typeName, "type name"), json, path);
    if (kind === "enum") return this.readEnum(defined(typeName, "type name"), json, path);
    return readScalar(kind, json, path);
  }

  private readEnum(typeName: string, json: unknown, path: string): number | undefined {
    if (typeof json === "string") return this.schema.enums[typeName]?.[json];
    return Number(readScalar("int32", json, path));
  }

  private writeMessage(typeName: string, message: MessageRecord): string {
    if (typeName === "google.protobuf.Any") {
      return writeAny(message, (name, bytes) => {
        return this.writeMessage(name, this.typeInAny(name).decode(bytes) as MessageRecord);
      });
    }
    let text = "{";
    for (const field of this.fieldsOf(typeName)) {
      const value = message[field[0]];
      if (value === undefined || (field[3] === "one" && isDefault(value as Scalar))) continue;
      if (field[3] === "many" && (value as readonly unknown[]).length === 0) continue;
      text += `${text.length === 1 ? "" : ","}"${field[0]}":${this.writeField(field, value)}`;
    }
    return `${text}}`;
  }

  private writeField(field: FieldSchema, value: unknown): string {
    if (field[3] !== "many") return this.writeValue(field, value);
    let text = "[";
    for (const item of value as readonly unknown[]) {
      text += `${text.length === 1 ? "" : ","}${this.writeValue(field, item)}`;
    }
    return `${text}]`;
  }

  private writeValue(field: FieldSchema, value: unknown): string {
    const [, , kind, , typeName] = field;
    switch (kind) {
      case "message":
        return this.writeMessage(defined(typeName, "type name"), value as MessageRecord);
      case "enum":
        return this.writeEnum(defined(typeName, "type name"), value as number);
      case "int64":
      case "uint64":
        return `"${value}"`;
      case "bytes": {
        const bytes = value as Uint8Array;
        return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64")}"`;
      }
      case "double":
        return Number.isFinite(value) ? String(value) : `"${value}"`;
      default:
        return JSON.stringify(value);
    }
  }

  private writeEnum(typeName: string, value: number): string {
    for (const [name, number] of Object.entries(this.schema.enums[typeName] ?? {})) {
      if (number === value) return `"${name}"`;
    }
    return String(value);
  }
}

function defaultOf(field: FieldSchema): Scalar {
  switch (field[2]) {
    case "string":
      return "";
    case "bytes":
      return new Uint8Array(0);
    case "bool":
      return false;
    case "int64":
    case "uint64":
      return 0n;
    default:
      return 0;
  }
}

function isDefault(value: Scalar): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  // -0 is a value of its own.
  return value === 0 ? !Object.is(value, -0) : value === "" || value === false || value === 0n;
}
