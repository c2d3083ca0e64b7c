import type { PageCodec } from "./codec.ts";
import type { ParquetMetadata } from "./metadata.ts";
import type { RangeReader } from "./range-reader.ts";
import type { RowGroup } from "./row-group.ts";

/** Memory that decoding reuses; one for each concurrent reader. */
export class DecodeScratch {}

/** How a file is opened. */
export interface ParquetReaderOptions {
  readonly source: RangeReader;
  readonly codec: PageCodec;
  /** The footer, if it is known already (see {@link readMetadata}). */
  readonly metadata?: ParquetMetadata;
}

/** Which part of a row group is fetched. */
export interface RowGroupRequest {
  readonly leaves: readonly string[];
  /** Rows inside the row group; only the pages that hold them are fetched. Default: all. */
  readonly rows?: { readonly start: number; readonly end: number };
  readonly scratch?: DecodeScratch;
}

/** Reads and checks the footer of a file. @throws BasaltError `block_corrupt`. */
export function readMetadata(_source: RangeReader): Promise<ParquetMetadata> {
  throw new Error("not written yet");
}

/** Reads one Parquet file by range. */
export class ParquetReader {
  readonly metadata: ParquetMetadata;

  constructor(metadata: ParquetMetadata) {
    this.metadata = metadata;
  }

  /** Opens a file; reads the footer unless it is given. @throws BasaltError `block_corrupt`. */
  static open(_options: ParquetReaderOptions): Promise<ParquetReader> {
    throw new Error("not written yet");
  }

  /** Bytes fetched so far. */
  get bytesRead(): number {
    return 0;
  }

  /** Fetches leaves of one row group, close ranges in one read; decoding happens in the result's methods. */
  readRowGroup(_rowGroupIndex: number, _request: RowGroupRequest): Promise<RowGroup> {
    throw new Error("not written yet");
  }
}
