import type { ByteBuffer } from "../bytes/byte-buffer.ts";

/**
 * Appends the low `width` bits of each value, least significant bit first, padded with zeros to a multiple of 8 values.
 * Source: parquet-format, Encodings.md, "RLE/Bit-Packing Hybrid".
 *
 * @param width 0 … 32; every value is below 2^width.
 */
export function packBits(out: ByteBuffer, values: Uint32Array, width: number): void {
  if (width === 0) return;
  const byteCount = Math.ceil(values.length / 8) * width;
  out.reserve(byteCount + 8);
  const from = out.length;
  const packed = out.bytes.subarray(from, from + byteCount + 8);
  const end = width % 8 === 0 ? packBytes(packed, values, width) : packUnaligned(packed, values, width);
  packed.fill(0, end, byteCount);
  out.length = from + byteCount;
}

/** Whole bytes a value: what zstd can match against earlier rows. Returns the bytes written. */
function packBytes(packed: Uint8Array, values: Uint32Array, width: number): number {
  let position = 0;
  if (width === 8) {
    packed.set(values);
    return values.length;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    packed[position++] = value;
    packed[position++] = value >>> 8;
    if (width > 16) packed[position++] = value >>> 16;
    if (width > 24) packed[position++] = value >>> 24;
  }
  return position;
}

function packUnaligned(packed: Uint8Array, values: Uint32Array, width: number): number {
  let position = 0;
  let pending = 0;
  let pendingBits = 0;
  const headBits = Math.min(width, 24);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    // pending holds fewer than 8 bits, so 24 more fit below bit 32
    pending |= (headBits === width ? value : value & 0xffffff) << pendingBits;
    pendingBits += headBits;
    while (pendingBits >= 8) {
      packed[position++] = pending;
      pending >>>= 8;
      pendingBits -= 8;
    }
    if (width <= 24) continue;
    pending |= (value >>> 24) << pendingBits;
    pendingBits += width - 24;
    while (pendingBits >= 8) {
      packed[position++] = pending;
      pending >>>= 8;
      pendingBits -= 8;
    }
  }
  if (pendingBits > 0) packed[position++] = pending;
  return position;
}
