import { BasaltError } from "@basalt/model";

const decoder = new TextDecoder();

/** Reads bytes that may be anything: every step checks its bound and throws BasaltError `tree_malformed`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** High lane of the last 64-bit number read. */
  high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw malformed("it ends early");
    return value;
  }

  /** An unsigned number below 2^32. */
  varint(): number {
    const low = this.varint64();
    if (this.high !== 0) throw malformed("a number passes 32 bits");
    return low;
  }

  /** A count of things that take at least `bytesEach` of the bytes that are left. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.left) throw malformed(`it counts ${count} things in ${this.left} bytes`);
    return count;
  }

  /** Low lane of a number of at most 63 bits; the other is then in `high`. */
  varint64(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    throw malformed("a number passes 63 bits");
  }

  /** UTF-8 text after its length. */
  text(): string {
    const length = this.count(1);
    const start = this.#at;
    this.#at += length;
    return decoder.decode(this.#bytes.subarray(start, this.#at));
  }

  /** Checks that nothing is left. */
  end(): void {
    if (this.left !== 0) throw malformed(`${this.left} bytes follow its end`);
  }
}

/** The one error of all decoders of trees. */
export function malformed(what: string): BasaltError {
  return new BasaltError("tree_malformed", `encoded call tree is malformed: ${what}`);
}
