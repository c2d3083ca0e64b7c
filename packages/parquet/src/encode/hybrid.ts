import type { ByteBuffer } from "../bytes/byte-buffer.ts";
import { packBits } from "./bit-pack.ts";

/** Shortest run that is written as one: 8 values of 1 bit are 1 byte, a run with the header it splits off is 4. */
function runMin(width: number): number {
  return width >= 4 ? 8 : 8 * Math.ceil(4 / width);
}

/**
 * Writes values as a mix of runs and bit-packed groups of 8.
 * Source: parquet-format, Encodings.md, "RLE/Bit-Packing Hybrid".
 */
export class HybridWriter {
  readonly #out: ByteBuffer;
  readonly #width: number;
  readonly #literals = new Uint32Array(512);
  #literalCount = 0;

  constructor(out: ByteBuffer, width: number) {
    this.#out = out;
    this.#width = width;
  }

  /** Appends `count` times one value. */
  run(value: number, count: number): void {
    // a run may only begin where a group of 8 ends
    const filling = Math.min(count, -this.#literalCount & 7);
    this.#literal(value, filling);
    const rest = count - filling;
    if (rest >= runMin(this.#width)) {
      this.#flush();
      this.#out.varint(rest * 2);
      for (let bits = 0; bits < this.#width; bits += 8) this.#out.byte(value >>> bits);
    } else this.#literal(value, rest);
  }

  /** Writes what is pending; nothing may follow. */
  end(): void {
    this.#flush();
  }

  #literal(value: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#literals[this.#literalCount++] = value;
      if (this.#literalCount === this.#literals.length) this.#flush();
    }
  }

  #flush(): void {
    if (this.#literalCount === 0) return;
    writeGroups(this.#out, this.#literals.subarray(0, this.#literalCount), this.#width);
    this.#literalCount = 0;
  }
}

/** One bit-packed run, padded to a multiple of 8 values. */
export function writeGroups(out: ByteBuffer, values: Uint32Array, width: number): void {
  out.varint(Math.ceil(values.length / 8) * 2 + 1);
  packBits(out, values, width);
}

/** Writes an array as runs where they are long, else bit-packed. */
export function writeHybrid(out: ByteBuffer, values: Uint32Array, width: number): void {
  const shortest = runMin(width);
  let packedFrom = 0;
  let i = 0;
  while (i < values.length) {
    const value = values[i] as number;
    let end = i + 1;
    while (end < values.length && values[end] === value) end++;
    const aligned = i + (-(i - packedFrom) & 7);
    if (end - aligned >= shortest) {
      if (aligned > packedFrom) writeGroups(out, values.subarray(packedFrom, aligned), width);
      out.varint((end - aligned) * 2);
      for (let bits = 0; bits < width; bits += 8) out.byte(value >>> bits);
      packedFrom = end;
    }
    i = end;
  }
  if (packedFrom < values.length) writeGroups(out, values.subarray(packedFrom), width);
}
