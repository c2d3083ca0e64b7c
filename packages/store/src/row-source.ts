import type { BlockId, Fingerprint, Labels, ProducerId, TenantId, TimeRange, UnixNano } from "@basalt/model";
import type { PathTables, SymbolTables } from "@basalt/symdb";

/** One series of a source. */
export interface SourceSeries {
  readonly labels: Labels;
  readonly fingerprint: Fingerprint;
  /** Symbol partition whose stack ids its rows use. */
  readonly partition: number;
}

/** Rows as columns, in the order of the source. Arrays may be longer than their count; valid until the next batch is asked for. */
export interface RowBatch {
  readonly rowCount: number;
  /** Index into the source's series. */
  readonly seriesIndex: Uint32Array;
  readonly timeNanos: BigInt64Array;
  /** Sum of the row's values. */
  readonly total: BigInt64Array;
  /** 16 bytes a row; present when asked for. */
  readonly profileId?: Uint8Array;
  /** Samples of row i are [sampleStart[i], sampleStart[i+1]); present with stackId and values when samples were asked for. */
  readonly sampleStart?: Uint32Array;
  /** Stack id, local to the source's partition of the row's series; each once a row (and span), in blocks ascending. */
  readonly stackId?: Uint32Array;
  readonly values?: Float64Array | BigInt64Array;
  /** 0 = none; absent when the source has none. */
  readonly spanId?: BigUint64Array;
  /** Duration and period of each row's profile; present when details were asked for. */
  readonly durationNanos?: BigInt64Array;
  readonly period?: BigInt64Array;
  /** 16 bytes a sample, zeros = none; with details, absent when the source has none. */
  readonly traceId?: Uint8Array;
}

/** Which rows and columns a scan reads. */
export interface ScanRequest {
  /** 1 where a series is wanted, by series index. */
  readonly series: Uint8Array;
  /** Both ends included. */
  readonly range: TimeRange;
  readonly samples: boolean;
  readonly profileIds: boolean;
  readonly spanIds: boolean;
  /** Also duration, period and trace ids: what a merge of blocks needs beyond a query. */
  readonly details?: boolean;
}

/** What a source cost to read so far; limits of bytes are checked against it. */
export interface ReadCost {
  bytesRead: number;
  rowsRead: number;
  samplesRead: number;
}

/** Told of memory before it is taken, in bytes; what it throws ends the work. */
export type MemoryCharge = (bytes: number) => void;

/** Rows of one tenant and one window, wherever they lie: a head, a segment or a block. A query means the same over each. */
export interface RowSource {
  readonly kind: "head" | "segment" | "block";
  /** ULID of the block or segment; of a head, the id of its next segment. */
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly producer: ProducerId;
  /** First and last profile time in it. */
  readonly range: TimeRange;
  readonly cost: ReadCost;
  series(): Promise<readonly SourceSeries[]>;
  /** `charge` is told of the bytes that reading takes before they are read, and of none if nothing must be read. */
  symbols(partition: number, charge?: MemoryCharge): Promise<SymbolTables>;
  /** The part of the symbols that trees by function name need, without files: for questions that need no more. */
  paths(partition: number, charge?: MemoryCharge): Promise<PathTables>;
  /** Batches of rows that meet the request, in the source's order; each batch holds rows of one partition. */
  scan(request: ScanRequest, signal?: AbortSignal): AsyncIterable<SourceBatch>;
}

/** Rows of one partition. */
export interface SourceBatch extends RowBatch {
  readonly partition: number;
}

/** A segment as the ingester names it to queriers; it can be opened on the same machine. */
export interface SegmentReference {
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly path: string;
  /** Start of the 15-min window of this part; a segment has a part for each window that it holds. */
  readonly windowStart: UnixNano;
  readonly range: TimeRange;
}

/**
 * One instant of an ingester, pinned for 30 s: every acknowledged row of the tenant is in exactly one of its heads, in one
 * of these segments, or in a block. A reader adds `recentBlocks` to the blocks it lists itself, then drops every segment
 * or block that a visible block names as its source.
 */
export interface IngesterSnapshot {
  readonly producer: ProducerId;
  /** Starts of the 15-min windows of which it holds rows in heads or segments. */
  readonly windows: readonly UnixNano[];
  /** Ids of the heads that the ingester itself answered for: the segments that they become. */
  readonly heads: readonly BlockId[];
  readonly segments: readonly SegmentReference[];
  readonly recentBlocks: readonly BlockId[];
  /** What was acknowledged and cannot be read any more, as far as the question may concern it: its answer is partial. */
  readonly damages: readonly Damage[];
}

/** Rows that are lost. */
export interface Damage {
  readonly code: "block_corrupt" | "wal_corrupt";
  /** What is damaged, and where it lies. */
  readonly text: string;
}
