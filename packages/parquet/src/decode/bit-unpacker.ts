import type { ByteCursor } from "../bytes/byte-cursor.ts";

/** Where unpacked values go. */
export interface UnpackTarget {
  readonly values: Uint32Array;
  readonly start: number;
  readonly count: number;
}

/**
 * Reads `count` values of `width` bits each, least significant bit first, and moves the cursor past `byteCount` bytes.
 *
 * @param width 0 … 32.
 * @throws BasaltError `block_corrupt` if fewer than `byteCount` bytes are left, or they do not hold the values.
 */
export function unpackBits(cursor: ByteCursor, width: number, byteCount: number, target: UnpackTarget): void {
  const { values, start, count } = target;
  if (count * width > byteCount * 8) throw cursor.fail(`${count} values of ${width} bits in ${byteCount} bytes`);
  const from = cursor.skip(byteCount);
  if (width === 0) values.fill(0, start, start + count);
  else if (width % 8 === 0) unpackBytes(cursor.bytes, from, width, target);
  else if (width <= 24) unpackNarrow(cursor.bytes, from, width, target);
  else unpackWide(cursor.bytes, from, width, target);
}

function unpackBytes(packed: Uint8Array, from: number, width: number, target: UnpackTarget): void {
  const { values, start, count } = target;
  const end = start + count;
  let p = from;
  if (width === 8) {
    for (let i = start; i < end; i++) values[i] = packed[p++] as number;
  } else if (width === 16) {
    for (let i = start; i < end; i++, p += 2) values[i] = (packed[p] as number) | ((packed[p + 1] as number) << 8);
  } else if (width === 24) {
    for (let i = start; i < end; i++, p += 3) {
      values[i] = (packed[p] as number) | ((packed[p + 1] as number) << 8) | ((packed[p + 2] as number) << 16);
    }
  } else {
    for (let i = start; i < end; i++, p += 4) {
      values[i] =
        (packed[p] as number) |
        ((packed[p + 1] as number) << 8) |
        ((packed[p + 2] as number) << 16) |
        ((packed[p + 3] as number) << 24);
    }
  }
}

function unpackNarrow(packed: Uint8Array, from: number, width: number, target: UnpackTarget): void {
  const { values, start, count } = target;
  const end = start + count;
  const mask = (1 << width) - 1;
  let p = from;
  let bits = 0;
  let held = 0;
  for (let i = start; i < end; i++) {
    while (held < width) {
      bits |= (packed[p++] as number) << held;
      held += 8;
    }
    values[i] = bits & mask;
    bits >>>= width;
    held -= width;
  }
}

/** 25 … 31 bits: each value spans up to five bytes. */
function unpackWide(packed: Uint8Array, from: number, width: number, target: UnpackTarget): void {
  const { values, start, count } = target;
  const end = start + count;
  const mask = 2 ** width - 1;
  for (let i = start, bit = 0; i < end; i++, bit += width) {
    const p = from + (bit >>> 3);
    const shift = bit & 7;
    const low =
      (packed[p] as number) |
      ((packed[p + 1] as number) << 8) |
      ((packed[p + 2] as number) << 16) |
      ((packed[p + 3] as number) << 24);
    const high = shift === 0 ? 0 : ((packed[p + 4] as number) ?? 0) << (32 - shift);
    values[i] = ((low >>> shift) | high) & mask;
  }
}
