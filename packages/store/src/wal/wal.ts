import { BasaltError } from "@basalt/model";
import type { Clock, FileSystem, OpenFile, Random } from "@basalt/runtime";
import type { RollingChecksum } from "../block/block-writer.ts";
import { isOutOfSpace } from "../disk-error.ts";
import {
  encodeFileHeader,
  encodeRecords,
  fileHeaderBytes,
  recordBytes,
  type WalSalt,
  walFileName,
  walSalt,
} from "./wal-record.ts";

/** When an append counts as done: after fdatasync, or after the write with a sync every so often (a power cut loses that much). */
export type WalSync = { readonly mode: "always" } | { readonly mode: "interval"; readonly intervalMs: number };

export interface WalOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** Salts each file: it must not be one that others can foretell. */
  readonly random: Random;
  readonly checksum: RollingChecksum;
  /** The log's folder; it exists. */
  readonly folder: string;
  readonly sync: WalSync;
  /** Sequence of the first file that is written: above every file in the folder. */
  readonly firstSequence: number;
  /** Files that were there before, oldest first; see `replayWal`. */
  readonly existing: readonly WalFile[];
  /** A file is closed when it has grown beyond this; default 64 MiB: a restart reads it in a tenth of a second. */
  readonly fileBytesMax?: number;
  /** Bytes that may wait for their write; default 32 MiB. Beyond it pushes are refused with `queue_full`. */
  readonly queueBytesMax?: number;
  /** Called once when the log can no longer promise anything: the process must end, and the replay decides. */
  readonly onFatal: (error: BasaltError) => void;
}

/** One file of the log. */
export interface WalFile {
  readonly sequence: number;
  /** Whether a record in its middle failed its checksum: such a file is put aside for people, not deleted. */
  readonly isDamaged: boolean;
}

/** Counters of a log, since it was opened. */
export interface WalStatistics {
  records: number;
  bytes: number;
  syncs: number;
  /** Records that were refused because the disk was full. */
  refused: number;
}

/** One group has at most so many records: their buffers are one writev call of less than 1,024. */
const groupRecordsMax = 256;

/** Damaged files kept for people; beyond it the oldest goes. */
const quarantineFilesMax = 8;

/** The file that is written to. */
interface CurrentFile {
  readonly file: OpenFile;
  readonly salt: WalSalt;
  length: number;
  isDirty: boolean;
}

interface Entry {
  /** Undefined: a mark, from which on records go to a new file. */
  readonly payload: Uint8Array | undefined;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: BasaltError) => void;
}

/**
 * Append-only log with group commit: while one group is synced the next one gathers, so that a sync is shared by all that
 * wait. An append that does not fit the disk is refused and leaves no trace; an error of a sync is the end.
 */
export class Wal {
  readonly statistics: WalStatistics = { records: 0, bytes: 0, syncs: 0, refused: 0 };
  private readonly options: WalOptions;
  private readonly files: WalFile[];
  private queue: Entry[] = [];
  private queuedBytes = 0;
  private writing: Promise<void> | undefined;
  private current: CurrentFile | undefined;
  private nextSequence: number;
  private fatal: BasaltError | undefined;
  private isClosed = false;
  /** The sync under way, if any: a file is not closed under it. */
  private syncing: Promise<void> | undefined;
  private isSyncPlanned = false;

  constructor(options: WalOptions) {
    this.options = options;
    this.files = [...options.existing];
    this.nextSequence = options.firstSequence;
  }

  /**
   * Adds a record. The bytes must not change until the promise settles.
   *
   * @throws BasaltError `disk_full` (nothing of it stays), `queue_full`, `shutting_down`.
   */
  append(payload: Uint8Array): Promise<void> {
    const queueBytesMax = this.options.queueBytesMax ?? 32 * 1024 * 1024;
    if (this.queuedBytes > queueBytesMax) {
      const message = `${this.queuedBytes} bytes wait for the write-ahead log, over ${queueBytesMax}`;
      return Promise.reject(new BasaltError("queue_full", message, { retryAfterSeconds: 1 }));
    }
    this.queuedBytes += recordBytes(payload.length);
    return this.enqueue(payload).then(() => undefined);
  }

  /**
   * Ends the current file: records appended after this call go to a later one. Resolves, when all records before it are
   * durable or refused, to the sequence that {@link drop} takes to remove them.
   */
  rotate(): Promise<number> {
    return this.enqueue(undefined);
  }

  /** Removes the files below a sequence: what they hold is durable elsewhere. */
  async drop(beforeSequence: number): Promise<void> {
    const { fileSystem, folder } = this.options;
    const dropped = this.files.filter((file) => file.sequence < beforeSequence);
    for (const { sequence, isDamaged } of dropped) {
      const path = `${folder}/${walFileName(sequence)}`;
      if (isDamaged) await this.quarantine(path, walFileName(sequence));
      else await fileSystem.removeAll(path);
      this.files.splice(0, 1);
    }
    if (dropped.length > 0) await fileSystem.syncFolder(folder);
  }

  /** Waits for what was appended, syncs and closes. Later appends are refused. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.writing;
    if (this.fatal === undefined) await this.syncNow();
    await this.current?.file.close();
    this.current = undefined;
  }

  private enqueue(payload: Uint8Array | undefined): Promise<number> {
    if (this.fatal !== undefined) return Promise.reject(this.fatal);
    if (this.isClosed) return Promise.reject(new BasaltError("shutting_down", "the write-ahead log is closed"));
    return new Promise((resolve, reject) => {
      this.queue.push({ payload, resolve, reject });
      this.writing ??= this.writeQueue();
    });
  }

  private async writeQueue(): Promise<void> {
    // One turn later, so that appends of the same turn share the group.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const group = this.takeGroup();
      try {
        if (group[0]?.payload === undefined) await this.finishFile();
        else await this.writeGroup(group.flatMap(({ payload }) => (payload === undefined ? [] : [payload])));
        for (const entry of group) entry.resolve(this.nextSequence);
      } catch (error) {
        this.refuse(group, error);
      }
    }
    // In the turn that found the queue empty: who comes next starts a writer of its own.
    this.writing = undefined;
  }

  private takeGroup(): Entry[] {
    const mark = this.queue.findIndex(({ payload }) => payload === undefined);
    const end = mark === 0 ? 1 : Math.min(mark < 0 ? this.queue.length : mark, groupRecordsMax);
    const group = this.queue.splice(0, end);
    for (const { payload } of group) if (payload !== undefined) this.queuedBytes -= recordBytes(payload.length);
    return group;
  }

  private async writeGroup(payloads: readonly Uint8Array[]): Promise<void> {
    const { checksum, sync } = this.options;
    const current = (this.current ??= await this.startFile());
    const buffers = encodeRecords(payloads, checksum, current.salt);
    let length = 0;
    for (const payload of payloads) length += recordBytes(payload.length);
    try {
      await current.file.append(buffers);
    } catch (error) {
      // A part may have been written: the log must end with a whole record again. If it cannot, that is fatal.
      if (isOutOfSpace(error)) await current.file.truncate(current.length).catch(fail);
      throw error;
    }
    current.isDirty = true;
    current.length += length;
    if (sync.mode === "always") await this.syncNow();
    else this.syncLater(sync.intervalMs);
    this.statistics.records += payloads.length;
    this.statistics.bytes += length;
    if (current.length > (this.options.fileBytesMax ?? 64 * 1024 * 1024)) await this.finishFile();
  }

  private async startFile(): Promise<CurrentFile> {
    const { fileSystem, folder, random } = this.options;
    const sequence = this.nextSequence;
    const path = `${folder}/${walFileName(sequence)}`;
    const salt = walSalt(random.bytes(8));
    await fileSystem.removeAll(path);
    const file = await fileSystem.open(path, "create");
    try {
      await file.append([encodeFileHeader(sequence, salt)]);
      // Before any record: a header that is not whole in a file of records is damage, and no unfinished write.
      await file.sync().catch(fail);
      await fileSystem.syncFolder(folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.nextSequence = sequence + 1;
    this.files.push({ sequence, isDamaged: false });
    return { file, salt, length: fileHeaderBytes, isDirty: false };
  }

  private async finishFile(): Promise<void> {
    await this.syncNow();
    const finished = this.current;
    this.current = undefined;
    await finished?.file.close();
  }

  /** Resolves when what was written before is synced, by whomever. */
  private async syncNow(): Promise<void> {
    // In a loop: of those that wait for one sync, the first to go on begins the next, with what the others wait for.
    while (this.syncing !== undefined) await this.syncing;
    const { current } = this;
    if (current === undefined || !current.isDirty) return;
    current.isDirty = false;
    this.syncing = this.sync(current.file);
    await this.syncing;
  }

  /** A sync that failed stays the one under way: all that wait for it fail, whenever they come. */
  private async sync(file: OpenFile): Promise<void> {
    await file.sync().catch(fail);
    this.statistics.syncs++;
    this.syncing = undefined;
  }

  private syncLater(intervalMs: number): void {
    if (this.isSyncPlanned) return;
    this.isSyncPlanned = true;
    this.options.clock.after(intervalMs, () => {
      this.isSyncPlanned = false;
      this.syncNow().catch((error: unknown) => this.end(error));
    });
  }

  /** Fails a group: a full disk refuses its records and goes on; anything else ends the log. */
  private refuse(group: readonly Entry[], error: unknown): void {
    if (isOutOfSpace(error)) {
      const message = "the disk of the write-ahead log is full (-data.path)";
      const refusal = new BasaltError("disk_full", message, { retryAfterSeconds: 5, cause: error });
      this.statistics.refused += group.length;
      for (const entry of group) entry.reject(refusal);
    } else {
      const fatal = this.end(error);
      for (const entry of [...group, ...this.queue.splice(0)]) entry.reject(fatal);
    }
  }

  private end(error: unknown): BasaltError {
    if (this.fatal !== undefined) return this.fatal;
    this.fatal = new BasaltError("shutting_down", "the write-ahead log failed, the process must restart", {
      cause: error,
    });
    this.options.onFatal(this.fatal);
    return this.fatal;
  }

  private async quarantine(path: string, name: string): Promise<void> {
    const { fileSystem, folder } = this.options;
    const aside = `${folder}/quarantine`;
    await fileSystem.makeFolder(aside);
    await fileSystem.rename(path, `${aside}/${name}`);
    const kept = await fileSystem.list(aside);
    for (const old of kept.slice(0, Math.max(0, kept.length - quarantineFilesMax)))
      await fileSystem.remove(`${aside}/${old}`);
    await fileSystem.syncFolder(aside);
  }
}

/** Wraps an error of a sync or of the repair after a full disk, so that not even ENOSPC in it is taken for a refusal. */
function fail(error: unknown): never {
  throw new BasaltError("internal", "the write-ahead log cannot be made durable", { cause: error });
}
