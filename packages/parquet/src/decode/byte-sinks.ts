import type { ByteValues } from "../column-values.ts";
import { encoding } from "../format/constants.ts";
import type { ByteCursor } from "./byte-cursor.ts";
import { peekDeltaCount, readDelta32 } from "./delta-binary.ts";
import { HybridReader } from "./hybrid.ts";
import type { Allocate } from "./scratch.ts";
import { fixedBytes, GrowingBytes, type ValueSink, wrongEncoding, wrongIndex } from "./value-sink.ts";

/** Values of one fixed width (also doubles), end to end. */
export class FixedSink implements ValueSink {
  count = 0;
  readonly #width: number;
  readonly #memory: GrowingBytes;
  #entries: Uint8Array = new Uint8Array(0);

  constructor(allocate: Allocate, expected: number, width: number) {
    this.#width = width;
    this.#memory = new GrowingBytes(allocate, expected * width);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, 0, this.count * this.#width);
  }

  dictionary(cursor: ByteCursor, count: number): void {
    this.#entries = cursor.take(count * this.#width).slice();
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    if (pageEncoding === encoding.deltaByteArray) return this.#deltaPage(cursor, count);
    const bytes = fixedBytes(pageEncoding, cursor, count, this.#width);
    if (bytes === undefined) throw wrongEncoding(cursor, pageEncoding);
    this.#append(bytes, count);
  }

  gather(indexes: Uint32Array, cursor: ByteCursor): void {
    const width = this.#width;
    const entryCount = this.#entries.length / width;
    const gathered = new Uint8Array(indexes.length * width);
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as number;
      if (index >= entryCount) throw wrongIndex(cursor, index, entryCount);
      gathered.set(this.#entries.subarray(index * width, (index + 1) * width), i * width);
    }
    this.#append(gathered, indexes.length);
  }

  #deltaPage(cursor: ByteCursor, count: number): void {
    const { bytes, starts } = readDeltaStrings(cursor, count);
    for (let i = 0; i < count; i++) {
      if ((starts[i + 1] as number) - (starts[i] as number) !== this.#width)
        throw cursor.fail("value of another width");
    }
    this.#append(bytes, count);
  }

  #append(bytes: Uint8Array, count: number): void {
    const used = this.count * this.#width;
    this.#memory.ensure(used, bytes.length);
    new Uint8Array(this.#memory.buffer).set(bytes, used);
    this.count += count;
  }
}

/** Booleans, one byte each: 0 or 1. */
export class BooleanSink implements ValueSink {
  count = 0;
  readonly #memory: GrowingBytes;

  constructor(allocate: Allocate, expected: number) {
    this.#memory = new GrowingBytes(allocate, expected);
  }

  get values(): Uint8Array {
    return new Uint8Array(this.#memory.buffer, 0, this.count);
  }

  dictionary(cursor: ByteCursor): void {
    throw cursor.fail("dictionary of booleans");
  }

  gather(_indexes: Uint32Array, cursor: ByteCursor): void {
    throw cursor.fail("dictionary of booleans");
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    if (pageEncoding === encoding.rle)
      cursor.take(4); // the length of what follows
    else if (pageEncoding !== encoding.plain) throw wrongEncoding(cursor, pageEncoding);
    if (pageEncoding === encoding.plain && count > cursor.remaining * 8) throw cursor.fail(`${count} booleans`);
    this.#memory.ensure(this.count, count);
    const values = new Uint8Array(this.#memory.buffer, this.count, count);
    if (pageEncoding === encoding.rle) {
      const decoded = new Uint32Array(count);
      new HybridReader(cursor, 1).fill(decoded);
      values.set(decoded);
    } else {
      const bits = cursor.take(Math.ceil(count / 8));
      for (let i = 0; i < count; i++) values[i] = ((bits[i >>> 3] as number) >>> (i & 7)) & 1;
    }
    this.count += count;
  }
}

/** Byte strings: a table of strings and, if the chunk has a dictionary, which of them each value is. */
export class StringSink implements ValueSink {
  count = 0;
  readonly #parts: Strings[] = [];
  #stringCount = 0;
  #index: Uint32Array | undefined;

  dictionary(cursor: ByteCursor, count: number): void {
    this.#index = new Uint32Array(1024);
    this.#add(readPlainStrings(cursor, count));
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    const first = this.#stringCount;
    this.#add(readStrings(pageEncoding, cursor, count));
    if (this.#index !== undefined) {
      const index = this.#extend(count);
      for (let i = 0; i < count; i++) index[this.count + i] = first + i;
    }
    this.count += count;
  }

  gather(indexes: Uint32Array, cursor: ByteCursor): void {
    const entryCount = this.#parts[0]?.starts.length ?? 1;
    const index = this.#extend(indexes.length);
    for (let i = 0; i < indexes.length; i++) {
      const entry = indexes[i] as number;
      if (entry >= entryCount - 1) throw wrongIndex(cursor, entry, entryCount - 1);
      index[this.count + i] = entry;
    }
    this.count += indexes.length;
  }

  get values(): ByteValues {
    const bytes = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.bytes.length, 0));
    const starts = new Uint32Array(this.#stringCount + 1);
    let byteAt = 0;
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part.bytes, byteAt);
      for (let i = 0; i < part.starts.length - 1; i++) starts[at++] = byteAt + (part.starts[i] as number);
      byteAt += part.bytes.length;
    }
    starts[at] = byteAt;
    const index = this.#index?.subarray(0, this.count);
    return index === undefined ? { bytes, starts } : { bytes, starts, index };
  }

  #add(strings: Strings): void {
    this.#parts.push(strings);
    this.#stringCount += strings.starts.length - 1;
  }

  #extend(count: number): Uint32Array {
    let index = this.#index ?? new Uint32Array(0);
    if (this.count + count > index.length) {
      const grown = new Uint32Array(Math.max(this.count + count, index.length * 2));
      grown.set(index);
      index = grown;
    }
    this.#index = index;
    return index;
  }
}

/** Strings end to end: string i is `bytes[starts[i] .. starts[i + 1])`. */
interface Strings {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

function readStrings(pageEncoding: number, cursor: ByteCursor, count: number): Strings {
  if (pageEncoding === encoding.plain) return readPlainStrings(cursor, count);
  if (pageEncoding === encoding.deltaLengthByteArray) return readDeltaLengthStrings(cursor, count);
  if (pageEncoding === encoding.deltaByteArray) return readDeltaStrings(cursor, count);
  throw wrongEncoding(cursor, pageEncoding);
}

function readPlainStrings(cursor: ByteCursor, count: number): Strings {
  if (count * 4 > cursor.remaining) throw cursor.fail(`${count} strings`);
  const bytes = new Uint8Array(cursor.remaining - count * 4);
  const starts = new Uint32Array(count + 1);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = cursor.byte() + cursor.byte() * 2 ** 8 + cursor.byte() * 2 ** 16 + cursor.byte() * 2 ** 24;
    const string = cursor.take(length);
    if (at + length > bytes.length) throw cursor.fail(`string of ${length} bytes`);
    bytes.set(string, at);
    at += length;
    starts[i + 1] = at;
  }
  return { bytes: bytes.subarray(0, at), starts };
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
  return { bytes: cursor.take(starts[count] as number), starts };
}

/** 64 MiB: the most that prefixes may make of one page. */
const prefixedBytesMax = 2 ** 26;

function readDeltaStrings(cursor: ByteCursor, count: number): Strings {
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
