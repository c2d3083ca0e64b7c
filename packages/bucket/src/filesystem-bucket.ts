import { BasaltError } from "@basalt/model";
import type { FileSystem } from "@basalt/runtime";
import { fileErrorCode, isOutOfSpace } from "@basalt/runtime/thread";
import {
  type Bucket,
  type ByteRange,
  type ListPage,
  type ListRequest,
  listLimitMax,
  type ObjectAttributes,
  type ObjectWriter,
} from "./bucket.ts";
import { checkKey } from "./object-key.ts";
import { nothingOf, objectNotFound, rangeBeyondObject } from "./storage-error.ts";

/** Between making a folder and a file in it, others may empty and remove it; not so often. */
const folderTriesMax = 10;

/** Ends in `~`, so it is no object's. */
const lockName = "lock~";

/** Objects as files of a folder. A file is written under another name, synced, and then renamed or linked into place. */
export class FilesystemBucket implements Bucket {
  private readonly fileSystem: FileSystem;
  private readonly root: string;
  private uploads = 0;

  constructor(fileSystem: FileSystem, root: string) {
    this.fileSystem = fileSystem;
    this.root = root;
  }

  async get(key: string): Promise<Uint8Array> {
    checkKey(key);
    return this.fileSystem.readFile(this.pathOf(key)).catch((error: unknown) => this.rethrow(key, error));
  }

  async getRange(key: string, { offset, length }: ByteRange): Promise<Uint8Array> {
    if (length === 0) return nothingOf(key, offset, await this.attributes(key));
    checkKey(key);
    const path = this.pathOf(key);
    const file = await this.fileSystem.open(path, "read").catch((error: unknown) => this.rethrow(key, error));
    try {
      const bytes = await file.read(offset, length);
      if (bytes.length === length) return bytes;
      throw rangeBeyondObject(key, offset + length, await file.size());
    } catch (error) {
      // A folder opens like a file.
      return this.rethrow(key, error);
    } finally {
      await file.close();
    }
  }

  async attributes(key: string): Promise<ObjectAttributes | undefined> {
    checkKey(key);
    const found = await this.fileSystem.stat(this.pathOf(key));
    if (found === undefined || found.isFolder) return undefined;
    return { bytes: found.bytes, version: found.version, modifiedMs: found.modifiedMs };
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const upload = await this.upload(key);
    try {
      await upload.append(bytes);
      await upload.finish();
    } finally {
      await upload.abort();
    }
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    if ((await this.attributes(key)) !== undefined) return false;
    const upload = await this.upload(key);
    try {
      await upload.append(bytes);
      return await upload.finishIfAbsent();
    } finally {
      await upload.abort();
    }
  }

  /** Comparing and swapping are one step under a lock of the whole bucket that the system keeps for one process at a time. */
  async putIfVersion(key: string, bytes: Uint8Array, version: string): Promise<boolean> {
    if ((await this.attributes(key))?.version !== version) return false;
    const upload = await this.upload(key);
    try {
      await upload.append(bytes);
      const release = await this.fileSystem.lock(`${this.root}/${lockName}`);
      try {
        return await upload.finishIfVersion(version);
      } finally {
        await release();
      }
    } finally {
      await upload.abort();
    }
  }

  create(key: string): Promise<ObjectWriter> {
    return this.upload(key);
  }

  async list({ prefix, mode, after = "", limit = listLimitMax }: ListRequest): Promise<ListPage> {
    const wanted = Math.min(limit, listLimitMax);
    const names: string[] = [];
    const slash = prefix.lastIndexOf("/") + 1;
    for await (const name of this.walk(prefix.slice(0, slash), { prefix, mode, after })) {
      if (names.length === wanted) return { names, next: names.at(-1) };
      names.push(name);
    }
    return { names, next: undefined };
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    try {
      await this.fileSystem.remove(this.pathOf(key));
    } catch (error) {
      if (fileErrorCode(error) === "ENOENT") return;
      throw error;
    }
    // An object store has no empty folders; another writer may be about to use it, then it is not empty or is made again.
    const parts = key.split("/");
    for (parts.pop(); parts.length > 0; parts.pop()) {
      const isRemoved = await this.fileSystem.removeFolder(this.pathOf(parts.join("/"))).then(
        () => true,
        (error: unknown) => {
          if (fileErrorCode(error) === "ENOTEMPTY" || fileErrorCode(error) === "ENOENT") return false;
          throw error;
        },
      );
      if (!isRemoved) return;
    }
  }

  /** Names below a folder (a prefix that ends in `/`, or ""), in the order of whole keys. */
  private async *walk(
    folder: string,
    request: Required<Pick<ListRequest, "prefix" | "mode" | "after">>,
  ): AsyncGenerator<string> {
    const { prefix, mode, after } = request;
    const entries: string[] = [];
    for (const name of await this.fileSystem.list(this.pathOf(folder))) {
      if (name.endsWith("~")) continue;
      const found = await this.fileSystem.stat(this.pathOf(folder + name));
      if (found !== undefined) entries.push(found.isFolder ? `${folder}${name}/` : folder + name);
    }
    for (const entry of entries.sort()) {
      const isFolder = entry.endsWith("/");
      if (!entry.startsWith(prefix) && !prefix.startsWith(entry)) continue;
      if (isFolder && (mode === "keys" || prefix.startsWith(entry))) {
        // A whole folder before the page is not opened.
        if (entry > after || after.startsWith(entry)) yield* this.walk(entry, request);
      } else if (entry > after) yield entry;
    }
  }

  /** Opens a file beside the object's under a name that nobody else has, be it another thread or process. */
  private async upload(key: string): Promise<FileUpload> {
    checkKey(key);
    const path = this.pathOf(key);
    for (let tries = 1; ; tries++) {
      const beside = `${path}.${++this.uploads}~`;
      await this.fileSystem.makeFolder(parentOf(path)).catch(rethrowBucketError);
      try {
        const file = await this.fileSystem.open(beside, "create");
        return new FileUpload(this.fileSystem, file, { path, beside });
      } catch (error) {
        // The name is taken, or the folder went meanwhile with its last object.
        const isWorthAnother =
          fileErrorCode(error) === "EEXIST" || (fileErrorCode(error) === "ENOENT" && tries < folderTriesMax);
        if (!isWorthAnother) throw bucketError(error);
      }
    }
  }

  private pathOf(key: string): string {
    return key === "" ? this.root : `${this.root}/${key.replace(/\/$/, "")}`;
  }

  private rethrow(key: string, error: unknown): never {
    if (fileErrorCode(error) === "ENOENT" || fileErrorCode(error) === "EISDIR" || fileErrorCode(error) === "ENOTDIR")
      throw objectNotFound(key);
    throw bucketError(error);
  }
}

/** A file on its way into the bucket. */
class FileUpload implements ObjectWriter {
  private readonly fileSystem: FileSystem;
  private readonly file: Awaited<ReturnType<FileSystem["open"]>>;
  private readonly paths: { readonly path: string; readonly beside: string };
  private state: "open" | "closed" | "gone" = "open";

  constructor(
    fileSystem: FileSystem,
    file: Awaited<ReturnType<FileSystem["open"]>>,
    paths: { path: string; beside: string },
  ) {
    this.fileSystem = fileSystem;
    this.file = file;
    this.paths = paths;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.file.append([bytes]).catch(rethrowBucketError);
  }

  async finish(): Promise<void> {
    await this.close();
    await this.place();
  }

  /** False if an object of that name is there; it stays. */
  async finishIfAbsent(): Promise<boolean> {
    await this.close();
    try {
      await this.fileSystem.link(this.paths.beside, this.paths.path);
    } catch (error) {
      if (fileErrorCode(error) === "EEXIST") return false;
      throw bucketError(error);
    }
    await this.fileSystem.syncFolder(parentOf(this.paths.path));
    return true;
  }

  /**
   * False if the file in its place is not of this version. In a row of swaps the time of change ascends: the disk may use
   * the number of a replaced file at once again, and its clock may stand still between two writes.
   */
  async finishIfVersion(version: string): Promise<boolean> {
    await this.close();
    const current = await this.fileSystem.stat(this.paths.path);
    if (current?.version !== version) return false;
    const added = await this.fileSystem.stat(this.paths.beside);
    if (added !== undefined && added.modifiedMs <= current.modifiedMs) {
      await this.fileSystem.setModified(this.paths.beside, Math.ceil(current.modifiedMs) + 1);
    }
    await this.place();
    return true;
  }

  async abort(): Promise<void> {
    if (this.state === "open") await this.file.close();
    if (this.state !== "gone") await this.fileSystem.removeAll(this.paths.beside);
    this.state = "gone";
  }

  private async place(): Promise<void> {
    await this.fileSystem.rename(this.paths.beside, this.paths.path);
    this.state = "gone";
    await this.fileSystem.syncFolder(parentOf(this.paths.path));
  }

  private async close(): Promise<void> {
    await this.file.sync().catch(rethrowBucketError);
    this.state = "closed";
    await this.file.close();
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function rethrowBucketError(error: unknown): never {
  throw bucketError(error);
}

function bucketError(error: unknown): unknown {
  if (!isOutOfSpace(error)) return error;
  return new BasaltError("disk_full", "the disk of the bucket is full (-storage.filesystem.dir)", {
    retryAfterSeconds: 5,
    cause: error,
  });
}
