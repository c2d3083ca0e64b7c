import { systemClock } from "./system-clock.ts";

/** A lock is held for milliseconds; who waits asks again after this time. */
const retryMs = 2;

/** SQLite's number for a database that another connection has locked. */
const sqliteBusy = 5;

/**
 * Keeps a file, made if need be, to its holder: see `FileSystem.lock`. Node gives no access to the locks of its system, but
 * SQLite, which it brings along, takes them on an empty database and arranges with the other threads of the process. The
 * kernel lets go of them when a process ends, and they hold across containers that share a disk.
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    while (!tryBegin(database)) await systemClock.sleep(retryMs);
  } catch (error) {
    database.close();
    throw error;
  }
  return async () => database.close();
}

function tryBegin(database: { exec(sql: string): void }): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === sqliteBusy) return false;
    throw error;
  }
}
