import type { CacheCounts, FileSystem } from "@basalt/runtime";
import { crc32 } from "@basalt/runtime/thread";
import type { ByteRange } from "../bucket.ts";
import type { Segment } from "./segment-cache.ts";

/** Where a second, slower tier of a cache lies. */
export interface DiskTierOptions {
  readonly fileSystem: FileSystem;
  /** A folder of its own: what is in it goes at the start. */
  readonly folder: string;
  readonly bytesMax: number;
}

/** What is known of a segment on disk. */
interface DiskSegment {
  readonly key: string;
  readonly range: ByteRange;
  readonly file: string;
  readonly checksum: number;
}

/** 16 MiB: what waits to be written; beyond it segments are forgotten instead. */
const waitingBytesMax = 16 * 2 ** 20;

/**
 * Segments on the local disk, bounded by bytes. What is where is known in memory only, so a start begins with an empty
 * folder, and nothing needs to be durable. A file that is damaged, or cannot be written or read, is a segment forgotten.
 */
export class DiskTier {
  private readonly options: DiskTierOptions;
  /** In the order of their last use, by file. */
  private readonly segments = new Map<string, DiskSegment>();
  private readonly byKey = new Map<string, Set<DiskSegment>>();
  private readonly counters = { bytes: 0, hits: 0, misses: 0, evictions: 0 };
  private started: Promise<void> | undefined;
  private fileCount = 0;
  private waitingBytes = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(options: DiskTierOptions) {
    this.options = options;
  }

  counts(): CacheCounts {
    return { name: "bucket-disk", ...this.counters };
  }

  /** A copy of the range, if one segment holds all of it. */
  async find(key: string, { offset, length }: ByteRange): Promise<Uint8Array | undefined> {
    for (const segment of this.byKey.get(key) ?? []) {
      const { range, file } = segment;
      if (offset < range.offset || offset + length > range.offset + range.length) continue;
      const bytes = await this.read(segment);
      if (bytes === undefined) continue;
      this.counters.hits++;
      if (this.segments.delete(file)) this.segments.set(file, segment);
      return bytes.slice(offset - range.offset, offset - range.offset + length);
    }
    this.counters.misses++;
    return undefined;
  }

  /** Writes a segment in the background; `settled` says when. */
  add(segment: Segment): void {
    const { length } = segment.bytes;
    if (length > this.options.bytesMax || this.waitingBytes + length > waitingBytesMax) return;
    this.waitingBytes += length;
    this.writing = this.writing
      .then(() => this.write(segment))
      .catch(() => undefined)
      .finally(() => {
        this.waitingBytes -= length;
      });
  }

  /** Forgets an object. */
  drop(key: string): void {
    const known = this.byKey.get(key) ?? [];
    this.byKey.delete(key);
    const removeAll = async (): Promise<void> => {
      // What waited to be written has been by now.
      for (const segment of [...known, ...(this.byKey.get(key) ?? [])]) await this.remove(segment);
    };
    this.writing = this.writing.then(removeAll).catch(() => undefined);
  }

  /** Resolves when nothing waits to be written or removed. */
  async settled(): Promise<void> {
    for (let seen: Promise<void> | undefined; seen !== this.writing; ) {
      seen = this.writing;
      await seen;
    }
  }

  private async write({ key, offset, bytes }: Segment): Promise<void> {
    const { fileSystem, folder, bytesMax } = this.options;
    this.started ??= this.begin();
    await this.started;
    for (const oldest of this.segments.values()) {
      if (this.counters.bytes + bytes.length <= bytesMax) break;
      this.counters.evictions++;
      await this.remove(oldest);
    }
    const file = `${folder}/${++this.fileCount}`;
    const open = await fileSystem.open(file, "create");
    try {
      await open.append([bytes]);
    } catch (error) {
      await fileSystem.remove(file);
      throw error;
    } finally {
      await open.close();
    }
    const segment = { key, range: { offset, length: bytes.length }, file, checksum: crc32(bytes) };
    this.segments.set(file, segment);
    const siblings = this.byKey.get(key) ?? new Set();
    this.byKey.set(key, siblings.add(segment));
    this.counters.bytes += bytes.length;
  }

  private async begin(): Promise<void> {
    const { fileSystem, folder } = this.options;
    await fileSystem.removeAll(folder);
    await fileSystem.makeFolder(folder);
  }

  private async read(segment: DiskSegment): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.options.fileSystem.readFile(segment.file);
      if (bytes.length === segment.range.length && crc32(bytes) === segment.checksum) return bytes;
    } catch {
      // A cache that cannot be read holds nothing.
    }
    this.forget(segment);
    return undefined;
  }

  private forget(segment: DiskSegment): void {
    this.writing = this.writing.then(() => this.remove(segment)).catch(() => undefined);
  }

  private async remove(segment: DiskSegment): Promise<void> {
    if (!this.segments.delete(segment.file)) return;
    const siblings = this.byKey.get(segment.key);
    siblings?.delete(segment);
    if (siblings?.size === 0) this.byKey.delete(segment.key);
    this.counters.bytes -= segment.range.length;
    await this.options.fileSystem.remove(segment.file);
  }
}
