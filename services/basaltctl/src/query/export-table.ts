import type { DataType, Vector } from "apache-arrow";

/** A column of a result as other programs read it. */
export type ExportColumn =
  | { readonly name: string; readonly type: "text"; readonly values: readonly string[] }
  | { readonly name: string; readonly type: "int64"; readonly values: readonly bigint[] }
  | { readonly name: string; readonly type: "double"; readonly values: readonly number[] }
  /** Unix milliseconds, UTC. */
  | { readonly name: string; readonly type: "time"; readonly values: readonly bigint[] };

/** The columns as an Arrow IPC file. */
export async function arrowFile(columns: readonly ExportColumn[]): Promise<Uint8Array> {
  return ipc(columns, "file");
}

/** The columns as a Parquet file, compressed with zstd. */
export async function parquetFile(columns: readonly ExportColumn[]): Promise<Uint8Array> {
  const { Compression, Table, WriterPropertiesBuilder, writeParquet } = await import("parquet-wasm");
  const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).setCreatedBy("basaltctl").build();
  return writeParquet(Table.fromIPCStream(await ipc(columns, "stream")), properties);
}

async function ipc(columns: readonly ExportColumn[], form: "file" | "stream"): Promise<Uint8Array> {
  const { Float64, Int64, Table, TimestampMillisecond, tableToIPC, Utf8, vectorFromArray } = await import(
    "apache-arrow"
  );
  const vectorOf = (column: ExportColumn): Vector<DataType> => {
    switch (column.type) {
      case "text":
        return vectorFromArray(column.values, new Utf8());
      case "int64":
        return vectorFromArray(column.values, new Int64());
      case "double":
        return vectorFromArray(column.values, new Float64());
      case "time":
        return vectorFromArray(column.values, new TimestampMillisecond("UTC"));
    }
  };
  return tableToIPC(new Table(Object.fromEntries(columns.map((column) => [column.name, vectorOf(column)]))), form);
}
