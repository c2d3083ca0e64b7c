import { type BlockId, compareLabels, type ProducerId, windowNanos } from "@basalt/model";
import type { PageCodec } from "@basalt/parquet";
import type { FileSystem } from "@basalt/runtime";
import { type SymbolPartition, type SymbolTables, withParents } from "@basalt/symdb";
import type { BlockFileName, SampleIdColumns } from "../block/block-schema.ts";
import { BlockWriter, type RollingChecksum } from "../block/block-writer.ts";
import { compareRows } from "../block/row-columns.ts";
import type { StackRemap } from "../block/row-group-buffer.ts";
import type { Head, HeadPart, HeadPartition } from "../head/head.ts";
import { deadRow, type HeadRows } from "../head/head-rows.ts";
import { type SegmentDirectory, SegmentWriter, segmentPath } from "./segment-file.ts";

export interface SealOptions {
  readonly fileSystem: FileSystem;
  readonly folder: string;
  readonly producer: ProducerId;
  readonly codec: PageCodec;
  readonly checksum: RollingChecksum;
  /** Lets pushes and queries go on between two pieces of work of a few milliseconds. */
  readonly pause: () => Promise<void>;
}

/** 32 Ki samples, 400 KB: written in about 5 ms, the longest that a push waits for a seal. */
const sealRowGroupSamples = 32_768;

/** Writes a frozen head as one segment. Undefined if no row is left in it. */
export async function sealHead(head: Head, options: SealOptions): Promise<SegmentDirectory | undefined> {
  const path = segmentPath(options.folder, head.id);
  const writer = await SegmentWriter.create(options.fileSystem, path, options.checksum);
  try {
    let partCount = 0;
    for (const part of head.parts.values()) partCount += (await sealPart(writer, head.id, part, options)) ? 1 : 0;
    if (partCount > 0) return await writer.finish(head.id);
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await writer.abort();
  return undefined;
}

async function sealPart(segment: SegmentWriter, id: BlockId, part: HeadPart, options: SealOptions): Promise<boolean> {
  const partitions = [...part.partitions.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
  const files = new Map<BlockFileName, Uint8Array[]>();
  const block = new BlockWriter({
    kind: "segment",
    codec: options.codec,
    checksum: options.checksum,
    sampleIds: sampleIdsOf(partitions),
    rowGroupSamples: sealRowGroupSamples,
    sink: (file, bytes) => {
      const pieces = files.get(file);
      if (pieces === undefined) files.set(file, [bytes]);
      else pieces.push(bytes);
    },
  });
  for (const partition of partitions) await sealPartition(block, partition, options.pause);
  if (block.partitionCount === 0) return false;
  const { tenant, windowStart, firstWriteMs } = part;
  const window = { start: windowStart, end: windowStart + windowNanos };
  const meta = block.finish({ id, tenant, producer: options.producer, window, sources: [] });
  await options.pause();
  await segment.appendPart(meta, firstWriteMs, files);
  return true;
}

function sampleIdsOf(partitions: readonly HeadPartition[]): SampleIdColumns {
  return {
    spans: partitions.some(({ rows }) => rows.spanId !== undefined),
    traces: partitions.some(({ rows }) => rows.traceId !== undefined),
  };
}

async function sealPartition(block: BlockWriter, partition: HeadPartition, pause: () => Promise<void>): Promise<void> {
  const { rows, series, symbols, service } = partition;
  const order = sortedRows(partition);
  if (order.length === 0) return;
  const { tables, weights, stacks } = usedSymbols(symbols, stackWeights(rows, order, symbols.stackCount));
  let before = -1;
  for (const row of order) {
    const index = rows.seriesIndex[row] as number;
    const own = series[index];
    if (own === undefined) throw new Error(`assertion failed: row of unknown series ${index}`);
    if (index !== before) block.appendSeries(own);
    before = index;
    if (block.appendRow(rows, row, stacks)) await pause();
  }
  if (block.endPartition(service, tables, weights)) await pause();
}

interface UsedSymbols {
  readonly tables: SymbolTables;
  readonly weights: Float64Array;
  /** New stack ids; undefined = they stay. */
  readonly stacks: StackRemap | undefined;
}

/**
 * The whole partition as it is if rows use most of its stacks: what they do not use is left out when the block is cut.
 * Otherwise, as in a window of few rows, what they use: all symbols in each window would be most of a segment.
 */
function usedSymbols(symbols: SymbolPartition, weights: Float64Array): UsedSymbols {
  const tables = symbols.tables();
  const marks = new Uint8Array(weights.length);
  for (let stack = 0; stack < weights.length; stack++) if (weights[stack] !== 0) marks[stack] = 1;
  if (countMarks(withParents(tables, marks)) * 2 >= tables.stackCount) return { tables, weights, stacks: undefined };
  const used = symbols.compact(marks);
  const { stackCount } = used.tables;
  const moved = new Float64Array(stackCount);
  for (let stack = 0; stack < weights.length; stack++) {
    if (marks[stack] === 1) moved[used.stackRemap[stack] as number] = weights[stack] as number;
  }
  return { tables: used.tables, weights: moved, stacks: { remap: used.stackRemap, stackCount } };
}

function countMarks(marks: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < marks.length; i++) count += marks[i] as number;
  return count;
}

/** The largest value of each stack; 0 for those that no row names. */
function stackWeights(rows: HeadRows, order: readonly number[], stackCount: number): Float64Array {
  const weights = new Float64Array(stackCount);
  for (const row of order) raiseWeights(weights, rows, row);
  return weights;
}

/** A function of its own, called for each row: a loop within a loop is compiled anew each time it is left. */
function raiseWeights(weights: Float64Array, { sampleStart, stackId, values }: HeadRows, row: number): void {
  const end = sampleStart[row + 1] as number;
  for (let at = sampleStart[row] as number; at < end; at++) {
    const weight = Math.min(Math.max(1, Number(values[at])), Number.MAX_SAFE_INTEGER);
    const stack = stackId[at] as number;
    if (weight > (weights[stack] as number)) weights[stack] = weight;
  }
}

/** Living rows by series (in the order of labels), time and profile id. */
function sortedRows({ rows, series }: HeadPartition): number[] {
  const byLabels = series.map((_, index) => index);
  byLabels.sort((a, b) => compareLabels(series[a]?.labels ?? [], series[b]?.labels ?? []));
  const rank = new Uint32Array(series.length);
  for (const [place, index] of byLabels.entries()) rank[index] = place;
  const order: number[] = [];
  for (let row = 0; row < rows.rowCount; row++) if (rows.seriesIndex[row] !== deadRow) order.push(row);
  const rankOf = (row: number): number => rank[rows.seriesIndex[row] as number] as number;
  return order.sort((a, b) => rankOf(a) - rankOf(b) || compareRows(rows, a, rows, b));
}
