import { corrupt } from "./corrupt.ts";
import { crc32c } from "./crc32c.ts";

/** Reads a section of a file front to back. Every method throws BasaltError `block_corrupt` rather than read beyond it. */
export class BigEndianReader {
  offset: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;

  /** @param what names the section in errors. */
  constructor(bytes: Uint8Array, what: string, offset: number = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#what = what;
    this.offset = offset;
    if (offset > bytes.length) throw this.corrupt(`begins at ${offset} of ${bytes.length} bytes`);
  }

  get remaining(): number {
    return this.#bytes.length - this.offset;
  }

  corrupt(reason: string): Error {
    return corrupt(this.#what, reason);
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** A 64-bit offset or size; one above 2^53 lies in no file. */
  size(): number {
    const value = this.uint64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.corrupt(`has a size of ${value}`);
    return Number(value);
  }

  /** An unsigned LEB128 number of at most 64 bits. */
  uvarint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.uint8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw this.corrupt("has a number of more than 64 bits");
  }

  /** A number of things that take at least `bytesEach` each, so that no count asks for more memory than there are bytes. */
  count(value: bigint | number, bytesEach: number, things: string): number {
    if (BigInt(value) * BigInt(bytesEach) > BigInt(this.remaining)) {
      throw this.corrupt(`has ${value} ${things} in ${this.remaining} bytes`);
    }
    return Number(value);
  }

  /** A view of the next bytes. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Reads a CRC-32C and compares it with that of the bytes. */
  checksum(of: Uint8Array): void {
    if (this.uint32() !== crc32c(of)) throw this.corrupt("does not match its checksum");
  }

  #take(length: number): number {
    if (length > this.remaining) throw this.corrupt(`ends ${length - this.remaining} bytes early`);
    const start = this.offset;
    this.offset = start + length;
    return start;
  }
}
