import { ByteCursor } from "../bytes/byte-cursor.ts";

/**
 * Decompresses one raw Snappy block.
 * Source: google/snappy, format_description.txt.
 *
 * @param fileOffset where `compressed` lies, for errors.
 * @throws BasaltError `block_corrupt` unless exactly `uncompressedLength` bytes come out.
 */
export function snappyDecompress(compressed: Uint8Array, uncompressedLength: number, fileOffset: number): Uint8Array {
  const cursor = new ByteCursor(compressed, fileOffset);
  const length = cursor.varint();
  // a copy of 3 bytes yields at most 64, so a block cannot grow more than about 22-fold
  if (length !== uncompressedLength || length > compressed.length * 32 + 64) {
    throw cursor.fail(`snappy block of ${length} bytes`);
  }
  const output = new Uint8Array(length);
  let at = 0;
  while (cursor.remaining > 0) {
    const tag = cursor.byte();
    if ((tag & 3) === 0) {
      const literal = cursor.take(literalLength(cursor, tag >>> 2));
      if (at + literal.length > length) throw cursor.fail("snappy literal past the end");
      output.set(literal, at);
      at += literal.length;
      continue;
    }
    const { count, distance } = copyOf(cursor, tag);
    if (distance === 0 || distance > at || at + count > length) throw cursor.fail("snappy copy out of range");
    if (distance >= count) output.copyWithin(at, at - distance, at - distance + count);
    else for (let i = 0; i < count; i++) output[at + i] = output[at + i - distance] as number;
    at += count;
  }
  if (at !== length) throw cursor.fail(`snappy block yields ${at} of ${length} bytes`);
  return output;
}

function littleEndian(cursor: ByteCursor, byteCount: number): number {
  let value = 0;
  for (let i = 0; i < byteCount; i++) value += cursor.byte() * 2 ** (8 * i);
  return value;
}

function literalLength(cursor: ByteCursor, code: number): number {
  return code < 60 ? code + 1 : littleEndian(cursor, code - 59) + 1;
}

function copyOf(cursor: ByteCursor, tag: number): { count: number; distance: number } {
  if ((tag & 3) === 1) return { count: ((tag >>> 2) & 7) + 4, distance: ((tag >>> 5) << 8) | cursor.byte() };
  return { count: (tag >>> 2) + 1, distance: littleEndian(cursor, (tag & 3) === 2 ? 2 : 4) };
}
