import type { ByteCursor } from "../bytes/byte-cursor.ts";
import { encoding } from "../format/constants.ts";
import { peekDeltaCount, readDelta32 } from "./delta-binary.ts";
import { wrongEncoding } from "./value-sink.ts";

/** Strings end to end: string i is `bytes[starts[i] .. starts[i + 1])`. */
export interface Strings {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

/** Reads a page's strings in any encoding but a dictionary's; the bytes are a copy. @throws BasaltError `block_corrupt`. */
export function readStrings(pageEncoding: number, cursor: ByteCursor, count: number): Strings {
  if (pageEncoding === encoding.plain) return readPlainStrings(cursor, count);
  if (pageEncoding === encoding.deltaLengthByteArray) return readDeltaLengthStrings(cursor, count);
  if (pageEncoding === encoding.deltaByteArray) return readDeltaStrings(cursor, count);
  throw wrongEncoding(cursor, pageEncoding);
}

/** Each string behind its length in 4 bytes. They move together within a copy: a view for each would cost more. */
export function readPlainStrings(cursor: ByteCursor, count: number): Strings {
  if (count * 4 > cursor.remaining) throw cursor.fail(`${count} strings`);
  const bytes = cursor.take(cursor.remaining).slice();
  const view = new DataView(bytes.buffer);
  const starts = new Uint32Array(count + 1);
  let from = 0;
  let end = 0;
  for (let i = 0; i < count; i++) {
    const length = from + 4 > bytes.length ? Number.POSITIVE_INFINITY : view.getUint32(from, true);
    from += 4;
    if (from + length > bytes.length) throw cursor.fail(`string of ${length} bytes`);
    bytes.copyWithin(end, from, from + length);
    from += length;
    end += length;
    starts[i + 1] = end;
  }
  return { bytes: bytes.subarray(0, end), starts };
}

function readLengths(cursor: ByteCursor, count: number): Int32Array {
  const stored = peekDeltaCount(cursor);
  if (stored !== count) throw cursor.fail(`${stored} lengths in place of ${count}`);
  const lengths = new Int32Array(count);
  readDelta32(cursor, lengths);
  return lengths;
}

function startsOf(cursor: ByteCursor, lengths: Int32Array): Uint32Array {
  const starts = new Uint32Array(lengths.length + 1);
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] as number;
    at += length;
    if (length < 0 || at > cursor.remaining) throw cursor.fail(`string of ${length} bytes`);
    starts[i + 1] = at;
  }
  return starts;
}

function readDeltaLengthStrings(cursor: ByteCursor, count: number): Strings {
  const starts = startsOf(cursor, readLengths(cursor, count));
  return { bytes: cursor.take(starts[count] as number).slice(), starts };
}

/** 64 MiB: the most that prefixes may make of one page. */
const prefixedBytesMax = 2 ** 26;

/** What each string shares with the one before it, then the rest of each. */
export function readDeltaStrings(cursor: ByteCursor, count: number): Strings {
  const prefixes = readLengths(cursor, count);
  const suffixStarts = startsOf(cursor, readLengths(cursor, count));
  const starts = new Uint32Array(count + 1);
  for (let i = 0, before = 0, at = 0; i < count; i++) {
    const prefix = prefixes[i] as number;
    if (prefix < 0 || prefix > before) throw cursor.fail(`prefix of ${prefix} bytes of a string of ${before}`);
    before = prefix + (suffixStarts[i + 1] as number) - (suffixStarts[i] as number);
    at += before;
    if (at > prefixedBytesMax) throw cursor.fail("strings with prefixes take more than 64 MiB");
    starts[i + 1] = at;
  }
  const bytes = new Uint8Array(starts[count] as number);
  const suffixes = cursor.take(suffixStarts[count] as number);
  for (let i = 0; i < count; i++) {
    const at = starts[i] as number;
    const prefix = prefixes[i] as number;
    if (prefix > 0) bytes.copyWithin(at, starts[i - 1] as number, (starts[i - 1] as number) + prefix);
    bytes.set(suffixes.subarray(suffixStarts[i] as number, suffixStarts[i + 1] as number), at + prefix);
  }
  return { bytes, starts };
}
