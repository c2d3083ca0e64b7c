import { defined } from "@basalt/model";
import type { PageCodec } from "../codec.ts";
import { encoding } from "../format/constants.ts";
import type { Effort } from "./effort.ts";
import type { Dictionary } from "./integer-dictionary.ts";
import type { ChunkEncoders, PageEncoder } from "./page-encoder.ts";
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

/** From one trial of all encodings to the next: four trials cost as much as writing five to ten pages. */
const trialEvery = 4;

/**
 * Compresses the pages of one leaf, each in the encoding that comes out smallest after compression. Sizes before
 * compression mislead: bit-packed indexes are half as long as plain ones, and repeated rows in them five times as long
 * after zstd. Every fourth page and chunk is tried in every way, and so is what begins at a break; the others follow.
 */
export class PageCompressor {
  readonly #codec: PageCodec;
  readonly #effort: Effort;
  readonly #direct: EncoderChoice;
  readonly #indexed: EncoderChoice;
  /** What the last full trial said of a dictionary, and how many chunks will believe it. */
  #dictionaryPays = false;
  #chunksToTrial = 0;

  constructor(codec: PageCodec, effort: Effort) {
    this.#codec = codec;
    this.#effort = effort;
    this.#direct = new EncoderChoice(codec, effort);
    this.#indexed = new EncoderChoice(codec, effort);
  }

  /** Compresses the pages of one chunk. */
  compress(encoders: ChunkEncoders, spans: readonly PageSpan[]): ChunkBodies {
    const isTrial = this.#chunksToTrial === 0;
    this.#chunksToTrial = isTrial ? trialEvery - 1 : this.#chunksToTrial - 1;
    if (isTrial) return this.#tryDictionary(encoders, spans);
    return this.#dictionaryPays ? this.#believeDictionary(encoders, spans) : this.#withoutDictionary(encoders, spans);
  }

  #withoutDictionary(encoders: ChunkEncoders, spans: readonly PageSpan[]): ChunkBodies {
    const pages = spans.map((span) => this.#direct.compress(encoders.direct, span));
    return { pages, dictionary: undefined, dictionaryBody: undefined };
  }

  /** Indexes wherever values repeat, for an earlier chunk was smaller so. */
  #believeDictionary(encoders: ChunkEncoders, spans: readonly PageSpan[]): ChunkBodies {
    const indexed = encoders.indexed(spans, this.#effort);
    if (indexed === undefined) return this.#withoutDictionary(encoders, spans);
    const taken = new Set(indexed.spans);
    const pages = spans.map((span) =>
      taken.has(span) ? this.#indexed.compress(indexed.encoders, span) : this.#direct.compress(encoders.direct, span),
    );
    return { pages, dictionary: indexed.dictionary, dictionaryBody: this.#dictionaryBody(indexed.dictionary) };
  }

  /** Indexes where they are smaller, if all of them together save more than the dictionary costs. */
  #tryDictionary(encoders: ChunkEncoders, spans: readonly PageSpan[]): ChunkBodies {
    const direct = this.#withoutDictionary(encoders, spans);
    this.#dictionaryPays = false;
    const candidates = spans.filter((span, i) => !isGoodEnough(direct.pages[i], span));
    const indexed = candidates.length === 0 ? undefined : encoders.indexed(candidates, this.#effort);
    if (indexed === undefined) return direct;
    const smaller = new Map<PageSpan, PageBody>();
    let saved = -dictionaryOverheadBytes;
    for (const span of indexed.spans) {
      const body = this.#indexed.compress(indexed.encoders, span);
      const gain = (direct.pages[spans.indexOf(span)]?.bytes.length ?? 0) - body.bytes.length;
      if (gain <= 0) continue;
      smaller.set(span, body);
      saved += gain;
    }
    if (saved <= 0) return direct;
    const dictionaryBody = this.#dictionaryBody(indexed.dictionary);
    if (saved <= dictionaryBody.bytes.length) return direct;
    this.#dictionaryPays = smaller.size === indexed.spans.length;
    const pages = spans.map((span, i) => smaller.get(span) ?? (direct.pages[i] as PageBody));
    return { pages, dictionary: indexed.dictionary, dictionaryBody };
  }

  /** A dictionary page has no flag that it is not compressed: it always is. */
  #dictionaryBody({ bytes }: Dictionary): PageBody {
    const compressed = this.#codec.compress(bytes);
    return { encoding: encoding.plain, bytes: compressed, uncompressedLength: bytes.length, isCompressed: true };
  }
}

/** Which of several encoders is used, by a trial now and then. */
class EncoderChoice {
  readonly #codec: PageCodec;
  readonly #effort: Effort;
  #best = 0;
  #pagesToTrial = 0;

  constructor(codec: PageCodec, effort: Effort) {
    this.#codec = codec;
    this.#effort = effort;
  }

  compress(encoders: readonly PageEncoder[], span: PageSpan): PageBody {
    const isNews = span.startsAtBreak && this.#effort === "small";
    if (this.#pagesToTrial === 0 || isNews || this.#best >= encoders.length) return this.#try(encoders, span);
    this.#pagesToTrial--;
    return compressBody(this.#codec, encoders[this.#best] as PageEncoder, span);
  }

  /** The page in each encoding, until one is good enough. */
  #try(encoders: readonly PageEncoder[], span: PageSpan): PageBody {
    let smallest: PageBody | undefined;
    for (const [i, encoder] of encoders.entries()) {
      const body = compressBody(this.#codec, encoder, span);
      if (smallest === undefined || body.bytes.length < smallest.bytes.length) {
        smallest = body;
        this.#best = i;
      }
      if (isGoodEnough(body, span)) break;
    }
    this.#pagesToTrial = this.#effort === "fast" ? Number.POSITIVE_INFINITY : trialEvery - 1;
    return defined(smallest, "an encoding");
  }
}

/** Compresses, unless that makes the bytes no fewer. */
function compressBody(codec: PageCodec, encoder: PageEncoder, span: PageSpan): PageBody {
  const raw = encoder.encode(span.valueStart, span.valueEnd);
  if (raw.length >= compressFrom) {
    const bytes = codec.compress(raw);
    if (bytes.length < raw.length) {
      return { encoding: encoder.encoding, bytes, uncompressedLength: raw.length, isCompressed: true };
    }
  }
  return { encoding: encoder.encoding, bytes: raw.slice(), uncompressedLength: raw.length, isCompressed: false };
}

function isGoodEnough(body: PageBody | undefined, span: PageSpan): boolean {
  return body !== undefined && body.bytes.length * 8 <= (span.valueEnd - span.valueStart) * goodEnoughBits;
}
