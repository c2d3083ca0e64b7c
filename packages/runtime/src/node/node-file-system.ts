import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  unlink,
  utimes,
} from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type FileSystem, fileErrorCode, type OpenFile } from "../file-system.ts";
import { lockFile } from "./lock-file.ts";

const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT, O_EXCL } = constants;
const flagsOf = { read: O_RDONLY, append: O_RDWR | O_APPEND, create: O_RDWR | O_APPEND | O_CREAT | O_EXCL };

/** The machine's disk. */
export const nodeFileSystem: FileSystem = {
  open: async (path, mode) => new NodeFile(await open(path, flagsOf[mode], 0o644)),
  readFile: (path) => readFile(path),
  writeFileAtomic: async (path, bytes) => {
    const beside = `${path}.tmp`;
    await writeAndSync(beside, bytes);
    await rename(beside, path);
    await syncFolder(dirname(path));
  },
  rename: (from, to) => rename(from, to),
  link: (existing, added) => link(existing, added),
  remove: (path) => unlink(path),
  removeFolder: (path) => rmdir(path),
  removeAll: (path) => rm(path, { recursive: true, force: true }),
  makeFolder,
  list: async (path) => {
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  },
  syncFolder,
  stat: async (path) => {
    try {
      const found = await stat(path, { bigint: true });
      return {
        bytes: Number(found.size),
        isFolder: found.isDirectory(),
        modifiedMs: Number(found.mtimeNs) / 1e6,
        version: `${found.ino.toString(36)}-${found.mtimeNs.toString(36)}`,
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  setModified: (path, unixMs) => utimes(path, unixMs / 1000, unixMs / 1000),
  lock: lockFile,
  freeBytes: async (path) => {
    const disk = await statfs(path);
    return disk.bavail * disk.bsize;
  },
};

class NodeFile implements OpenFile {
  private readonly handle: FileHandle;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  async append(buffers: readonly Uint8Array[]): Promise<void> {
    let rest: readonly Uint8Array[] = buffers;
    while (rest.length > 0) {
      // A disk that runs full writes a part first; the next call then fails with ENOSPC.
      const { bytesWritten } = await this.handle.writev(rest);
      rest = withoutFirst(rest, bytesWritten);
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === length ? bytes : bytes.subarray(0, filled);
  }

  sync(): Promise<void> {
    return this.handle.datasync();
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  truncate(length: number): Promise<void> {
    return this.handle.truncate(length);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** What is left of the buffers after so many bytes were written. */
function withoutFirst(buffers: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skipped = count;
  const rest: Uint8Array[] = [];
  for (const buffer of buffers) {
    const skip = Math.min(skipped, buffer.length);
    skipped -= skip;
    if (skip < buffer.length) rest.push(buffer.subarray(skip));
  }
  return rest;
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w", 0o644);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder; those that got a new entry are synced, from the inner one up. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  const outer = dirname(resolve(first));
  for (let folder = dirname(resolve(path)); folder.length >= outer.length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}

function isMissing(error: unknown): boolean {
  // Below a file there is nothing, either.
  const code = fileErrorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
