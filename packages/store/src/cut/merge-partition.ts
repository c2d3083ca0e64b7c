import { compareLabels, defined, labelsKey } from "@basalt/model";
import { compactTables, SymbolPartition, type SymbolTables } from "@basalt/symdb";
import type { BlockWriter } from "../block/block-writer.ts";
import { compareRows } from "../block/row-columns.ts";
import type { SourceSeries } from "../row-source.ts";
import type { MergeSource } from "./merge-source.ts";
import { orderStacks } from "./order-stacks.ts";
import { RowCursor, seriesOfPartition } from "./row-cursor.ts";

/** A source that holds a service, and under which partition. */
export interface PartitionSource {
  readonly source: MergeSource;
  readonly partition: number;
}

/** What a merge came upon. */
export interface MergeStatistics {
  /** Rows left out because a row of the same key was written. */
  duplicates: number;
  /** Duplicates whose total was another: the larger one was kept. */
  conflicts: number;
}

export interface MergeOptions {
  readonly service: string;
  readonly sources: readonly PartitionSource[];
  /** Seed of the hash tables; see SymbolPartition. */
  readonly seed: number;
  readonly statistics: MergeStatistics;
  /** Hands written bytes on and lets other work run; called after each row group. */
  readonly drain: () => Promise<void>;
}

/**
 * Merges one service of several sources into a block: symbols by content, rows by series, time and profile id, each key
 * once. Holds the symbols of the service, and one batch of rows of each source.
 */
export async function mergePartition(block: BlockWriter, options: MergeOptions): Promise<void> {
  const symbols = await mergeSymbols(options.sources, options.seed);
  const cursors: SeriesCursor[] = [];
  for (const [index, { source, partition }] of options.sources.entries()) {
    const series = await source.series();
    const stacks = { remap: defined(symbols.remaps[index], "remap"), stackCount: symbols.tables.stackCount };
    const cursor = new RowCursor(source, seriesOfPartition(series, partition), stacks);
    await cursor.load();
    cursors.push({ cursor, series });
  }
  for (const { series, places } of mergedSeries(options.sources, cursors)) {
    const own = cursors.flatMap(({ cursor }, index) => {
      const place = places.get(index);
      return place === undefined || cursor.rows === undefined || cursor.seriesIndex !== place
        ? []
        : [{ cursor, place }];
    });
    if (own.length === 0) continue;
    block.appendSeries(series);
    await mergeSeries(block, own, options);
  }
  if (block.endPartition(options.service, symbols.tables, symbols.weights)) await options.drain();
}

interface SeriesCursor {
  readonly cursor: RowCursor;
  readonly series: readonly SourceSeries[];
}

/** Every series of the service, sorted by labels, with its index in each source. */
function mergedSeries(
  sources: readonly PartitionSource[],
  cursors: readonly SeriesCursor[],
): readonly { readonly series: SourceSeries; readonly places: Map<number, number> }[] {
  const merged = new Map<string, { readonly series: SourceSeries; readonly places: Map<number, number> }>();
  for (const [source, { series }] of cursors.entries()) {
    for (const [place, one] of series.entries()) {
      if (one.partition !== sources[source]?.partition) continue;
      const key = labelsKey(one.labels);
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { series: one, places: new Map([[source, place]]) });
      else known.places.set(source, place);
    }
  }
  return [...merged.values()].sort((a, b) => compareLabels(a.series.labels, b.series.labels));
}

/** Merges the rows of one series; the cursors stand at its first row and are left behind its last. */
async function mergeSeries(
  block: BlockWriter,
  own: readonly { readonly cursor: RowCursor; readonly place: number }[],
  options: MergeOptions,
): Promise<void> {
  let open = own;
  while (open.length > 0) {
    const equal = leastRows(open.map(({ cursor }) => cursor));
    const kept = largest(equal);
    countDuplicates(equal, kept, options.statistics);
    const rows = defined(kept.rows, "row at hand");
    if (block.appendRow(rows, kept.row, kept.stacks)) await options.drain();
    for (const cursor of equal) if (!cursor.advance()) await cursor.load();
    // Rows of one key in one source: a producer never writes them, a damaged history may hold them.
    open = open.filter(({ cursor, place }) => cursor.rows !== undefined && cursor.seriesIndex === place);
  }
}

/** The cursors that stand at the least row: more than one if it is a duplicate. */
function leastRows(cursors: readonly RowCursor[]): RowCursor[] {
  let least: RowCursor[] = [];
  for (const cursor of cursors) {
    const first = least[0];
    if (first === undefined) {
      least = [cursor];
      continue;
    }
    const order = compareRows(defined(cursor.rows, "rows"), cursor.row, defined(first.rows, "rows"), first.row);
    if (order < 0) least = [cursor];
    else if (order === 0) least.push(cursor);
  }
  return least;
}

function totalOf(cursor: RowCursor): bigint {
  return cursor.rows?.total[cursor.row] as bigint;
}

function largest(cursors: readonly RowCursor[]): RowCursor {
  return cursors.reduce((best, cursor) => (totalOf(cursor) > totalOf(best) ? cursor : best));
}

function countDuplicates(cursors: readonly RowCursor[], kept: RowCursor, statistics: MergeStatistics): void {
  statistics.duplicates += cursors.length - 1;
  for (const cursor of cursors) if (totalOf(cursor) !== totalOf(kept)) statistics.conflicts++;
}

interface MergedSymbols {
  readonly tables: SymbolTables;
  readonly weights: Float64Array;
  /** For each source the new id of each of its stacks. */
  readonly remaps: readonly Uint32Array[];
}

/** The symbols that the sources' samples name, once each. */
async function mergeSymbols(sources: readonly PartitionSource[], seed: number): Promise<MergedSymbols> {
  const reads = await Promise.all(sources.map(({ source, partition }) => source.readSymbols(partition)));
  const [only] = reads;
  const isAlone = reads.length === 1 && only !== undefined;
  const union = new SymbolPartition(seed);
  const united = isAlone
    ? [undefined]
    : reads.map(({ tables, weights }) => union.internTables(tables, marksOf(weights)));
  const before = isAlone ? only.tables : union.tables();
  const weights = new Float64Array(before.stackCount);
  for (const [index, read] of reads.entries()) addWeights(weights, read.weights, united[index]);
  const compact = compactTables(before, marksOf(weights));
  const ordered = orderStacks(compact.tables, moveWeights(weights, compact.stackRemap, compact.tables.stackCount));
  const finalId = compact.stackRemap.map((stack) => ordered.stackRemap[stack] as number);
  return {
    tables: ordered.tables,
    weights: moveWeights(weights, finalId, ordered.tables.stackCount),
    remaps: united.map((ids) => (ids === undefined ? finalId : ids.map((stack) => finalId[stack] as number))),
  };
}

function marksOf(weights: Float64Array): Uint8Array {
  const marks = new Uint8Array(weights.length);
  for (let stack = 0; stack < weights.length; stack++) if ((weights[stack] as number) > 0) marks[stack] = 1;
  return marks;
}

function addWeights(to: Float64Array, from: Float64Array, remap: Uint32Array | undefined): void {
  for (let stack = 0; stack < from.length; stack++) {
    const weight = from[stack] as number;
    const place = remap === undefined ? stack : (remap[stack] as number);
    if (weight > (to[place] as number)) to[place] = weight;
  }
}

/** Weights under new ids. A stack without weight may map to 0, which is another's id. */
function moveWeights(weights: Float64Array, remap: Uint32Array, count: number): Float64Array {
  const moved = new Float64Array(count);
  for (let stack = 0; stack < weights.length; stack++) {
    if ((weights[stack] as number) > 0) moved[remap[stack] as number] = weights[stack] as number;
  }
  return moved;
}
