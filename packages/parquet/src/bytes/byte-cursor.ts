import { corrupt } from "../corrupt.ts";

/** Reads forward through bytes and never past their end. */
export class ByteCursor {
  readonly bytes: Uint8Array;
  /** Where `bytes` begins in the file, for errors. */
  readonly fileOffset: number;
  position: number;

  constructor(bytes: Uint8Array, fileOffset: number, position = 0) {
    this.bytes = bytes;
    this.fileOffset = fileOffset;
    this.position = position;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  fail(message: string): Error {
    return corrupt(message, this.fileOffset + this.position);
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw this.fail("bytes end early");
    this.position++;
    return value;
  }

  /** A view of the next bytes. */
  take(count: number): Uint8Array {
    const from = this.skip(count);
    return this.bytes.subarray(from, from + count);
  }

  /** Passes the next bytes and gives the index of the first: for few bytes, where a view costs more than reading them. */
  skip(count: number): number {
    if (!(count >= 0 && count <= this.remaining)) throw this.fail(`${count} bytes wanted, ${this.remaining} left`);
    const from = this.position;
    this.position += count;
    return from;
  }

  /** LEB128 up to 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw this.fail("varint above 2^53");
  }

  /** LEB128 of 64 bits. */
  varintBig(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw this.fail("varint above 64 bits");
  }

  /** Zigzag LEB128 of 64 bits. */
  zigzagBig(): bigint {
    const value = this.varintBig();
    return (value >> 1n) ^ -(value & 1n);
  }

  /** The same as the halves of an int64, low and high, without a BigInt. */
  zigzagHalves(halves: Int32Array): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      const bits = byte & 127;
      if (shift < 32) low |= bits << shift;
      // shifts of 32 and more wrap, so the high half has its own two cases
      if (shift === 28) high |= bits >>> 4;
      else if (shift > 28) high |= bits << (shift - 32);
      if (byte >= 128) continue;
      const sign = -(low & 1);
      halves[0] = ((low >>> 1) | (high << 31)) ^ sign;
      halves[1] = (high >>> 1) ^ sign;
      return;
    }
    throw this.fail("varint above 64 bits");
  }
}
