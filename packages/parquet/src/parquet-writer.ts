import type { PageCodec } from "./codec.ts";
import type { RowGroupValues } from "./column-values.ts";
import type { Schema } from "./schema.ts";

/** How a file is written. */
export interface ParquetWriterOptions {
  readonly schema: Schema;
  readonly codec: PageCodec;
  /** Takes the file's bytes in order. They are the sink's to keep. */
  readonly sink: (bytes: Uint8Array) => void;
  /** Uncompressed bytes after which a page ends, at the next row; default 1 MiB. */
  readonly pageBytes?: number;
  readonly createdBy?: string;
}

/** What {@link ParquetWriter.finish} leaves. */
export interface ParquetFileSummary {
  readonly byteLength: number;
  readonly rowCount: number;
  readonly rowGroupCount: number;
}

/** Writes one Parquet file, row group by row group; holds nothing of a row group once it is written. */
export class ParquetWriter {
  constructor(_options: ParquetWriterOptions) {
    throw new Error("not written yet");
  }

  /** Bytes handed to the sink so far. */
  get byteLength(): number {
    return 0;
  }

  /**
   * Encodes and emits one row group. A row group without rows writes nothing.
   *
   * @throws Error (assertion) when a leaf is missing or too short.
   */
  writeRowGroup(_values: RowGroupValues): void {
    throw new Error("not written yet");
  }

  /** Writes indexes and footer. The writer takes no more rows. */
  finish(_keyValues: Readonly<Record<string, string>> = {}): ParquetFileSummary {
    throw new Error("not written yet");
  }
}
