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

/** Pages from one trial to the next. */
const trialEvery: Readonly<Record<Effort, number>> = { small: 4, fast: Number.POSITIVE_INFINITY };

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
 * Writes the pages of a chunk in the encoding that comes out smallest after compression. Sizes before compression
 * mislead: bit-packed indexes are half as long as plain ones, and repeated rows in them five times as long after zstd.
 */
export function compressPages(
  options: CompressOptions,
  encoders: ChunkEncoders,
  spans: readonly PageSpan[],
): ChunkBodies {
  const directPages = new PageTrials(options, encoders.direct, spans);
  const direct = directPages.sample();
  const tryDictionary = direct.bytes * 8 > direct.values * goodEnoughBits;
  const indexed = tryDictionary ? encoders.indexed(options.effort) : [];
  const dictionary = indexed[0]?.dictionary;
  if (dictionary !== undefined) {
    const dictionaryBody = compressDictionary(options.codec, dictionary.bytes);
    const indexedPages = new PageTrials(options, indexed, spans);
    const sample = indexedPages.sample();
    // the sample bears its share of the dictionary
    const dictionaryBytes = dictionaryBody.bytes.length * (sample.values / Math.max(1, valuesOf(spans)));
    if (sample.bytes + dictionaryBytes < direct.bytes) {
      return { pages: indexedPages.all(), dictionary, dictionaryBody };
    }
  }
  return { pages: directPages.all(), dictionary: undefined, dictionaryBody: undefined };
}

/** A dictionary page has no flag that it is not compressed: it always is. */
function compressDictionary(codec: PageCodec, bytes: Uint8Array): PageBody {
  const uncompressedLength = bytes.length;
  return { encoding: encoding.plain, bytes: codec.compress(bytes), uncompressedLength, isCompressed: true };
}

function valuesOf(spans: readonly PageSpan[]): number {
  return (spans.at(-1)?.valueEnd ?? 0) - (spans[0]?.valueStart ?? 0);
}

/** First and middle page: the first alone never repeats anything. */
function samplePages(pageCount: number, effort: Effort): number[] {
  return pageCount <= 1 || effort === "fast" ? [0] : [0, pageCount >>> 1];
}

/** Pages of one chunk in the best of some encodings. */
class PageTrials {
  readonly #options: CompressOptions;
  readonly #encoders: readonly PageEncoder[];
  readonly #spans: readonly PageSpan[];
  readonly #done = new Map<number, { body: PageBody; best: PageEncoder }>();

  constructor(options: CompressOptions, encoders: readonly PageEncoder[], spans: readonly PageSpan[]) {
    this.#options = options;
    this.#encoders = encoders;
    this.#spans = spans;
  }

  /** Tries the sample pages: what they compress to, and how many values they hold. */
  sample(): { bytes: number; values: number } {
    let bytes = 0;
    let values = 0;
    for (const page of samplePages(this.#spans.length, this.#options.effort)) {
      bytes += this.#try(page)?.body.bytes.length ?? 0;
      const span = this.#spans[page];
      if (span !== undefined) values += span.valueEnd - span.valueStart;
    }
    return { bytes, values };
  }

  all(): PageBody[] {
    const bodies: PageBody[] = [];
    let best = this.#encoders[0];
    for (const [page, span] of this.#spans.entries()) {
      const trial = page % trialEvery[this.#options.effort] === 0 ? this.#try(page) : this.#done.get(page);
      if (trial !== undefined) {
        best = trial.best;
        bodies.push(trial.body);
      } else if (best !== undefined) bodies.push(this.#compress(best, span));
    }
    return bodies;
  }

  #try(page: number): { body: PageBody; best: PageEncoder } | undefined {
    let trial = this.#done.get(page);
    const span = this.#spans[page];
    if (trial !== undefined || span === undefined) return trial;
    for (const encoder of this.#encoders) {
      const body = this.#compress(encoder, span);
      if (trial === undefined || body.bytes.length < trial.body.bytes.length) trial = { body, best: encoder };
      if (body.bytes.length * 8 <= (span.valueEnd - span.valueStart) * goodEnoughBits) break;
    }
    if (trial !== undefined) this.#done.set(page, trial);
    return trial;
  }

  #compress(encoder: PageEncoder, span: PageSpan): PageBody {
    return compressBody(this.#options.codec, encoder.encoding, encoder.encode(span.valueStart, span.valueEnd));
  }
}
