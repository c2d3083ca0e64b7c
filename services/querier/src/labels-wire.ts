import { ByteWriter } from "@basalt/calltree";
import type { Labels } from "@basalt/model";
import { concat, inField } from "./wire.ts";

// Answers that are lists of strings, labels or points are written without the generated messages, whose code takes a
// thread 60 ms of CPU and 12 MB to load and three times as long for many small parts. As everywhere in proto3 and in its
// JSON, what is empty or zero is left out.

const utf8 = new TextEncoder();

/** A response of one field of strings, in JSON. */
export function stringsJson(member: string, strings: readonly string[]): Uint8Array {
  return utf8.encode(strings.length === 0 ? "{}" : `{"${member}":${JSON.stringify(strings)}}`);
}

/** The same in protobuf, as field 1. */
export function stringsProto(strings: readonly string[]): Uint8Array {
  const writer = new ByteWriter();
  for (const string of strings) writeText(writer, 1, string);
  return writer.finish();
}

/** `SeriesResponse` {2 labels_set {1 labels}} in JSON. */
export function labelSetsJson(sets: readonly Labels[]): Uint8Array {
  if (sets.length === 0) return utf8.encode("{}");
  const pairs = new LabelPairs(pairJson);
  const texts = sets.map((labels) => (labels.length === 0 ? "{}" : `{"labels":[${pairs.of(labels).join(",")}]}`));
  return utf8.encode(`{"labelsSet":[${texts.join(",")}]}`);
}

/** The same in protobuf. */
export function labelSetsProto(sets: readonly Labels[]): Uint8Array {
  const pairs = new LabelPairs(pairProto);
  return concat(sets.map((labels) => inField(2, concat(pairs.of(labels)))));
}

/** Repeated `LabelPair` in JSON. */
export function labelsJson(labels: Labels): string {
  return `[${new LabelPairs(pairJson).of(labels).join(",")}]`;
}

/** The same in protobuf, as field 1 of the message that it is in. */
export function labelsProto(labels: Labels): Uint8Array {
  return concat(new LabelPairs(pairProto).of(labels));
}

/** Pairs that are written once however many sets hold them. */
class LabelPairs<T> {
  private readonly write: (name: string, value: string) => T;
  private readonly written = new Map<string, Map<string, T>>();

  constructor(write: (name: string, value: string) => T) {
    this.write = write;
  }

  of(labels: Labels): T[] {
    return labels.map(({ name, value }) => this.pair(name, value));
  }

  private pair(name: string, value: string): T {
    let ofName = this.written.get(name);
    if (ofName === undefined) this.written.set(name, (ofName = new Map<string, T>()));
    let pair = ofName.get(value);
    if (pair === undefined) ofName.set(value, (pair = this.write(name, value)));
    return pair;
  }
}

/** `LabelPair` {1 name, 2 value}. */
function pairJson(name: string, value: string): string {
  const members = [];
  if (name !== "") members.push(`"name":${JSON.stringify(name)}`);
  if (value !== "") members.push(`"value":${JSON.stringify(value)}`);
  return `{${members.join(",")}}`;
}

/** A pair as an element of field 1. */
function pairProto(name: string, value: string): Uint8Array {
  const writer = new ByteWriter();
  if (name !== "") writeText(writer, 1, name);
  if (value !== "") writeText(writer, 2, value);
  return inField(1, writer.finish());
}

function writeText(writer: ByteWriter, field: number, text: string): void {
  writer.byte(field * 8 + 2);
  writer.textWithLength(text);
}
