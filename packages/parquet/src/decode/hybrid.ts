import type { ByteCursor } from "../bytes/byte-cursor.ts";
import { unpackBits } from "./bit-unpacker.ts";

/**
 * Walks values written as a mix of runs and bit-packed groups of 8.
 * Source: parquet-format, Encodings.md, "RLE/Bit-Packing Hybrid".
 */
export class HybridReader {
  readonly #cursor: ByteCursor;
  readonly #width: number;

  constructor(cursor: ByteCursor, width: number) {
    if (width > 32) throw cursor.fail(`hybrid values of ${width} bits`);
    this.#cursor = cursor;
    this.#width = width;
  }

  /** Fills exactly `values`. @throws BasaltError `block_corrupt` if there are fewer. */
  fill(values: Uint32Array): void {
    for (let at = 0; at < values.length; ) {
      const header = this.#cursor.varint();
      const left = values.length - at;
      if (header % 2 === 1) {
        const groups = (header - 1) / 2;
        const count = Math.min(groups * 8, left);
        // the last group may be cut short by some writers
        const byteCount = Math.min(groups * this.#width, this.#cursor.remaining);
        if (count === 0) throw this.#cursor.fail("empty run");
        unpackBits(this.#cursor, this.#width, byteCount, { values, start: at, count });
        at += count;
      } else {
        const count = Math.min(header / 2, left);
        if (count === 0) throw this.#cursor.fail("empty run");
        values.fill(this.#runValue(), at, at + count);
        at += count;
      }
    }
  }

  /**
   * Calls with the place of each 0 among the next `count` values of 1 bit; runs of 1 are passed over at once.
   *
   * @throws BasaltError `block_corrupt` if there are fewer.
   */
  eachZero(count: number, visit: (place: number) => void): void {
    for (let at = 0; at < count; ) {
      const header = this.#cursor.varint();
      const isPacked = header % 2 === 1;
      const run = Math.min(isPacked ? (header - 1) * 4 : header / 2, count - at);
      if (run === 0) throw this.#cursor.fail("empty run");
      if (isPacked) {
        const bits = this.#cursor.take(Math.min((header - 1) / 2, this.#cursor.remaining));
        if (run > bits.length * 8) throw this.#cursor.fail(`${run} levels in ${bits.length} bytes`);
        for (let i = 0; i < run; i++) if ((((bits[i >>> 3] as number) >>> (i & 7)) & 1) === 0) visit(at + i);
      } else if (this.#runValue() === 0) {
        for (let i = 0; i < run; i++) visit(at + i);
      }
      at += run;
    }
  }

  /** The value, if all of the next `count` are one run of it; the cursor moves only then. */
  wholeRun(count: number): number | undefined {
    const { position } = this.#cursor;
    const header = this.#cursor.varint();
    if (header % 2 === 0 && header / 2 >= count) return this.#runValue();
    this.#cursor.position = position;
    return undefined;
  }

  #runValue(): number {
    let value = 0;
    for (let bits = 0; bits < this.#width; bits += 8) value |= this.#cursor.byte() << bits;
    return value >>> 0;
  }
}
