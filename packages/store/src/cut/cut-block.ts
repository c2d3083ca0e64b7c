import { type Bucket, blockKey, type ObjectWriter } from "@basalt/bucket";
import { BasaltError, type BlockId, type ProducerId, type TenantId } from "@basalt/model";
import type { PageCodec } from "@basalt/parquet";
import {
  type BlockMeta,
  type BlockWindow,
  decodeMeta,
  encodeMeta,
  type SourcePart,
  sourceKey,
} from "../block/block-meta.ts";
import { type BlockFileName, metaFile } from "../block/block-schema.ts";
import { BlockWriter, type RollingChecksum } from "../block/block-writer.ts";
import { type MergeStatistics, mergePartition, type PartitionSource } from "./merge-partition.ts";
import type { MergeSource } from "./merge-source.ts";

export interface CutOptions {
  readonly bucket: Bucket;
  readonly codec: PageCodec;
  readonly checksum: RollingChecksum;
  /** Opens segments' parts or blocks of one tenant; their windows lie inside the block's. Not called if the block is there. */
  readonly openInputs: () => Promise<readonly MergeSource[]>;
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly producer: ProducerId;
  readonly window: BlockWindow;
  /** 32 random bits; see SymbolPartition. */
  readonly seed: number;
  /** Lets other work of the thread run between row groups. */
  readonly pause: () => Promise<void>;
  /** Samples a row group; default 256 Ki: 3 MiB, the memory that a merge takes for each input. */
  readonly rowGroupSamples?: number;
}

/** What a cut left. */
export interface CutResult extends MergeStatistics {
  readonly meta: BlockMeta;
}

/**
 * Merges inputs into one block of the bucket, service by service, in bounded memory. The files are written first and
 * `meta.json` last, if absent: the block is visible as a whole or not at all. Cutting the same again is harmless.
 *
 * @throws BasaltError `block_corrupt` for a damaged input, `disk_full`; nothing is visible then.
 */
export async function cutBlock(options: CutOptions): Promise<CutResult> {
  const { bucket, tenant, id } = options;
  const metaKey = blockKey(tenant, id, metaFile);
  const statistics: MergeStatistics = { duplicates: 0, conflicts: 0 };
  const existing = await readMeta(bucket, metaKey);
  if (existing !== undefined) return { meta: existing, ...statistics };
  const objects = new BlockObjects(options);
  try {
    const meta = await mergeInputs(options, objects, statistics);
    await objects.finish();
    const isFirst = await bucket.putIfAbsent(metaKey, encodeMeta(meta));
    const visible = isFirst ? meta : ((await readMeta(bucket, metaKey)) ?? meta);
    return { meta: visible, ...statistics };
  } catch (error) {
    await objects.abort();
    throw error;
  }
}

async function mergeInputs(
  options: CutOptions,
  objects: BlockObjects,
  statistics: MergeStatistics,
): Promise<BlockMeta> {
  const { seed, pause } = options;
  const inputs = await options.openInputs();
  const block = new BlockWriter({
    kind: "block",
    codec: options.codec,
    checksum: options.checksum,
    sampleIds: {
      spans: inputs.some(({ meta }) => meta.sampleIds.spans),
      traces: inputs.some(({ meta }) => meta.sampleIds.traces),
    },
    rowGroupSamples: options.rowGroupSamples ?? 262_144,
    sink: (file, bytes) => objects.add(file, bytes),
  });
  const drain = async (): Promise<void> => {
    await objects.drain();
    await pause();
  };
  for (const [service, sources] of partitionsByService(inputs)) {
    await mergePartition(block, { service, sources, seed, statistics, drain });
  }
  const meta = block.finish({
    id: options.id,
    tenant: options.tenant,
    producer: options.producer,
    window: options.window,
    sources: sourcesOf(inputs),
  });
  await objects.drain();
  return meta;
}

/** The inputs, and what those were made of: each once, sorted. */
function sourcesOf(inputs: readonly MergeSource[]): SourcePart[] {
  const parts = inputs.flatMap(({ id, meta }) => [{ id, windowStart: meta.window.start }, ...meta.sources]);
  const byKey = new Map(parts.map((part) => [sourceKey(part), part]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}

/** The inputs that hold each service; services sorted. */
function partitionsByService(inputs: readonly MergeSource[]): readonly (readonly [string, PartitionSource[]])[] {
  const services = new Map<string, PartitionSource[]>();
  for (const source of inputs) {
    for (const [partition, { service }] of source.meta.partitions.entries()) {
      const known = services.get(service);
      if (known === undefined) services.set(service, [{ source, partition }]);
      else known.push({ source, partition });
    }
  }
  return [...services].sort(([a], [b]) => (a < b ? -1 : 1));
}

async function readMeta(bucket: Bucket, key: string): Promise<BlockMeta | undefined> {
  try {
    return decodeMeta(await bucket.get(key));
  } catch (error) {
    if (error instanceof BasaltError && error.code === "object_not_found") return undefined;
    throw error;
  }
}

/** The objects of a block while they are written; bytes wait here between two drains. */
class BlockObjects {
  readonly #options: CutOptions;
  readonly #writers = new Map<BlockFileName, ObjectWriter>();
  #waiting: { readonly file: BlockFileName; readonly bytes: Uint8Array }[] = [];

  constructor(options: CutOptions) {
    this.#options = options;
  }

  add(file: BlockFileName, bytes: Uint8Array): void {
    this.#waiting.push({ file, bytes });
  }

  async drain(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { file, bytes } of waiting) await (await this.#writer(file)).append(bytes);
  }

  async finish(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.finish();
  }

  /** Best effort: what stays is invisible, and is removed when the cut is done again or given up. */
  async abort(): Promise<void> {
    await Promise.allSettled([...this.#writers.values()].map((writer) => writer.abort()));
  }

  async #writer(file: BlockFileName): Promise<ObjectWriter> {
    const known = this.#writers.get(file);
    if (known !== undefined) return known;
    const { bucket, tenant, id } = this.#options;
    const writer = await bucket.create(blockKey(tenant, id, file));
    this.#writers.set(file, writer);
    return writer;
  }
}
