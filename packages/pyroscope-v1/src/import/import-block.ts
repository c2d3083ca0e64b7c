import type { Bucket } from "@basalt/bucket";
import {
  type BlockId,
  defined,
  type ProducerId,
  type TenantId,
  type UnixNano,
  windowNanos,
  windowStart,
} from "@basalt/model";
import type { PageCodec } from "@basalt/parquet";
import { type BlockMeta, type BlockWindow, cutBlock, type RollingChecksum } from "@basalt/store";
import type { PartitionSymbols } from "../block/partition-symbols.ts";
import { V1Block } from "../block/v1-block.ts";
import { corrupt } from "../format/corrupt.ts";
import { type ImportedBlock, readReceipt, writeReceipt } from "./import-receipt.ts";
import { addSum, addSums, type ImportSums } from "./import-sums.ts";
import { addLeftOut, type LeftOut, nothingLeftOut } from "./left-out.ts";
import { readWaves } from "./read-waves.ts";
import { importedBlockId } from "./row-identity.ts";
import { type StoredSeries, type StoredSeriesList, storedSeries } from "./stored-series.ts";
import { checkSums, readSums } from "./verify-block.ts";
import type { Wave } from "./wave.ts";
import { WindowSource } from "./window-source.ts";

/** How blocks are read and written. */
export interface BlockImporter {
  readonly source: Bucket;
  readonly target: Bucket;
  readonly codec: PageCodec;
  readonly checksum: RollingChecksum;
  /** 32 random bits; see SymbolPartition. */
  readonly seed: number;
  /** See ImportOptions. */
  readonly withHidden: boolean;
  /** Bytes of rows held at once. Part of what a block becomes: never change it between two runs. */
  readonly waveBytes: number;
  /** Called after each block written, and now and then between. */
  readonly onProgress: (progress: { readonly rowsDone: number; readonly rowCount: number }) => void;
}

/** A block of the source. */
export interface SourceBlock {
  readonly tenant: TenantId;
  readonly id: BlockId;
  /** Its folder with the `/`. */
  readonly prefix: string;
}

/** 10 days: a block of the source spans hours. */
const windowsMax = 960;

/** What an import of a block came to. */
export interface ImportOutcome extends ImportedBlock {
  /** False if an earlier run had imported it. */
  readonly isNew: boolean;
}

/**
 * Imports one block: reads its rows wave by wave, writes a block for each window of a wave, reads each of them back and
 * compares the sums. Blocks that are there already are only read back; with a receipt nothing is done at all.
 *
 * @throws BasaltError `block_corrupt`, `block_version` for the source; `import_mismatch`; what the buckets throw.
 */
export async function importBlock(
  importer: BlockImporter,
  source: SourceBlock,
  signal?: AbortSignal,
): Promise<ImportOutcome> {
  const known = await readReceipt(importer.target, source.tenant, source.id, signal);
  if (known !== undefined) return { ...known, isNew: false };
  const { codec, target } = importer;
  const block = await V1Block.open({ bucket: importer.source, prefix: source.prefix, codec }, signal);
  const run = new BlockImport(importer, source, block);
  const imported = await run.import(signal);
  await writeReceipt(target, source.tenant, imported);
  return { ...imported, isNew: true };
}

/** The import of one block, and what it came to so far. */
class BlockImport {
  readonly #importer: BlockImporter;
  readonly #source: SourceBlock;
  readonly #block: V1Block;
  readonly #series: StoredSeriesList;
  readonly #partitions: bigint[] = [];
  readonly #blocks: BlockId[] = [];
  readonly #sums: ImportSums = new Map();
  readonly #writtenSums: ImportSums = new Map();
  readonly #leftOut: LeftOut = nothingLeftOut();
  #rowsDone = 0;

  constructor(importer: BlockImporter, source: SourceBlock, block: V1Block) {
    this.#importer = importer;
    this.#source = source;
    this.#block = block;
    this.#series = storedSeries(block.series);
  }

  async import(signal?: AbortSignal): Promise<ImportedBlock> {
    const reader = {
      tenant: this.#source.tenant,
      block: this.#block,
      series: this.#series,
      waveBytes: this.#importer.waveBytes,
      partitions: this.#partitions,
      withHidden: this.#importer.withHidden,
    };
    let waveIndex = 0;
    for await (const wave of readWaves(reader, signal)) {
      this.#rowsDone += wave.rowCount + wave.leftOut.rows + wave.leftOut.repeatedRows;
      addLeftOut(this.#leftOut, wave.leftOut);
      for (const [start, rows] of windowsOf(wave)) {
        signal?.throwIfAborted();
        const window: BlockWindow = { start, end: start + windowNanos };
        await this.#importWindow({ wave, waveIndex, rows, window }, signal);
      }
      waveIndex++;
    }
    return {
      source: this.#source.id,
      blocks: this.#blocks,
      sums: this.#sums,
      writtenSums: this.#writtenSums,
      leftOut: this.#leftOut,
    };
  }

  async #importWindow(part: WindowPart, signal?: AbortSignal): Promise<void> {
    const { target, codec, onProgress } = this.#importer;
    const expected = sumsOf(part.wave, part.rows, this.#series.series);
    const meta = await this.#writeBlock(part, signal);
    const written = await readSums(target, meta, codec, signal);
    checkSums(meta, expected, written);
    addSums(this.#sums, expected);
    addSums(this.#writtenSums, written);
    this.#blocks.push(meta.id);
    onProgress({ rowsDone: this.#rowsDone, rowCount: this.#block.rowCount });
  }

  async #writeBlock({ wave, waveIndex, rows, window }: WindowPart, signal?: AbortSignal): Promise<BlockMeta> {
    const { target, codec, checksum, seed } = this.#importer;
    const { tenant, id: sourceId } = this.#source;
    const { series } = this.#series;
    const symbols = (partition: number): Promise<PartitionSymbols> =>
      this.#block.symbols(defined(this.#partitions[partition], "partition"));
    const { meta } = await cutBlock({
      bucket: target,
      codec,
      checksum,
      seed,
      id: importedBlockId(tenant, sourceId, window, waveIndex),
      tenant,
      // Blocks of replicas hold the same rows: each is a producer, so that their rows are compared.
      producer: sourceId as string as ProducerId,
      window,
      openInputs: () =>
        Promise.resolve([new WindowSource({ id: sourceId, wave, window, rows, series, symbols, seed })]),
      pause: () => {
        signal?.throwIfAborted();
        return Promise.resolve();
      },
    });
    return meta;
  }
}

/** The rows of a wave that lie in one window. */
interface WindowPart {
  readonly wave: Wave;
  readonly waveIndex: number;
  readonly rows: readonly number[];
  readonly window: BlockWindow;
}

/** The rows of each window, in the order of time. */
function windowsOf(wave: Wave): readonly (readonly [UnixNano, number[]])[] {
  const windows = new Map<UnixNano, number[]>();
  for (let row = 0; row < wave.rowCount; row++) {
    const start = windowStart(wave.timeNanos[row] as bigint);
    const known = windows.get(start);
    if (known === undefined) windows.set(start, [row]);
    else known.push(row);
    if (windows.size > windowsMax)
      throw corrupt("profiles.parquet", `has rows in more than ${windowsMax} windows of 15 min`);
  }
  return [...windows].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sumsOf(wave: Wave, rows: readonly number[], series: readonly StoredSeries[]): ImportSums {
  const sums: ImportSums = new Map();
  for (const row of rows) {
    const { profileType } = defined(series[wave.series[row] as number], "series");
    addSum(sums, profileType, { rows: 1, total: wave.total[row] as bigint });
  }
  return sums;
}
