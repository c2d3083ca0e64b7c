import type { Bucket } from "@basalt/bucket";
import { BasaltError } from "@basalt/model";
import { type PageCodec, ParquetReader } from "@basalt/parquet";
import { BigEndianReader } from "../format/big-endian-reader.ts";
import { corrupt } from "../format/corrupt.ts";
import { parseSymdbIndex, type SymbolTablesOf, symdbIndexBytesMax } from "../format/symdb-index.ts";
import { type IndexedSeries, indexBytesMax, parseTsdbIndex } from "../format/tsdb-index.ts";
import { BucketFile } from "./bucket-file.ts";
import type { PartitionSymbols } from "./partition-symbols.ts";
import { readProfileRows, type V1Rows } from "./profile-rows.ts";
import { type SymbolFiles, V1Symbols } from "./v1-symbols.ts";

export interface V1BlockOptions {
  readonly bucket: Bucket;
  /** The block's folder with its `/`. */
  readonly prefix: string;
  readonly codec: PageCodec;
}

/** Meta versions whose blocks have symdb; version 1 had one table of stacks. */
const metaVersions: readonly unknown[] = [2, 3];
/** 16 MiB: a block names its files and the blocks that it was made of. */
const metaBytesMax = 16 * 2 ** 20;
/** `sym1`, the version, the offset of the index, padding, a checksum. */
const footerBytes = 24;

/** A block of Grafana Pyroscope's v1 storage: its series, rows and symbols. */
export class V1Block {
  readonly series: readonly IndexedSeries[];
  readonly #profiles: ParquetReader;
  readonly #symbols: V1Symbols;

  private constructor(series: readonly IndexedSeries[], profiles: ParquetReader, symbols: V1Symbols) {
    this.series = series;
    this.#profiles = profiles;
    this.#symbols = symbols;
  }

  /** @throws BasaltError `object_not_found`, `block_corrupt`, `block_version`. */
  static async open({ bucket, prefix, codec }: V1BlockOptions, signal?: AbortSignal): Promise<V1Block> {
    const file = (name: string): BucketFile => new BucketFile(bucket, `${prefix}${name}`, signal);
    checkVersion(await file("meta.json").readAll(metaBytesMax));
    const series = parseTsdbIndex(await file("index.tsdb").readAll(indexBytesMax));
    const profiles = await ParquetReader.open({ source: file("profiles.parquet"), codec });
    return new V1Block(series, profiles, new V1Symbols(await openSymbols(bucket, prefix, file), codec));
  }

  get rowCount(): number {
    return this.#profiles.metadata.rowCount;
  }

  /** All rows in the file's order: by series, time, id. @throws BasaltError `block_corrupt`. */
  rows(signal?: AbortSignal): AsyncGenerator<V1Rows> {
    return readProfileRows(this.#profiles, signal);
  }

  /** @throws BasaltError `block_corrupt`, also for a partition that the block does not have. */
  symbols(partition: bigint): Promise<PartitionSymbols> {
    return this.#symbols.partition(partition);
  }
}

function checkVersion(bytes: Uint8Array): void {
  let version: unknown;
  try {
    version = (JSON.parse(new TextDecoder().decode(bytes)) as { version?: unknown } | null)?.version;
  } catch (error) {
    throw new BasaltError("block_corrupt", "meta.json is not JSON", { cause: error });
  }
  if (metaVersions.includes(version)) return;
  throw new BasaltError("block_version", `block has version ${String(version)}; this program reads 2 and 3`);
}

async function openSymbols(bucket: Bucket, prefix: string, file: (name: string) => BucketFile): Promise<SymbolFiles> {
  if ((await bucket.attributes(`${prefix}symbols/index.symdb`)) === undefined) {
    const whole = file("symbols.symdb");
    return { partitions: parseSymdbIndex(await readIndexSection(whole)), stacks: whole, tables: undefined };
  }
  const index = parseSymdbIndex(await file("symbols/index.symdb").readAll(symdbIndexBytesMax));
  // Format 1 came when the tables still lay beside the profiles.
  const isBeside = (await bucket.attributes(`${prefix}symbols/strings.parquet`)) === undefined;
  const table = (name: string): BucketFile => file(isBeside ? name : `symbols/${name}`);
  const tables: SymbolTablesOf<BucketFile> = {
    locations: table("locations.parquet"),
    mappings: table("mappings.parquet"),
    functions: table("functions.parquet"),
    strings: table("strings.parquet"),
  };
  return { partitions: index, stacks: file("symbols/stacktraces.symdb"), tables };
}

/** The index of a format 3 file, which its last bytes lead to. */
async function readIndexSection(file: BucketFile): Promise<Uint8Array> {
  const size = await file.size();
  if (size < footerBytes) throw corrupt(file.key, `has ${size} bytes`);
  const bytes = await file.read(size - footerBytes, footerBytes);
  const footer = new BigEndianReader(bytes, `end of ${file.key}`);
  footer.offset = 8;
  const offset = footer.size();
  footer.offset = footerBytes - 4;
  footer.checksum(bytes.subarray(0, footerBytes - 4));
  const length = size - footerBytes - offset;
  if (length < 0 || length > symdbIndexBytesMax) throw corrupt(file.key, `has an index of ${length} bytes`);
  return file.read(offset, length);
}
