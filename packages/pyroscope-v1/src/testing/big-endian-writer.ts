import { crc32c } from "../format/crc32c.ts";

/** Writes bytes front to back. */
export class BigEndianWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  uint8(value: number): this {
    this.#bytes.push(value & 0xff);
    return this;
  }

  uint16(value: number): this {
    return this.uint8(value >>> 8).uint8(value);
  }

  uint32(value: number): this {
    return this.uint16(value >>> 16).uint16(value & 0xffff);
  }

  uint64(value: number | bigint): this {
    const whole = BigInt(value);
    return this.uint32(Number(whole >> 32n)).uint32(Number(whole & 0xffffffffn));
  }

  uvarint(value: number | bigint): this {
    let rest = BigInt(value);
    for (; rest > 0x7fn; rest >>= 7n) this.uint8(Number(rest & 0x7fn) | 0x80);
    return this.uint8(Number(rest));
  }

  bytes(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  zeros(count: number): this {
    return this.bytes(new Uint8Array(count));
  }

  align(to: number): this {
    return this.zeros((to - (this.length % to)) % to);
  }

  /** Bytes and their CRC-32C. */
  checked(bytes: Uint8Array): this {
    return this.bytes(bytes).uint32(crc32c(bytes));
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
