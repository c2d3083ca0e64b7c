import type { PageCodec } from "../codec.ts";
import type { Dictionary } from "./integer-dictionary.ts";
import type { PageEncoder } from "./page-encoder.ts";
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

/** Each fourth page is tried in every encoding; those between follow the last trial: four trials cost as much as writing. */
const trialEvery = 4;

/** Compresses, unless that makes the bytes no fewer. */
export function compressBody(codec: PageCodec, encoding: number, raw: Uint8Array): PageBody {
  if (raw.length >= compressFrom) {
    const compressed = codec.compress(raw);
    if (compressed.length < raw.length) {
      return { encoding, bytes: compressed, uncompressedLength: raw.length, isCompressed: true };
    }
  }
  return { encoding, bytes: raw.slice(), uncompressedLength: raw.length, isCompressed: false };
}

/**
 * Writes the pages of a chunk in the encoding that comes out smallest after compression. Sizes before compression
 * mislead: bit-packed indexes are half as long as plain ones, and repeated rows in them five times as long after zstd.
 */
export function compressPages(
  codec: PageCodec,
  encoders: readonly PageEncoder[],
  spans: readonly PageSpan[],
): ChunkBodies {
  const [direct, indexed] = split(encoders);
  const directPages = new PageTrials(codec, direct, spans);
  const dictionary = indexed[0]?.dictionary;
  if (dictionary !== undefined) {
    const dictionaryBody = compressBody(codec, 0, dictionary.bytes);
    const indexedPages = new PageTrials(codec, indexed, spans);
    const share = spans.length <= 2 ? 1 : sampleShare(spans);
    const indexedCost = indexedPages.sampleBytes() + dictionaryBody.bytes.length * share;
    if (direct.length === 0 || indexedCost < directPages.sampleBytes()) {
      return { pages: indexedPages.all(), dictionary, dictionaryBody };
    }
  }
  return { pages: directPages.all(), dictionary: undefined, dictionaryBody: undefined };
}

function split(encoders: readonly PageEncoder[]): [PageEncoder[], PageEncoder[]] {
  return [
    encoders.filter((encoder) => encoder.dictionary === undefined),
    encoders.filter((encoder) => encoder.dictionary !== undefined),
  ];
}

/** First and middle page: the first alone never repeats anything. */
function samplePages(pageCount: number): number[] {
  return pageCount <= 1 ? [0] : [0, pageCount >>> 1];
}

function sampleShare(spans: readonly PageSpan[]): number {
  let sampled = 0;
  let total = 0;
  for (const span of spans) total += span.valueEnd - span.valueStart;
  for (const page of samplePages(spans.length)) {
    const span = spans[page];
    if (span !== undefined) sampled += span.valueEnd - span.valueStart;
  }
  return total === 0 ? 1 : sampled / total;
}

/** Pages of one chunk in the best of some encodings. */
class PageTrials {
  readonly #codec: PageCodec;
  readonly #encoders: readonly PageEncoder[];
  readonly #spans: readonly PageSpan[];
  readonly #done = new Map<number, { body: PageBody; best: PageEncoder }>();

  constructor(codec: PageCodec, encoders: readonly PageEncoder[], spans: readonly PageSpan[]) {
    this.#codec = codec;
    this.#encoders = encoders;
    this.#spans = spans;
  }

  sampleBytes(): number {
    let bytes = 0;
    for (const page of samplePages(this.#spans.length)) bytes += this.#try(page)?.body.bytes.length ?? 0;
    return bytes;
  }

  all(): PageBody[] {
    const bodies: PageBody[] = [];
    let best = this.#encoders[0];
    for (const [page, span] of this.#spans.entries()) {
      const trial = page % trialEvery === 0 ? this.#try(page) : this.#done.get(page);
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
    }
    if (trial !== undefined) this.#done.set(page, trial);
    return trial;
  }

  #compress(encoder: PageEncoder, span: PageSpan): PageBody {
    return compressBody(this.#codec, encoder.encoding, encoder.encode(span.valueStart, span.valueEnd));
  }
}
