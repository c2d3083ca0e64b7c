import type { TenantId } from "./ids.ts";
import type { Labels } from "./labels.ts";
import type { SampleColumns, SymbolColumns } from "./profile-columns.ts";
import type { UnixNano } from "./time.ts";

/**
 * One series of a batch: which samples and which value column make its row. Labels are complete: user labels,
 * `service_name`, and the reserved ones of its profile type.
 */
export interface BatchRow {
  readonly labels: Labels;
  /** Column of values, < sampleTypeCount. */
  readonly valueColumn: number;
  /** The row's samples are [sampleStart, sampleEnd). */
  readonly sampleStart: number;
  readonly sampleEnd: number;
}

/**
 * What one pushed profile became: validated, repaired, split by sample labels. It is one worker message, one RPC body
 * and one WAL record, encoded once (docs/formats/series-batch.md). Nothing after the distributor changes a row.
 */
export interface SeriesBatch extends SymbolColumns, SampleColumns {
  readonly tenant: TenantId;
  /** The value of `service_name`: routes the batch and names its symbol partition. */
  readonly service: string;
  /** 16 bytes; a row's key is (series, profileId). */
  readonly profileId: Uint8Array;
  readonly timeNanos: UnixNano;
  readonly durationNanos: bigint;
  readonly period: bigint;
  readonly rows: readonly BatchRow[];
  /** Span of each sample, 0 = none; absent when no sample has one. */
  readonly spanId?: BigUint64Array;
  /** Trace of each sample, 16 bytes each; absent when no sample has one. */
  readonly traceId?: Uint8Array;
}
