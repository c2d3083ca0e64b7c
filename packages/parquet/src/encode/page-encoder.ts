import { encoding } from "../format/constants.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import type { ByteStrings } from "./byte-strings.ts";
import { distinctStrings, plainStrings } from "./byte-strings.ts";
import { writeDelta } from "./delta-binary.ts";
import { bitWidth, writeGroups, writeHybrid } from "./hybrid.ts";
import { type Dictionary, integerDictionary } from "./integer-dictionary.ts";
import { type Integers, signedAt } from "./integers.ts";

/** One way to write the pages of a chunk. */
export interface PageEncoder {
  /** Number of parquet.thrift's Encoding. */
  readonly encoding: number;
  /** What the pages refer to; the same object in every encoder of the chunk that has one. */
  readonly dictionary?: Dictionary;
  /** Values [start, end) as bytes: a view that lives until the next call. */
  encode(start: number, end: number): Uint8Array;
}

/** Fixed-width values, as they lie in memory. */
export function plainEncoder(bytes: Uint8Array, bytesPerValue: number): PageEncoder {
  return {
    encoding: encoding.plain,
    encode: (start, end) => bytes.subarray(start * bytesPerValue, end * bytesPerValue),
  };
}

/** Booleans, 8 in a byte. */
export function booleanEncoder(values: Uint8Array): PageEncoder {
  return {
    encoding: encoding.plain,
    encode: (start, end) => {
      const bits = new Uint8Array(Math.ceil((end - start) / 8));
      for (let i = start; i < end; i++) {
        const at = i - start;
        if (values[i] !== 0) bits[at >>> 3] = (bits[at >>> 3] as number) | (1 << (at & 7));
      }
      return bits;
    },
  };
}

/** Ways to write integers: as they are, as differences, and as indexes of a dictionary. */
export function integerEncoders(integers: Integers, scratch: ByteBuffer): PageEncoder[] {
  const { words, offsets } = integers;
  const plain = plainEncoder(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), integers.bytesPerValue);
  if (offsets === undefined || integers.count === 0) return [plain];
  const delta: PageEncoder = {
    encoding: encoding.deltaBinaryPacked,
    encode: (start, end) => {
      scratch.reset();
      writeDelta(scratch, offsets, { start, end }, start < end ? signedAt(integers, start) : 0n);
      return scratch.view();
    },
  };
  const dictionary = integerDictionary(integers);
  return dictionary === undefined ? [plain, delta] : [plain, delta, ...dictionaryEncoders(dictionary, scratch)];
}

/**
 * Two widths for one dictionary: as few bits as there are entries for, with runs; and whole bytes without runs, where
 * a row that repeats an earlier one repeats its bytes, so that zstd matches it.
 */
function dictionaryEncoders(dictionary: Dictionary, scratch: ByteBuffer): PageEncoder[] {
  const exact = bitWidth(dictionary.entryCount - 1);
  const whole = Math.ceil(exact / 8) * 8;
  const encoder = (width: number, write: typeof writeHybrid): PageEncoder => ({
    encoding: encoding.rleDictionary,
    dictionary,
    encode: (start, end) => {
      scratch.reset();
      scratch.byte(width);
      write(scratch, dictionary.indexes.subarray(start, end), width);
      return scratch.view();
    },
  });
  return [encoder(exact, writeHybrid), encoder(whole, writeGroups)];
}

/** Ways to write byte strings. */
export function stringEncoders(strings: ByteStrings, scratch: ByteBuffer): PageEncoder[] {
  const encoders = [deltaLengthEncoder(strings, scratch), deltaStringEncoder(strings, scratch)];
  const distinct = distinctStrings(strings, Math.ceil(strings.count / 2));
  if (distinct === undefined || strings.count === 0) return encoders;
  const dictionary: Dictionary = {
    bytes: plainStrings(strings, distinct.firsts),
    entryCount: distinct.firsts.length,
    indexes: distinct.indexes,
  };
  return [...encoders, ...dictionaryEncoders(dictionary, scratch)];
}

/** All lengths, then all bytes. */
function deltaLengthEncoder(strings: ByteStrings, scratch: ByteBuffer): PageEncoder {
  return {
    encoding: encoding.deltaLengthByteArray,
    encode: (start, end) => {
      scratch.reset();
      writeLengths(scratch, strings.length.subarray(start, end));
      for (let i = start; i < end; i++) {
        const begin = strings.start[i] as number;
        scratch.append(strings.bytes.subarray(begin, begin + (strings.length[i] as number)));
      }
      return scratch.view();
    },
  };
}

/** What each string shares with the one before it, then the rest of each. */
function deltaStringEncoder(strings: ByteStrings, scratch: ByteBuffer): PageEncoder {
  return {
    encoding: encoding.deltaByteArray,
    encode: (start, end) => {
      const prefixes = new Uint32Array(end - start);
      const suffixes = strings.length.slice(start, end);
      for (let i = start + 1; i < end; i++) {
        const shared = sharedPrefix(strings, i);
        prefixes[i - start] = shared;
        suffixes[i - start] = (strings.length[i] as number) - shared;
      }
      scratch.reset();
      writeLengths(scratch, prefixes);
      writeLengths(scratch, suffixes);
      for (let i = start; i < end; i++) {
        const begin = (strings.start[i] as number) + (prefixes[i - start] as number);
        scratch.append(strings.bytes.subarray(begin, begin + (suffixes[i - start] as number)));
      }
      return scratch.view();
    },
  };
}

function writeLengths(out: ByteBuffer, lengths: Uint32Array): void {
  writeDelta(out, lengths, { start: 0, end: lengths.length }, BigInt(lengths[0] ?? 0));
}

function sharedPrefix(strings: ByteStrings, index: number): number {
  const { bytes, start, length } = strings;
  const before = start[index - 1] as number;
  const here = start[index] as number;
  const limit = Math.min(length[index - 1] as number, length[index] as number);
  let shared = 0;
  while (shared < limit && bytes[before + shared] === bytes[here + shared]) shared++;
  return shared;
}
