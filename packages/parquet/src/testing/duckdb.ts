import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/** A DuckDB in memory with a folder of its own for the files it reads and writes. */
export interface DuckDb {
  /** Rows of a statement; 64-bit integers are strings. */
  query(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** Stores a file and returns its path. */
  put(name: string, bytes: Uint8Array): Promise<string>;
  path(name: string): string;
  get(name: string): Promise<Uint8Array>;
}

/** Runs with a DuckDB, and removes its folder afterwards. */
export async function withDuckDb(run: (db: DuckDb) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "basalt-parquet-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    await run({
      query: async (sql) => (await connection.runAndReadAll(sql)).getRowsJson(),
      put: async (name, bytes) => {
        await writeFile(join(folder, name), bytes);
        return join(folder, name);
      },
      path: (name) => join(folder, name),
      get: async (name) => readFile(join(folder, name)),
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}
