/** The `code` of an error of the file system, such as ENOENT; undefined of other errors. */
export function fileErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether the disk, or the user's share of it, is full. */
export function isOutOfSpace(error: unknown): boolean {
  const code = fileErrorCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** An open file. */
export interface OpenFile {
  /** Appends all bytes of the buffers, in order, at the end of the file. */
  append(buffers: readonly Uint8Array[]): Promise<void>;
  /** Reads up to `length` bytes at an offset; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Makes what was appended survive a power cut (fdatasync). */
  sync(): Promise<void>;
  size(): Promise<number>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** What is known of a file or folder without opening it. */
export interface FileStatus {
  readonly bytes: number;
  readonly isFolder: boolean;
  /** Unix time of its last change, ms, with a fraction where the disk has one. */
  readonly modifiedMs: number;
  /** Differs from that of any file that had this name at the same time or, by its time of change, at another. */
  readonly version: string;
}

/** The local disk, injected: the real one, or one in memory that fails on demand. Errors carry Node's `code` (ENOSPC, ENOENT …). */
export interface FileSystem {
  /** `read` and `append` want the file to exist (ENOENT); `create` wants it not to (EEXIST) and opens it for reading and appending. */
  open(path: string, mode: "read" | "append" | "create"): Promise<OpenFile>;
  readFile(path: string): Promise<Uint8Array>;
  /** Writes beside the path, syncs, renames over it and syncs the folder: all or nothing. */
  writeFileAtomic(path: string, bytes: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name; EEXIST if that name is taken. So a whole file appears at once, or not at all. */
  link(existing: string, added: string): Promise<void>;
  /** Removes a file; ENOENT if there is none. */
  remove(path: string): Promise<void>;
  /** Removes a folder that holds nothing; ENOTEMPTY if it holds something, ENOENT if there is none. */
  removeFolder(path: string): Promise<void>;
  /** Removes a file or a folder with all it holds; nothing there is fine. */
  removeAll(path: string): Promise<void>;
  /** Makes a folder and those above it, to survive a power cut; existing ones are fine. */
  makeFolder(path: string): Promise<void>;
  /** Names in a folder, sorted; empty if there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Makes renames and removals in a folder survive a power cut. */
  syncFolder(path: string): Promise<void>;
  stat(path: string): Promise<FileStatus | undefined>;
  /** Says when a file changed last, in place of the moment of its last write. */
  setModified(path: string, unixMs: number): Promise<void>;
  /**
   * Keeps a file, made if need be, to its holder until released: against the other threads and processes of this machine
   * that lock it. It ends with the process, however that ends. Waits while another holds it.
   */
  lock(path: string): Promise<() => Promise<void>>;
  /** Free bytes for this user on the disk that holds the path. */
  freeBytes(path: string): Promise<number>;
}
