import type { SampleColumns, SymbolColumns } from "@basalt/model";
import type { DrawnLine, DrawnLocation } from "./profile-picture.ts";
import { ProfileBuilder } from "./profile-picture.ts";

/** One field of a protobuf message: a number, or bytes. */
interface Field {
  readonly number: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

/** A pprof profile read the plain and slow way, for tests over real files without the real decoder. */
export function profileFromPprof(pprof: Uint8Array): SymbolColumns & SampleColumns {
  const fields = fieldsOf(pprof);
  const messages = (number: number): Field[][] =>
    fields.filter((field) => field.number === number).map((field) => fieldsOf(field.bytes));
  const utf8 = new TextDecoder();
  const texts = fields.filter((field) => field.number === 6).map((field) => utf8.decode(field.bytes));
  const textOf = (message: Field[], number: number): string => texts[Number(one(message, number))] ?? "";
  const mappings = new Map(messages(3).map((mapping) => [one(mapping, 1), mapping]));
  const functions = new Map(messages(5).map((callee) => [one(callee, 1), callee]));
  const lineFrom = (line: Field[]): DrawnLine => {
    const callee = functions.get(one(line, 1)) ?? [];
    return { name: textOf(callee, 2), file: textOf(callee, 4), line: Number(one(line, 2)) };
  };
  const locations = new Map<bigint, DrawnLocation>();
  for (const location of messages(4)) {
    const mapping = mappings.get(one(location, 2)) ?? [];
    const lines = location.filter((field) => field.number === 4).map((field) => lineFrom(fieldsOf(field.bytes)));
    const hasFunctions = one(mapping, 7) === 1n;
    locations.set(one(location, 1), { binary: textOf(mapping, 5), hasFunctions, address: one(location, 3), lines });
  }
  const builder = new ProfileBuilder();
  for (const sample of messages(2)) {
    const stack = packed(sample, 1).flatMap((id) => locations.get(id) ?? []);
    builder.addSample(stack, packed(sample, 2));
  }
  return builder.finish();
}

function one(message: readonly Field[], number: number): bigint {
  return message.findLast((field) => field.number === number)?.value ?? 0n;
}

function packed(message: readonly Field[], number: number): bigint[] {
  return message
    .filter((field) => field.number === number)
    .flatMap(({ value, bytes }) => (bytes.length === 0 ? [value] : varintsOf(bytes)));
}

function varintsOf(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = varintAt(bytes, at);
    values.push(value);
    at = next;
  }
  return values;
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, afterTag] = varintAt(bytes, at);
    const [value, afterValue] = varintAt(bytes, afterTag);
    const end = (tag & 7n) === 2n ? afterValue + Number(value) : afterValue;
    fields.push({ number: Number(tag >> 3n), value, bytes: bytes.subarray(afterValue, end) });
    at = end;
  }
  return fields;
}

function varintAt(bytes: Uint8Array, start: number): [value: bigint, end: number] {
  let low = 0;
  let at = start;
  for (let factor = 1; at < start + 7; factor *= 128) {
    const byte = bytes[at++] ?? 0;
    low += (byte & 0x7f) * factor;
    if (byte < 0x80) return [BigInt(low), at];
  }
  let value = BigInt(low);
  for (let shift = 49n; ; shift += 7n) {
    const byte = bytes[at++] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}
