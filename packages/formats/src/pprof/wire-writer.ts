/**
 * Writes protobuf's wire format into one growing array. Lengths of messages are computed before, so nothing is moved.
 * Source: the Protocol Buffers encoding specification.
 */
export class WireWriter {
  private bytes: Uint8Array;
  private position = 0;

  constructor(sizeHint: number) {
    this.bytes = new Uint8Array(Math.max(sizeHint, 64));
  }

  /** What was written: a copy of its own. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.position);
  }

  /** Makes room for `count` bytes, so that the writes up to there need no check. */
  reserve(count: number): void {
    if (this.position + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.position + count, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
  }

  /** A varint of an unsigned integer below 2^32. */
  varint(value: number): void {
    const bytes = this.bytes;
    let rest = value;
    while (rest >= 128) {
      bytes[this.position++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[this.position++] = rest;
  }

  /** A varint of two lanes. */
  varint64(low: number, high: number): void {
    const bytes = this.bytes;
    let lowRest = low >>> 0;
    let highRest = high >>> 0;
    while (highRest !== 0 || lowRest >= 128) {
      bytes[this.position++] = (lowRest & 127) | 128;
      lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0;
      highRest >>>= 7;
    }
    bytes[this.position++] = lowRest;
  }

  /** A field that holds an unsigned integer below 2^32; 0 is the default and left out. */
  field(tag: number, value: number): void {
    if (value === 0) return;
    this.varint(tag);
    this.varint(value);
  }

  /** A field that holds 64 bits in two lanes; 0 is left out. */
  field64(tag: number, low: number, high: number): void {
    if ((low | high) === 0) return;
    this.varint(tag);
    this.varint64(low, high);
  }

  /** A field that holds a signed or unsigned integer of 64 bits; 0 is left out. */
  fieldBigInt(tag: number, value: bigint): void {
    this.field64(tag, lowLane(value), highLane(value));
  }

  /** The head of a field whose content of `length` bytes is written next. */
  head(tag: number, length: number): void {
    this.varint(tag);
    this.varint(length);
  }

  /** Raw bytes. */
  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }
}

/** Longest field: a tag of a byte and a varint of ten. */
export const fieldBytesMax = 11;

/** Bytes of a varint below 2^32. */
export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** Bytes of a varint of two lanes. */
export function varintSize64(low: number, high: number): number {
  if (high === 0) return varintSize(low >>> 0);
  const bits = 64 - Math.clz32(high);
  return Math.ceil(bits / 7);
}

/** Bytes of a field with a one-byte tag; 0 if the value is the default. */
export function fieldSize(value: number): number {
  return value === 0 ? 0 : 1 + varintSize(value);
}

/** Bytes of a field of two lanes with a one-byte tag; 0 if the value is the default. */
export function fieldSize64(low: number, high: number): number {
  return (low | high) === 0 ? 0 : 1 + varintSize64(low, high);
}

/** Bytes of a field of 64 bits with a one-byte tag; 0 if the value is the default. */
export function fieldSizeBigInt(value: bigint): number {
  return fieldSize64(lowLane(value), highLane(value));
}

/** Low 32 bits, as int32. */
export function lowLane(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** High 32 bits of 64, as int32. */
export function highLane(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
