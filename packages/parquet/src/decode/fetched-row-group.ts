import { assert } from "@basalt/model";
import type { ByteValues } from "../column-values.ts";
import { corrupt } from "../corrupt.ts";
import { physical } from "../format/constants.ts";
import type { RowGroup } from "../row-group.ts";
import { BooleanSink, FixedSink } from "./byte-sinks.ts";
import { decodeValues, expectedValues, type FetchedChunk } from "./chunk-decoder.ts";
import { decodeLevels, type LeafLevels } from "./levels.ts";
import { Int32Sink, Int64NumberSink, Int64Sink } from "./number-sinks.ts";
import { type SlotView, spreadNumbers, spreadStrings } from "./spread.ts";
import { StringSink } from "./string-sink.ts";
import type { ValueSink } from "./value-sink.ts";

/** A fetched chunk and which rows of the row group its pages hold. */
export interface FetchedLeaf extends FetchedChunk {
  readonly firstRow: number;
  readonly rowCount: number;
}

interface LeafShape {
  readonly levels: LeafLevels;
  readonly view: SlotView;
  /** Starts of the rows asked for, the first 0; undefined for no list. */
  readonly starts: Uint32Array | undefined;
}

const utf8 = new TextDecoder();

/** 2^51: up to here every step of delta decoding is exact in doubles. */
const deltaNumbersMax = 2n ** 51n;
const numbersMax = 2n ** 53n;

/** Row group whose bytes are in memory. */
export class FetchedRowGroup implements RowGroup {
  readonly rowStart: number;
  readonly rowCount: number;
  readonly #leaves: ReadonlyMap<string, FetchedLeaf>;
  readonly #shapes = new Map<string, LeafShape>();
  readonly #columnStarts = new Map<string, Uint32Array>();

  constructor(leaves: ReadonlyMap<string, FetchedLeaf>, rows: { start: number; end: number }) {
    this.#leaves = leaves;
    this.rowStart = rows.start;
    this.rowCount = rows.end - rows.start;
  }

  listStarts(column: string): Uint32Array {
    const known = this.#columnStarts.get(column);
    if (known !== undefined) return known;
    for (const [name, { metadata }] of this.#leaves) {
      if (metadata.leaf.column === column && metadata.leaf.maxRepetition > 0) this.#shape(name);
    }
    const starts = this.#columnStarts.get(column);
    assert(starts !== undefined, `a leaf of list ${column} was fetched`);
    return starts;
  }

  present(leaf: string): Uint8Array | undefined {
    const { view } = this.#shape(leaf);
    return view.present?.subarray(view.start, view.end);
  }

  booleans(leaf: string): Uint8Array {
    const chunk = this.#fetched(leaf, [physical.boolean]);
    return spreadNumbers(
      ...this.#decode(leaf, new BooleanSink(chunk.allocate, this.#expected(leaf)), (sink) => sink.values),
    );
  }

  int32s(leaf: string): Int32Array {
    const chunk = this.#fetched(leaf, [physical.int32]);
    return spreadNumbers(
      ...this.#decode(leaf, new Int32Sink(chunk.allocate, this.#expected(leaf)), (sink) => sink.values),
    );
  }

  uint32s(leaf: string): Uint32Array {
    const values = this.int32s(leaf);
    return new Uint32Array(values.buffer, values.byteOffset, values.length);
  }

  numbers(leaf: string): Float64Array | BigInt64Array {
    const { metadata, allocate } = this.#fetched(leaf, [physical.int32, physical.int64]);
    if (metadata.leaf.physical === physical.int32) {
      return Float64Array.from(metadata.leaf.unsigned ? this.uint32s(leaf) : this.int32s(leaf));
    }
    const { min, max } = metadata.statistics;
    if (typeof min !== "bigint" || typeof max !== "bigint" || min < -numbersMax || max > numbersMax) {
      return this.bigints(leaf);
    }
    const deltaFits = min >= -deltaNumbersMax && max <= deltaNumbersMax;
    const sink = new Int64NumberSink(allocate, this.#expected(leaf), deltaFits);
    return spreadNumbers(...this.#decode(leaf, sink, (filled) => filled.values));
  }

  bigints(leaf: string): BigInt64Array {
    const chunk = this.#fetched(leaf, [physical.int64]);
    return spreadNumbers(
      ...this.#decode(leaf, new Int64Sink(chunk.allocate, this.#expected(leaf)), (sink) => sink.values),
    );
  }

  doubles(leaf: string): Float64Array {
    const bytes = this.#fixed(leaf, physical.double, 8);
    return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  }

  fixed(leaf: string): Uint8Array {
    return this.#fixed(leaf, physical.fixed, this.#fetched(leaf, [physical.fixed]).metadata.leaf.typeLength);
  }

  bytes(leaf: string): ByteValues {
    this.#fetched(leaf, [physical.bytes]);
    const [dense, view] = this.#decode(leaf, new StringSink(), (sink) => sink.values);
    return spreadStrings(dense, view);
  }

  strings(leaf: string): string[] {
    const { bytes, starts, index } = this.bytes(leaf);
    const textAt = (i: number): string => utf8.decode(bytes.subarray(starts[i], starts[i + 1]));
    if (index === undefined) return Array.from({ length: starts.length - 1 }, (_, i) => textAt(i));
    const table = new Array<string | undefined>(starts.length - 1);
    return Array.from(index, (entry) => (table[entry] ??= textAt(entry)));
  }

  #fixed(leaf: string, type: number, width: number): Uint8Array {
    const chunk = this.#fetched(leaf, [type]);
    const [dense, view] = this.#decode(
      leaf,
      new FixedSink(chunk.allocate, this.#expected(leaf), width),
      (sink) => sink.bytes,
    );
    return spreadNumbers(dense, view, width);
  }

  #fetched(leaf: string, types: readonly number[]): FetchedLeaf {
    const chunk = this.#leaves.get(leaf);
    assert(chunk !== undefined, `leaf ${leaf} was fetched`);
    if (!types.includes(chunk.metadata.leaf.physical)) {
      throw corrupt(`leaf ${leaf} has physical type ${chunk.metadata.leaf.physical}`, chunk.metadata.range.offset);
    }
    return chunk;
  }

  #expected(leaf: string): number {
    const { levels } = this.#shape(leaf);
    return expectedValues(this.#leaves.get(leaf) as FetchedLeaf, levels);
  }

  #decode<S extends ValueSink, T>(leaf: string, sink: S, take: (sink: S) => T): [T, SlotView] {
    const { levels, view } = this.#shape(leaf);
    decodeValues(this.#leaves.get(leaf) as FetchedLeaf, levels, sink);
    return [take(sink), view];
  }

  /** Levels of a leaf, decoded once. */
  #shape(leaf: string): LeafShape {
    const known = this.#shapes.get(leaf);
    if (known !== undefined) return known;
    const chunk = this.#leaves.get(leaf);
    assert(chunk !== undefined, `leaf ${leaf} was fetched`);
    const { metadata, firstRow, rowCount } = chunk;
    const column = metadata.leaf.column;
    const isWhole = firstRow === this.rowStart && rowCount === this.rowCount;
    // leaves of one list have equal starts: decoded once, unless pages begin at another row
    const wantStarts = !isWhole || !this.#columnStarts.has(column);
    const levels = decodeLevels(metadata, chunk.pages.data, {
      codec: chunk.codec,
      rowCount,
      wantStarts,
      allocate: chunk.allocate,
    });
    const shape = this.#cut(levels, this.rowStart - firstRow);
    const starts = this.#columnStarts.get(column) ?? shape.starts;
    if (starts !== undefined && metadata.leaf.maxRepetition > 0) {
      if (starts[this.rowCount] !== shape.view.end - shape.view.start) {
        throw corrupt(`leaves of ${column} have lists of different lengths`, metadata.range.offset);
      }
      this.#columnStarts.set(column, starts);
    }
    this.#shapes.set(leaf, shape);
    return shape;
  }

  /** Cuts the rows asked for out of those that the pages hold. */
  #cut(levels: LeafLevels, skippedRows: number): LeafShape {
    const { starts, present, slotCount } = levels;
    if (starts === undefined) {
      const isScalar = levels.rowCount === slotCount;
      const view = isScalar ? { start: skippedRows, end: skippedRows + this.rowCount } : { start: 0, end: slotCount };
      return { levels, view: { ...view, present }, starts };
    }
    const start = starts[skippedRows] as number;
    const end = starts[skippedRows + this.rowCount] as number;
    const cut = starts.subarray(skippedRows, skippedRows + this.rowCount + 1);
    if (start !== 0) for (let row = 0; row < cut.length; row++) cut[row] = (cut[row] as number) - start;
    return { levels, view: { start, end, present }, starts: cut };
  }
}
