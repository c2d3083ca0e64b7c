import { defined } from "@basalt/model";
import type { PageCodec } from "../codec.ts";
import { encoding } from "../format/constants.ts";
import type { Effort } from "./effort.ts";
import type { Dictionary } from "./integer-dictionary.ts";
import type { ChunkEncoders, IndexedPages, PageEncoder } from "./page-encoder.ts";
import type { PageSpan } from "./page-spans.ts";

/** Values of one page, encoded and compressed. */
export interface PageBody {
  readonly encoding: number;
  /** Owned by the page. */
  readonly bytes: Uint8Array;
  readonly uncompressedLength: number;
  readonly isCompressed: boolean;
}

/** Pages of one chunk, and the dictionary if they need it. */
export interface ChunkBodies {
  readonly pages: readonly PageBody[];
  readonly dictionary: Dictionary | undefined;
  /** The dictionary's bytes, compressed. */
  readonly dictionaryBody: PageBody | undefined;
}

/** Below this, a frame's header eats what compression saves. */
const compressFrom = 48;

/** Header of a dictionary page and its place in the footer. */
const dictionaryOverheadBytes = 32;

/** A bit a value: rows that repeat each other; no other encoding has much left to save. */
const goodEnoughBits = 1;

/** How pages are compressed. */
export interface CompressOptions {
  readonly codec: PageCodec;
  readonly effort: Effort;
}

/** Compresses, unless that makes the bytes no fewer. */
export function compressBody(codec: PageCodec, pageEncoding: number, raw: Uint8Array): PageBody {
  if (raw.length >= compressFrom) {
    const compressed = codec.compress(raw);
    if (compressed.length < raw.length) {
      return { encoding: pageEncoding, bytes: compressed, uncompressedLength: raw.length, isCompressed: true };
    }
  }
  return { encoding: pageEncoding, bytes: raw.slice(), uncompressedLength: raw.length, isCompressed: false };
}

/**
 * Writes each page of a chunk in the encoding that comes out smallest after compression. Sizes before compression
 * mislead: bit-packed indexes are half as long as plain ones, and repeated rows in them five times as long after zstd.
 */
export function compressPages(
  options: CompressOptions,
  encoders: ChunkEncoders,
  spans: readonly PageSpan[],
): ChunkBodies {
  const pages = new Map<PageSpan, PageBody>();
  let tried = encoders.direct;
  for (const span of spans) {
    const { body, encoder } = smallest(options.codec, tried, span);
    pages.set(span, body);
    if (options.effort === "fast") tried = [encoder];
  }
  const candidates = spans.filter((span) => !isGoodEnough(pages.get(span), span));
  const indexed = candidates.length === 0 ? undefined : encoders.indexed(candidates, options.effort);
  const dictionaryBody = indexed === undefined ? undefined : replaceByIndexed(options.codec, indexed, pages);
  const dictionary = dictionaryBody === undefined ? undefined : indexed?.dictionary;
  return { pages: [...pages.values()], dictionary, dictionaryBody };
}

/** Puts indexed pages in the place of larger ones, if all of them together save more than the dictionary costs. */
function replaceByIndexed(
  codec: PageCodec,
  indexed: IndexedPages,
  pages: Map<PageSpan, PageBody>,
): PageBody | undefined {
  const smaller = new Map<PageSpan, PageBody>();
  let saved = 0;
  for (const span of indexed.spans) {
    const { body } = smallest(codec, indexed.encoders, span);
    const gain = (pages.get(span)?.bytes.length ?? 0) - body.bytes.length;
    if (gain <= 0) continue;
    smaller.set(span, body);
    saved += gain;
  }
  if (saved <= dictionaryOverheadBytes) return undefined;
  // a dictionary page has no flag that it is not compressed: it always is
  const { bytes } = indexed.dictionary;
  const compressed = codec.compress(bytes);
  if (saved <= compressed.length + dictionaryOverheadBytes) return undefined;
  for (const [span, body] of smaller) pages.set(span, body);
  return { encoding: encoding.plain, bytes: compressed, uncompressedLength: bytes.length, isCompressed: true };
}

/** The page in each encoding, until one is good enough; the smallest of them. */
function smallest(
  codec: PageCodec,
  encoders: readonly PageEncoder[],
  span: PageSpan,
): { body: PageBody; encoder: PageEncoder } {
  let best: { body: PageBody; encoder: PageEncoder } | undefined;
  for (const encoder of encoders) {
    const body = compressBody(codec, encoder.encoding, encoder.encode(span.valueStart, span.valueEnd));
    if (best === undefined || body.bytes.length < best.body.bytes.length) best = { body, encoder };
    if (isGoodEnough(body, span)) break;
  }
  return defined(best, "an encoding");
}

function isGoodEnough(body: PageBody | undefined, span: PageSpan): boolean {
  return body !== undefined && body.bytes.length * 8 <= (span.valueEnd - span.valueStart) * goodEnoughBits;
}
