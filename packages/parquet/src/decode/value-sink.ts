import type { ByteCursor } from "../bytes/byte-cursor.ts";
import { encoding } from "../format/constants.ts";
import { HybridReader } from "./hybrid.ts";
import type { Allocate } from "./scratch.ts";

/** Collects the values of one chunk, page by page. */
export interface ValueSink {
  /** Takes the PLAIN entries of the dictionary page. */
  dictionary(cursor: ByteCursor, count: number): void;
  /** Takes one page's values, in any encoding but a dictionary's. */
  page(pageEncoding: number, cursor: ByteCursor, count: number): void;
  /** Takes one page's values as indexes of the dictionary. */
  gather(indexes: Uint32Array, cursor: ByteCursor): void;
}

/** Reads the indexes of a dictionary-encoded page: a byte of width, then the hybrid. */
export function readIndexes(cursor: ByteCursor, count: number, allocate: Allocate): Uint32Array {
  const indexes = new Uint32Array(allocate("indexes", count * 4), 0, count);
  if (count > 0) new HybridReader(cursor, cursor.byte()).fill(indexes);
  return indexes;
}

/** The next bytes at an address that typed arrays of up to 8 bytes an element can stand on. */
export function takeAligned(cursor: ByteCursor, byteCount: number): Uint8Array {
  const bytes = cursor.take(byteCount);
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

/** Undoes BYTE_STREAM_SPLIT: byte k of every value lies in stream k. Source: parquet-format, Encodings.md. */
export function joinStreams(cursor: ByteCursor, count: number, width: number): Uint8Array {
  const streams = cursor.take(count * width);
  const joined = new Uint8Array(count * width);
  for (let k = 0; k < width; k++) {
    for (let i = 0, from = k * count, to = k; i < count; i++, from++, to += width) joined[to] = streams[from] as number;
  }
  return joined;
}

/** The bytes of fixed-width values in PLAIN or BYTE_STREAM_SPLIT; undefined for another encoding. */
export function fixedBytes(
  pageEncoding: number,
  cursor: ByteCursor,
  count: number,
  width: number,
): Uint8Array | undefined {
  if (pageEncoding === encoding.plain) return takeAligned(cursor, count * width);
  if (pageEncoding === encoding.byteStreamSplit) return joinStreams(cursor, count, width);
  return undefined;
}

/** The error of a page whose encoding its type does not have. */
export function wrongEncoding(cursor: ByteCursor, pageEncoding: number): Error {
  return cursor.fail(`page in encoding ${pageEncoding}, which its type does not have,`);
}

/** The error of an index past the dictionary. */
export function wrongIndex(cursor: ByteCursor, index: number, count: number): Error {
  return cursor.fail(`index ${index} of a dictionary of ${count}`);
}

/**
 * Memory that grows as values come: a count alone, which may be a lie, never allocates more than 64 values a byte read.
 */
export class GrowingBytes {
  buffer: ArrayBuffer;
  readonly #allocate: Allocate;

  constructor(allocate: Allocate, expectedBytes: number) {
    this.#allocate = allocate;
    this.buffer = allocate("values", expectedBytes);
  }

  /** Makes room; returns whether the buffer is another one now. */
  ensure(usedBytes: number, moreBytes: number): boolean {
    const needed = usedBytes + moreBytes;
    if (needed <= this.buffer.byteLength) return false;
    const before = this.buffer;
    this.buffer = this.#allocate("values", Math.max(needed, before.byteLength * 2));
    new Uint8Array(this.buffer).set(new Uint8Array(before, 0, usedBytes));
    return true;
  }
}
