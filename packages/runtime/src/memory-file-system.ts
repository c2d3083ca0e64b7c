import type { FileStatus, FileSystem, OpenFile } from "./file-system.ts";
import { MemoryFile, MemoryFolder } from "./memory-inode.ts";
import type { Random } from "./random.ts";

/** One call on a {@link MemoryDisk}, as fault hooks see it. */
export interface DiskOperation {
  /** Counts from 1 since the disk was made. */
  readonly index: number;
  readonly name:
    | "open"
    | "append"
    | "read"
    | "sync"
    | "truncate"
    | "rename"
    | "link"
    | "remove"
    | "list"
    | "folder"
    | "lock"
    | "stat";
  readonly path: string;
}

/** What a fault hook may do: nothing, fail the call, or end the process (`kill`: the disk keeps all; `powerCut`: it keeps what was synced). */
export type DiskFault = Error | "kill" | "powerCut" | undefined;

/** An error as `node:fs` throws it. */
export function fileError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/**
 * A disk in memory that loses what was not synced when its power is cut, tears the end of files, runs full, and fails on
 * demand. A process is one {@link mount}: after a crash its calls fail, and the next process mounts anew.
 */
export class MemoryDisk {
  /** Bytes that all files may hold together; beyond it appends fail with ENOSPC, having written a part, as a real disk does. */
  quotaBytes: number = Number.POSITIVE_INFINITY;
  /** Asked before each operation. */
  fault: ((operation: DiskOperation) => DiskFault) | undefined;
  operationCount: number = 0;
  readonly root: MemoryFolder = new MemoryFolder();
  private readonly random: Random;
  private mounted: MemoryMount | undefined;
  private readonly numbers = new WeakMap<MemoryFile, number>();
  private fileCount = 0;

  constructor(random: Random) {
    this.random = random;
  }

  /** A number that no other file of this disk has, as the inode's is. */
  numberOf(file: MemoryFile): number {
    let number = this.numbers.get(file);
    if (number === undefined) this.numbers.set(file, (number = ++this.fileCount));
    return number;
  }

  /** The disk as a new process sees it; the former process is dead. */
  mount(): FileSystem {
    if (this.mounted !== undefined) this.mounted.isDead = true;
    this.mounted = new MemoryMount(this);
    return this.mounted;
  }

  /** Ends the process that has the disk mounted. */
  crash(kind: "kill" | "powerCut"): void {
    if (this.mounted !== undefined) this.mounted.isDead = true;
    this.mounted = undefined;
    if (kind === "powerCut") this.root.loseUnsynced(this.random);
  }

  /** Bytes in all files. */
  usedBytes(): number {
    return this.root.usedBytes();
  }

  /** Counts the operation and applies the fault hook. */
  begin(name: DiskOperation["name"], path: string): void {
    this.operationCount++;
    const fault = this.fault?.({ index: this.operationCount, name, path });
    if (fault === undefined) return;
    if (fault instanceof Error) throw fault;
    this.crash(fault);
    throw fileError("EDEAD", path);
  }

  /** A few turns of the microtask queue, drawn from the seed, so that concurrent calls interleave in many ways. */
  async pause(): Promise<void> {
    for (let turns = Math.floor(this.random.next() * 4); turns >= 0; turns--) await Promise.resolve();
  }
}

/** The files of a {@link MemoryDisk} as one process sees them. */
class MemoryMount implements FileSystem {
  isDead = false;
  private readonly locks = new Map<string, Promise<void>>();
  private readonly disk: MemoryDisk;

  constructor(disk: MemoryDisk) {
    this.disk = disk;
  }

  async open(path: string, mode: "read" | "append" | "create"): Promise<OpenFile> {
    await this.disk.pause();
    this.begin("open", path);
    const { folder, name } = this.locate(path);
    const found = folder.entries.get(name);
    if (mode === "create") {
      if (found !== undefined) throw fileError("EEXIST", path);
      const file = new MemoryFile();
      folder.put(name, file);
      return new MemoryOpenFile(this, file, path);
    }
    if (!(found instanceof MemoryFile)) throw fileError(found === undefined ? "ENOENT" : "EISDIR", path);
    return new MemoryOpenFile(this, found, path);
  }

  async readFile(path: string): Promise<Uint8Array> {
    await this.disk.pause();
    this.begin("read", path);
    return this.fileAt(path).content().slice();
  }

  async writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
    const beside = `${path}.tmp`;
    await this.removeAll(beside);
    const file = await this.open(beside, "create");
    try {
      await file.append([bytes]);
      await file.sync();
    } catch (error) {
      if (!this.isDead) await this.removeAll(beside);
      throw error;
    }
    await this.rename(beside, path);
    await this.syncFolder(parentOf(path));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.disk.pause();
    this.begin("rename", from);
    const source = this.locate(from);
    const target = this.locate(to);
    const found = source.folder.entries.get(source.name);
    if (found === undefined) throw fileError("ENOENT", from);
    if (source.folder === target.folder) source.folder.move(source.name, target.name);
    else {
      target.folder.put(target.name, found);
      source.folder.drop(source.name);
    }
  }

  async link(existing: string, added: string): Promise<void> {
    await this.disk.pause();
    this.begin("link", added);
    const file = this.fileAt(existing);
    const { folder, name } = this.locate(added);
    if (folder.entries.has(name)) throw fileError("EEXIST", added);
    folder.put(name, file);
  }

  async remove(path: string): Promise<void> {
    await this.disk.pause();
    this.begin("remove", path);
    this.fileAt(path);
    const { folder, name } = this.locate(path);
    folder.drop(name);
  }

  async removeFolder(path: string): Promise<void> {
    await this.disk.pause();
    this.begin("remove", path);
    const found = this.folderAt(path);
    if (found === undefined) throw fileError("ENOENT", path);
    if (found.entries.size > 0) throw fileError("ENOTEMPTY", path);
    const { folder, name } = this.locate(path);
    folder.drop(name);
  }

  async removeAll(path: string): Promise<void> {
    await this.disk.pause();
    this.begin("remove", path);
    const folder = this.folderAt(parentOf(path));
    if (folder?.entries.has(nameOf(path)) === true) folder.drop(nameOf(path));
  }

  async makeFolder(path: string): Promise<void> {
    await this.disk.pause();
    this.begin("folder", path);
    let folder = this.disk.root;
    for (const name of partsOf(path)) {
      const found = folder.entries.get(name);
      if (found instanceof MemoryFile) throw fileError("ENOTDIR", path);
      const next = found ?? new MemoryFolder();
      if (found === undefined) folder.putDurably(name, next);
      folder = next;
    }
  }

  async list(path: string): Promise<readonly string[]> {
    await this.disk.pause();
    this.begin("list", path);
    const names = [...(this.folderAt(path)?.entries.keys() ?? [])];
    return names.sort();
  }

  async syncFolder(path: string): Promise<void> {
    await this.disk.pause();
    this.begin("sync", path);
    const folder = this.folderAt(path);
    if (folder === undefined) throw fileError("ENOENT", path);
    folder.sync();
  }

  async stat(path: string): Promise<FileStatus | undefined> {
    await this.disk.pause();
    this.begin("stat", path);
    const found =
      partsOf(path).length === 0 ? this.disk.root : this.folderAt(parentOf(path))?.entries.get(nameOf(path));
    if (found === undefined) return undefined;
    if (found instanceof MemoryFolder) return { bytes: 0, isFolder: true, modifiedMs: 0, version: "folder" };
    const { length, modifiedMs } = found;
    return { bytes: length, isFolder: false, modifiedMs, version: `${this.disk.numberOf(found)}-${modifiedMs}` };
  }

  async setModified(path: string, unixMs: number): Promise<void> {
    await this.disk.pause();
    this.begin("stat", path);
    this.fileAt(path).modifiedMs = unixMs;
  }

  async lock(path: string): Promise<() => Promise<void>> {
    await this.disk.pause();
    this.begin("lock", path);
    while (this.locks.has(path)) await this.locks.get(path);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.locks.set(path, promise);
    return async () => {
      this.locks.delete(path);
      resolve();
    };
  }

  async freeBytes(path: string): Promise<number> {
    await this.disk.pause();
    this.begin("stat", path);
    return Math.max(0, this.disk.quotaBytes - this.disk.usedBytes());
  }

  pause(): Promise<void> {
    return this.disk.pause();
  }

  /** Fails if the process is dead or a fault is due. What the operation does follows in the same turn: all or nothing. */
  begin(name: DiskOperation["name"], path: string): void {
    if (this.isDead) throw fileError("EDEAD", path);
    this.disk.begin(name, path);
  }

  /** How many of some bytes the disk still takes. */
  room(wanted: number): number {
    if (this.disk.quotaBytes === Number.POSITIVE_INFINITY) return wanted;
    return Math.max(0, Math.min(wanted, this.disk.quotaBytes - this.disk.usedBytes()));
  }

  private fileAt(path: string): MemoryFile {
    const found = this.folderAt(parentOf(path))?.entries.get(nameOf(path));
    if (!(found instanceof MemoryFile)) throw fileError(found === undefined ? "ENOENT" : "EISDIR", path);
    return found;
  }

  private locate(path: string): { readonly folder: MemoryFolder; readonly name: string } {
    const folder = this.folderAt(parentOf(path));
    if (folder === undefined) throw fileError("ENOENT", path);
    return { folder, name: nameOf(path) };
  }

  private folderAt(path: string): MemoryFolder | undefined {
    let folder = this.disk.root;
    for (const name of partsOf(path)) {
      const found = folder.entries.get(name);
      if (!(found instanceof MemoryFolder)) return undefined;
      folder = found;
    }
    return folder;
  }
}

class MemoryOpenFile implements OpenFile {
  private readonly mount: MemoryMount;
  private readonly file: MemoryFile;
  private readonly path: string;
  private isClosed = false;

  constructor(mount: MemoryMount, file: MemoryFile, path: string) {
    this.mount = mount;
    this.file = file;
    this.path = path;
  }

  async append(buffers: readonly Uint8Array[]): Promise<void> {
    await this.mount.pause();
    this.begin("append");
    for (const buffer of buffers) {
      const taken = this.mount.room(buffer.length);
      this.file.append(buffer.subarray(0, taken));
      if (taken < buffer.length) throw fileError("ENOSPC", this.path);
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    await this.mount.pause();
    this.begin("read");
    return this.file.content().slice(offset, offset + length);
  }

  async sync(): Promise<void> {
    await this.mount.pause();
    this.begin("sync");
    this.file.sync();
  }

  async size(): Promise<number> {
    await this.mount.pause();
    this.begin("stat");
    return this.file.length;
  }

  async truncate(length: number): Promise<void> {
    await this.mount.pause();
    this.begin("truncate");
    this.file.truncate(length);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  private begin(name: DiskOperation["name"]): void {
    if (this.isClosed) throw fileError("EBADF", this.path);
    this.mount.begin(name, this.path);
  }
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function parentOf(path: string): string {
  return partsOf(path).slice(0, -1).join("/");
}

function nameOf(path: string): string {
  return partsOf(path).at(-1) ?? "";
}
