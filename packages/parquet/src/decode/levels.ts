import { bitWidth } from "../bytes/bit-width.ts";
import type { PageCodec } from "../codec.ts";
import { corrupt } from "../corrupt.ts";
import type { Leaf } from "../format/leaf.ts";
import type { ChunkMetadata } from "../metadata.ts";
import { HybridReader } from "./hybrid.ts";
import { pageLevelBytes, type RawPage } from "./pages.ts";
import type { Allocate } from "./scratch.ts";

/** How the values of (some pages of) a chunk lie in its rows. */
export interface LeafLevels {
  readonly rowCount: number;
  /** List elements, or rows where the column is no list. */
  readonly slotCount: number;
  /** Elements of row r are [starts[r], starts[r + 1]); undefined for no list, or if they were not wanted. */
  readonly starts: Uint32Array | undefined;
  /** 1 per slot that has a value; undefined if all have. */
  readonly present: Uint8Array | undefined;
  /** Of each page, how many values it stores. */
  readonly pageValues: readonly number[];
}

/** What the levels of a chunk are decoded with. */
export interface LevelOptions {
  readonly codec: PageCodec;
  /** Rows that the pages must hold. */
  readonly rowCount: number;
  readonly wantStarts: boolean;
  readonly allocate: Allocate;
}

/**
 * Decodes repetition and definition levels.
 *
 * @throws BasaltError `block_corrupt` if they do not describe `rowCount` rows, or a list lies inside a list.
 */
export function decodeLevels(chunk: ChunkMetadata, pages: readonly RawPage[], options: LevelOptions): LeafLevels {
  const { leaf } = chunk;
  if (leaf.maxRepetition > 1) throw corrupt(`leaf ${leaf.name} is a list inside a list`);
  const placeCount = pages.reduce((sum, page) => sum + page.header.valueCount, 0);
  if (placeCount > chunk.valueCount)
    throw corrupt(`pages of ${leaf.name} hold ${placeCount} values, not ${chunk.valueCount}`);
  if (placeCount < options.rowCount)
    throw corrupt(`pages of ${leaf.name} hold ${placeCount} values for ${options.rowCount} rows`);
  const decoder = new LevelDecoder(leaf, placeCount, options);
  for (const page of pages) {
    if (leaf.maxDefinition === 0) decoder.allPresent(page.header.valueCount);
    else decoder.page(page, pageLevelBytes(page, chunk, options.codec));
  }
  return decoder.end(pages[0]?.fileOffset);
}

class LevelDecoder {
  readonly #leaf: Leaf;
  readonly #placeCount: number;
  readonly #options: LevelOptions;
  readonly #pageValues: number[] = [];
  readonly #starts: Uint32Array | undefined;
  #present: Uint8Array | undefined;
  #rowCount = 0;
  #slotCount = 0;

  constructor(leaf: Leaf, placeCount: number, options: LevelOptions) {
    this.#leaf = leaf;
    this.#placeCount = placeCount;
    this.#options = options;
    const { rowCount, wantStarts, allocate } = options;
    if (leaf.maxRepetition > 0 && wantStarts)
      this.#starts = new Uint32Array(allocate("starts", (rowCount + 1) * 4), 0, rowCount + 1);
  }

  allPresent(count: number): void {
    this.#pageValues.push(count);
    this.#slotCount += count;
    this.#rowCount += count;
  }

  page(page: RawPage, levels: ReturnType<typeof pageLevelBytes>): void {
    const { maxDefinition, maxRepetition } = this.#leaf;
    const count = page.header.valueCount;
    const definitions = new HybridReader(levels.definitions, bitWidth(maxDefinition));
    const isFull = count > 0 && definitions.wholeRun(count) === maxDefinition;
    if (maxRepetition === 0 && isFull) {
      this.#keepPresent(count);
      this.allPresent(count);
      return;
    }
    if (isFull) this.#fullPage(page, levels, count);
    else this.#page(page, this.#repetitions(levels, count), this.#definitions(levels, count));
  }

  end(fileOffset: number | undefined): LeafLevels {
    const { rowCount } = this.#options;
    const isList = this.#leaf.maxRepetition > 0;
    if ((!isList || this.#starts !== undefined) && this.#rowCount !== rowCount) {
      throw corrupt(`pages of ${this.#leaf.name} hold ${this.#rowCount} rows, not ${rowCount}`, fileOffset);
    }
    if (this.#starts !== undefined) this.#starts[rowCount] = this.#slotCount;
    const valueCount = this.#pageValues.reduce((sum, count) => sum + count, 0);
    return {
      rowCount,
      slotCount: this.#slotCount,
      starts: this.#starts,
      present: valueCount === this.#slotCount ? undefined : this.#present?.subarray(0, this.#slotCount),
      pageValues: this.#pageValues,
    };
  }

  #repetitions(levels: ReturnType<typeof pageLevelBytes>, count: number): Uint32Array | undefined {
    if (this.#starts === undefined) return undefined;
    const repetitions = new Uint32Array(this.#options.allocate("repetitions", count * 4), 0, count);
    new HybridReader(levels.repetitions, 1).fill(repetitions);
    return repetitions;
  }

  /** Decoded again from their beginning. */
  #definitions(levels: ReturnType<typeof pageLevelBytes>, count: number): Uint32Array {
    const definitions = new Uint32Array(this.#options.allocate("definitions", count * 4), 0, count);
    levels.definitions.position = 0;
    new HybridReader(levels.definitions, bitWidth(this.#leaf.maxDefinition)).fill(definitions);
    return definitions;
  }

  /** A page without missing values and without empty lists. */
  #fullPage(page: RawPage, levels: ReturnType<typeof pageLevelBytes>, count: number): void {
    const base = this.#slotCount;
    if (this.#starts !== undefined) {
      new HybridReader(levels.repetitions, 1).eachZero(count, (place) => this.#beginRow(page, base + place));
    }
    this.#keepPresent(count);
    this.#slotCount += count;
    this.#pageValues.push(count);
  }

  #page(page: RawPage, repetitions: Uint32Array | undefined, definitions: Uint32Array): void {
    const { maxDefinition, elementDefinition, maxRepetition } = this.#leaf;
    const present = this.#presentFrom();
    let slot = this.#slotCount;
    let values = 0;
    for (let i = 0; i < definitions.length; i++) {
      if (repetitions?.[i] === 0) this.#beginRow(page, slot);
      const definition = definitions[i] as number;
      if (definition < elementDefinition) continue;
      const has = definition === maxDefinition ? 1 : 0;
      present[slot++] = has;
      values += has;
    }
    this.#slotCount = slot;
    if (maxRepetition === 0) this.#rowCount = slot;
    this.#pageValues.push(values);
  }

  #beginRow(page: RawPage, slot: number): void {
    if (this.#starts === undefined) return;
    if (this.#rowCount === 0 && slot > 0) throw corrupt("first value goes on with no row", page.fileOffset);
    if (this.#rowCount >= this.#options.rowCount) throw corrupt("more rows than the row group has", page.fileOffset);
    this.#starts[this.#rowCount++] = slot;
  }

  #presentFrom(): Uint8Array {
    if (this.#present === undefined) {
      this.#present = new Uint8Array(this.#options.allocate("present", this.#placeCount), 0, this.#placeCount);
      this.#present.fill(1, 0, this.#slotCount);
    }
    return this.#present;
  }

  #keepPresent(count: number): void {
    this.#present?.fill(1, this.#slotCount, this.#slotCount + count);
  }
}
