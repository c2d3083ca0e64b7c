import { BasaltError } from "@basalt/model";
import type { FieldKind } from "./schema.ts";

/** Kinds whose value is no message and no enum. */
export type ScalarKind = Exclude<FieldKind, "enum" | "message">;

/** A value inside a message as generated code holds it. */
export type Scalar = string | number | bigint | boolean | Uint8Array;

const integerText = /^-?\d{1,20}$/;
const numberText = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const base64Text = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * Reads one scalar by the proto3 JSON mapping: 64-bit integers as number or text, bytes as either base64.
 *
 * @throws BasaltError `request_malformed`, naming the path.
 */
export function readScalar(kind: ScalarKind, json: unknown, path: string): Scalar {
  switch (kind) {
    case "string":
      return typeof json === "string" ? json : refuse("a string", json, path);
    case "bool":
      return typeof json === "boolean" ? json : refuse("true or false", json, path);
    case "bytes":
      return readBytes(json, path);
    case "double":
      return readDouble(json, path);
    case "int64":
      return readInteger(json, path, { min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "uint64":
      return readInteger(json, path, { min: 0n, max: 2n ** 64n - 1n });
    case "int32":
      return Number(readInteger(json, path, { min: -(2n ** 31n), max: 2n ** 31n - 1n }));
    case "uint32":
      return Number(readInteger(json, path, { min: 0n, max: 2n ** 32n - 1n }));
  }
}

function readInteger(json: unknown, path: string, range: { min: bigint; max: bigint }): bigint {
  const value = toInteger(json);
  if (value === undefined) return refuse("an integer", json, path);
  if (value < range.min || value > range.max) return refuse(`an integer in [${range.min}, ${range.max}]`, json, path);
  return value;
}

function toInteger(json: unknown): bigint | undefined {
  if (typeof json === "bigint") return json;
  if (typeof json === "number") return Number.isInteger(json) ? BigInt(json) : undefined;
  if (typeof json !== "string") return undefined;
  if (integerText.test(json)) return BigInt(json);
  // "1e3" and "2.0" are integers to the mapping as well.
  return json.length <= 32 && numberText.test(json) ? toInteger(Number(json)) : undefined;
}

function readDouble(json: unknown, path: string): number {
  if (typeof json === "number") return json;
  if (typeof json === "bigint") return Number(json);
  if (json === "NaN") return Number.NaN;
  if (json === "Infinity") return Number.POSITIVE_INFINITY;
  if (json === "-Infinity") return Number.NEGATIVE_INFINITY;
  if (typeof json === "string" && json.length <= 64 && numberText.test(json)) return Number(json);
  return refuse("a number", json, path);
}

function readBytes(json: unknown, path: string): Uint8Array {
  if (typeof json !== "string" || !base64Text.test(json)) return refuse("base64", json, path);
  // Node's decoder takes both alphabets, with and without padding; the copy leaves its shared pool, so that the bytes
  // can be moved to another thread.
  return new Uint8Array(Buffer.from(json, "base64"));
}

/** Refuses a value that does not fit its field. */
export function refuse(wanted: string, json: unknown, path: string): never {
  const shown = typeof json === "bigint" ? `${json}` : (JSON.stringify(json) ?? "undefined");
  throw new BasaltError("request_malformed", `${path}: expected ${wanted}, got ${shown.slice(0, 80)}`);
}
