import { assert } from "@basalt/model";

const encoder = new TextEncoder();

/** 2^21: a 64-bit number whose high lane is below this is below 2^53. */
const safeHighLane = 0x200000;

/** Bytes that grow; the cheap way to make large answers without a string for each number. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(expectedBytes = 1024) {
    this.#bytes = new Uint8Array(Math.max(expectedBytes, 64));
  }

  get length(): number {
    return this.#length;
  }

  /** A view of what was written; valid until the next write. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** Text as UTF-8; gives the number of bytes. */
  text(value: string): number {
    // One UTF-16 unit takes at most three bytes of UTF-8.
    this.#reserve(value.length * 3);
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length));
    this.#length += written;
    return written;
  }

  /** Text as UTF-8 after its length in bytes as a varint. */
  textWithLength(value: string): void {
    this.#reserve(value.length * 3 + 5);
    const lengthAt = this.#length;
    // Most names are shorter than 128 bytes: write behind one byte of length, and move on if it takes more.
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(lengthAt + 1));
    const lengthBytes = varintLength(written);
    if (lengthBytes > 1) this.#bytes.copyWithin(lengthAt + lengthBytes, lengthAt + 1, lengthAt + 1 + written);
    this.varint(written);
    this.#length += written;
  }

  /** An unsigned number below 2^32 as a varint. */
  varint(value: number): void {
    this.#reserve(5);
    const bytes = this.#bytes;
    let rest = value;
    while (rest >= 0x80) {
      bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.#length++] = rest;
  }

  /** A 64-bit number, given as two unsigned lanes, as a varint. */
  varint64(low: number, high: number): void {
    if (high === 0) {
      this.varint(low);
      return;
    }
    this.#reserve(10);
    const bytes = this.#bytes;
    let lower = low;
    let upper = high;
    while (upper > 0) {
      bytes[this.#length++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.varint(lower);
  }

  /** A 64-bit number that is not negative, given as two unsigned lanes, in decimal digits. */
  decimal64(low: number, high: number): void {
    if (high >= safeHighLane) {
      assert(high < 0x80000000, "decimal64 writes numbers that are not negative");
      this.text(((BigInt(high) << 32n) | BigInt(low)).toString());
      return;
    }
    this.#reserve(16);
    const value = high * 4294967296 + low;
    if (value < 10) this.#bytes[this.#length++] = 0x30 + value;
    else if (value < 1e9) this.#digits(value, digitCount(value));
    else {
      const upper = Math.floor(value / 1e9);
      this.#digits(upper, digitCount(upper));
      this.#digits(value - upper * 1e9, 9);
    }
  }

  /** What stands between two values of a JSON array of strings, or of numbers. */
  separator(quoted: boolean): void {
    this.#reserve(3);
    const bytes = this.#bytes;
    if (quoted) bytes[this.#length++] = 0x22;
    bytes[this.#length++] = 0x2c;
    if (quoted) bytes[this.#length++] = 0x22;
  }

  /** Exactly `count` digits of a number below 10^count and 10^9. */
  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    const end = this.#length + count;
    for (let at = end - 1; at >= this.#length; at--) {
      const quotient = (rest / 10) | 0;
      bytes[at] = 0x30 + rest - quotient * 10;
      rest = quotient;
    }
    this.#length = end;
  }

  #reserve(count: number): void {
    const least = this.#length + count;
    if (least <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(least, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Bytes that a varint of an unsigned number below 2^32 takes. */
export function varintLength(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** Bytes that a varint of a 64-bit number, given as two unsigned lanes, takes. */
export function varint64Length(low: number, high: number): number {
  return high === 0 ? varintLength(low) : Math.ceil((64 - Math.clz32(high)) / 7);
}

function digitCount(value: number): number {
  let count = 1;
  for (let power = 10; power <= value; power *= 10) count++;
  return count;
}
