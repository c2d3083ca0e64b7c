import type { SymbolColumns } from "@basalt/model";
import { StringAppender, type StringColumns } from "./string-appender.ts";

/** What the compiler puts into the name of a function that it made for a shape of type arguments. */
const shape: Uint8Array = new TextEncoder().encode("[go.shape.");
const open = 0x5b;
const close = 0x5d;

/** For each byte: how far a window of the shape's length may move when it ends in that byte (Horspool 1980). */
const shifts: Uint8Array = new Uint8Array(256).fill(shape.length);
for (let i = 0; i < shape.length - 1; i++) shifts[shape[i] ?? 0] = shape.length - 1 - i;

/**
 * Drops the type parameters `[go.shape.…]` from the names of functions: `slices.Sort[go.shape.[]int,go.shape.int]` becomes
 * `slices.Sort`, so that the instances of a generic function are one function. Undefined if no name has any.
 */
export function dropGoShapes(columns: SymbolColumns, scratch: Uint8Array): StringColumns | undefined {
  let appender: StringAppender | undefined;
  for (let i = 0; i < columns.functionCount; i++) {
    const index = columns.functionName[i] as number;
    if (!hasShape(columns, index)) continue;
    appender ??= new StringAppender(columns, scratch);
    const parts = withoutShapes(appender.bytesOf(index));
    if (parts !== undefined) appender.replace(index, ...parts);
  }
  return appender?.finish();
}

function hasShape(columns: SymbolColumns, index: number): boolean {
  const bytes = columns.stringBytes;
  const start = columns.stringStart[index] as number;
  const end = start + (columns.stringLength[index] as number);
  const last = shape.length - 1;
  for (let at = start + last; at < end; at += shifts[bytes[at] as number] as number) {
    if (bytes[at] === shape[last] && isShapeAt(bytes, at - last)) return true;
  }
  return false;
}

function isShapeAt(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < shape.length; i++) if (bytes[at + i] !== shape[i]) return false;
  return true;
}

/** What lies between the shapes; undefined if a bracket of theirs is not closed. */
function withoutShapes(name: Uint8Array): Uint8Array[] | undefined {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let at = 0; at < name.length; at++) {
    if (name[at] !== open || !isShapeAt(name, at)) continue;
    const end = closingBracket(name, at);
    if (end < 0) return undefined;
    parts.push(name.subarray(from, at));
    from = end + 1;
    at = end;
  }
  parts.push(name.subarray(from));
  return parts;
}

/** Position of the bracket that closes the one at `at`, or -1. */
function closingBracket(name: Uint8Array, at: number): number {
  let depth = 0;
  for (let i = at; i < name.length; i++) {
    if (name[i] === open) depth++;
    else if (name[i] === close && --depth === 0) return i;
  }
  return -1;
}
