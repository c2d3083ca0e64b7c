import { bitWidth } from "../bytes/bit-width.ts";
import type { ByteBuffer } from "../bytes/byte-buffer.ts";
import { encoding } from "../format/constants.ts";
import type { ByteStrings } from "./byte-strings.ts";
import { distinctStrings, plainStrings } from "./byte-strings.ts";
import { writeDelta } from "./delta-binary.ts";
import type { Effort } from "./effort.ts";
import type { EncodeScratch } from "./encode-scratch.ts";
import { writeGroups, writeHybrid } from "./hybrid.ts";
import { type Dictionary, IntegerDictionaryBuilder } from "./integer-dictionary.ts";
import { type Integers, signedAt } from "./integers.ts";
import type { PageSpan } from "./page-spans.ts";

/** One way to write the pages of a chunk. */
export interface PageEncoder {
  /** Number of parquet.thrift's Encoding. */
  readonly encoding: number;
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

/** The ways to write one chunk. */
export interface ChunkEncoders {
  /** Each page by itself; at least one. */
  readonly direct: readonly PageEncoder[];
  /** Builds a dictionary for those of some pages whose values repeat; undefined if none do. */
  readonly indexed: (spans: readonly PageSpan[], effort: Effort) => IndexedPages | undefined;
}

/** Ways to write some pages of a chunk by indexes of its dictionary. */
export interface IndexedPages {
  readonly dictionary: Dictionary;
  readonly encoders: readonly PageEncoder[];
  /** The pages that the dictionary holds all values of. */
  readonly spans: readonly PageSpan[];
}

const none = (): undefined => undefined;

/** Ways to write integers: as they are, as differences, and as indexes of a dictionary. */
export function integerEncoders(integers: Integers, scratch: EncodeScratch): ChunkEncoders {
  const { words, offsets } = integers;
  const plain = plainEncoder(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), integers.bytesPerValue);
  if (offsets === undefined || integers.count === 0) return { direct: [plain], indexed: none };
  const { page } = scratch;
  const delta: PageEncoder = {
    encoding: encoding.deltaBinaryPacked,
    encode: (start, end) => {
      page.reset();
      writeDelta(page, offsets, { start, end }, start < end ? signedAt(integers, start) : 0n);
      return page.view();
    },
  };
  const indexed = (spans: readonly PageSpan[], effort: Effort): IndexedPages | undefined => {
    if (effort === "fast") return undefined;
    const builder = new IntegerDictionaryBuilder(integers, offsets, scratch);
    const taken = spans.filter((span) => builder.add(span.valueStart, span.valueEnd));
    return taken.length === 0 ? undefined : indexedPages(builder.finish(), taken, page);
  };
  return { direct: [plain, delta], indexed };
}

/**
 * Two widths for one dictionary: as few bits as there are entries for, with runs; and whole bytes without runs, where
 * a row that repeats an earlier one repeats its bytes, so that zstd matches it.
 */
function indexedPages(dictionary: Dictionary, spans: readonly PageSpan[], scratch: ByteBuffer): IndexedPages {
  const exact = bitWidth(dictionary.entryCount - 1);
  const whole = Math.ceil(exact / 8) * 8;
  const encoder = (width: number, write: typeof writeHybrid): PageEncoder => ({
    encoding: encoding.rleDictionary,
    encode: (start, end) => {
      scratch.reset();
      scratch.byte(width);
      write(scratch, dictionary.indexes.subarray(start, end), width);
      return scratch.view();
    },
  });
  return { dictionary, spans, encoders: [encoder(exact, writeHybrid), encoder(whole, writeGroups)] };
}

/** Ways to write byte strings. */
export function stringEncoders(strings: ByteStrings, scratch: EncodeScratch): ChunkEncoders {
  const direct = [deltaLengthEncoder(strings, scratch.page), deltaStringEncoder(strings, scratch.page)];
  const indexed = (spans: readonly PageSpan[]): IndexedPages | undefined => {
    const distinct = distinctStrings(strings, Math.ceil(strings.count / 2));
    if (distinct === undefined || strings.count === 0) return undefined;
    const { firsts, indexes } = distinct;
    const dictionary = { bytes: plainStrings(strings, firsts), entryCount: firsts.length, indexes };
    return indexedPages(dictionary, spans, scratch.page);
  };
  return { direct, indexed };
}

/** The one way to write anything else. */
export function onlyEncoder(encoder: PageEncoder): ChunkEncoders {
  return { direct: [encoder], indexed: none };
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
