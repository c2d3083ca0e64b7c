import type { BlockMeta, BlockPartition } from "../block/block-meta.ts";
import type { ReadSymbols } from "../block/symbol-files-reader.ts";
import type { RowSource } from "../row-source.ts";

/**
 * What is merged into a block: a block, a part of a segment, or rows of another store behind the same interface. Its rows
 * are sorted by partition, labels, time and profile id; no key is in it twice, and no stack (and span) in a row.
 */
export interface MergeSource extends Pick<RowSource, "id" | "range" | "series" | "scan"> {
  readonly meta: Pick<BlockMeta, "window" | "sampleIds" | "sources"> & {
    /** One entry a partition. */
    readonly partitions: readonly Pick<BlockPartition, "service">[];
  };
  /** Symbols of a partition, with the weights of the stacks that samples name. Asked for before its rows are. */
  readSymbols(partition: number): Promise<ReadSymbols>;
}
