import { type PageCodec, readRanges } from "@basalt/parquet";
import { ByteCache } from "@basalt/runtime/thread";
import { symbolTablesByteLength } from "@basalt/symdb";
import { corrupt } from "../format/corrupt.ts";
import { decodeStackChunk, type StackNodes } from "../format/stack-chunk.ts";
import { joinSymbols, type SymbolParts } from "../format/symbol-parts.ts";
import type { PartitionPlace, SymbolTablesOf } from "../format/symdb-index.ts";
import type { BucketFile } from "./bucket-file.ts";
import { joinStacks, type PartitionSymbols } from "./partition-symbols.ts";
import { readSymbolBlocks } from "./symbol-blocks.ts";
import { SymbolTableFiles } from "./symbol-table-files.ts";

/** Where the symbols of a block lie. */
export interface SymbolFiles {
  readonly partitions: ReadonlyMap<bigint, PartitionPlace>;
  /** `stacktraces.symdb`, or the whole of a format 3 file. */
  readonly stacks: BucketFile;
  /** The tables of formats 1 and 2. */
  readonly tables: SymbolTablesOf<BucketFile> | undefined;
}

/** 128 MiB of symbols are kept; a partition that is larger is read again when it is needed again. */
export const symbolCacheBytesMax: number = 128 * 2 ** 20;

/** Reads partitions of symbols, each as a whole when it is asked for. */
export class V1Symbols {
  readonly #files: SymbolFiles;
  readonly #codec: PageCodec;
  readonly #cache = new ByteCache<PartitionSymbols>("v1-symbols", symbolCacheBytesMax, ({ tables }) =>
    symbolTablesByteLength(tables),
  );
  #tables: SymbolTableFiles | undefined;

  constructor(files: SymbolFiles, codec: PageCodec) {
    this.#files = files;
    this.#codec = codec;
  }

  /** @throws BasaltError `block_corrupt`. */
  partition(id: bigint): Promise<PartitionSymbols> {
    return this.#cache.get(String(id), () => this.#read(id));
  }

  async #read(id: bigint): Promise<PartitionSymbols> {
    const place = this.#files.partitions.get(id);
    if (place === undefined) throw corrupt("profiles.parquet", `names symbol partition ${id}, which does not exist`);
    const chunks = await this.#readChunks(place);
    return joinStacks(joinSymbols(await this.#readParts(place)), place, chunks);
  }

  async #readChunks({ chunks }: PartitionPlace): Promise<StackNodes[]> {
    const size = await this.#files.stacks.size();
    for (const { offset, length } of chunks) {
      if (offset + length > size) throw corrupt(this.#files.stacks.key, `ends before ${offset + length}`);
    }
    const parts = await readRanges(this.#files.stacks, chunks);
    return chunks.map((chunk, i) => decodeStackChunk(parts[i] ?? new Uint8Array(), chunk));
  }

  async #readParts({ symbols }: PartitionPlace): Promise<SymbolParts> {
    if (symbols.kind === "blocks") return readSymbolBlocks(this.#files.stacks, symbols);
    const { tables } = this.#files;
    if (tables === undefined) throw corrupt(this.#files.stacks.key, "comes without tables of symbols");
    this.#tables ??= await SymbolTableFiles.open(tables, this.#codec);
    return this.#tables.read(symbols.kind === "rows" ? symbols : undefined);
  }
}
