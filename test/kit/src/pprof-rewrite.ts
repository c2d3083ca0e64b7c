/** One pprof sample: what stays as bytes, and its values. */
export interface SampleRecord {
  /** Stack and labels, as protobuf fields. */
  readonly fixed: Uint8Array;
  readonly values: readonly number[];
}

/** A profile without its time, in one piece and with the samples apart. */
export interface ProfileParts {
  readonly withoutTime: Buffer;
  readonly others: Buffer;
  readonly samples: readonly SampleRecord[];
}

const sampleField = 2;
const timeField = 9;
const valueField = 2;

/** Takes a trusted pprof of the corpus apart by its top-level fields. */
export function splitProfile(raw: Uint8Array): ProfileParts {
  const others: Uint8Array[] = [];
  const withoutTime: Uint8Array[] = [];
  const samples: SampleRecord[] = [];
  for (const field of fieldsOf(raw)) {
    if (field.number === timeField) continue;
    withoutTime.push(field.whole);
    if (field.number === sampleField) samples.push(splitSample(field.content));
    else others.push(field.whole);
  }
  return { withoutTime: Buffer.concat(withoutTime), others: Buffer.concat(others), samples };
}

function splitSample(content: Uint8Array): SampleRecord {
  const fixed: Uint8Array[] = [];
  const values: number[] = [];
  for (const field of fieldsOf(content)) {
    if (field.number !== valueField) fixed.push(field.whole);
    else if (field.isBytes) values.push(...varintsOf(field.content));
    else values.push(field.value);
  }
  return { fixed: Buffer.concat(fixed), values };
}

interface Field {
  readonly number: number;
  readonly isBytes: boolean;
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
  readonly value: number;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const start = cursor.at;
    const tag = readVarint(bytes, cursor);
    const isBytes = (tag & 7) === 2;
    const value = readVarint(bytes, cursor);
    const contentStart = cursor.at;
    if (isBytes) cursor.at += value;
    const content = bytes.subarray(contentStart, cursor.at);
    yield { number: tag >>> 3, isBytes, whole: bytes.subarray(start, cursor.at), content, value };
  }
}

function varintsOf(bytes: Uint8Array): number[] {
  const cursor = { at: 0 };
  const values: number[] = [];
  while (cursor.at < bytes.length) values.push(readVarint(bytes, cursor));
  return values;
}

function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = bytes[cursor.at++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}

/** Grows as samples are written. */
export class SampleWriter {
  private bytes: Buffer = Buffer.alloc(1 << 16);
  private length = 0;

  write(fixed: Uint8Array, values: readonly number[]): void {
    let packedLength = 0;
    for (const value of values) packedLength += varintLength(value);
    const bodyLength = fixed.length + 1 + varintLength(packedLength) + packedLength;
    this.reserve(bodyLength + 12);
    this.varint((sampleField << 3) | 2);
    this.varint(bodyLength);
    this.bytes.set(fixed, this.length);
    this.length += fixed.length;
    this.varint((valueField << 3) | 2);
    this.varint(packedLength);
    for (const value of values) this.varint(value);
  }

  finish(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.alloc(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes[this.length++] = (rest % 128) | 128;
    this.bytes[this.length++] = rest;
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}
