import type { FileSystem, OpenFile } from "@basalt/runtime";
import type { RollingChecksum } from "../block/block-writer.ts";
import type { WalFile } from "./wal.ts";
import {
  fileHeaderBytes,
  parseFileHeader,
  parseRecordHeader,
  recordBytes,
  recordHeaderBytes,
  type WalSalt,
  walFileName,
  walSequence,
} from "./wal-record.ts";

export interface ReplayOptions {
  readonly fileSystem: FileSystem;
  readonly checksum: RollingChecksum;
  readonly folder: string;
  /** Takes a record; the next is read when it is done, so that memory stays bounded. */
  readonly onRecord: (payload: Uint8Array) => void | Promise<void>;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly records: number;
}

/** What a replay found. */
export interface ReplayResult {
  /** Files that still hold records, oldest first. */
  readonly files: readonly WalFile[];
  readonly nextSequence: number;
  readonly records: number;
  /** Bytes of an unfinished write, cut off the end of the last file: they were never acknowledged. */
  readonly tornBytes: number;
  /** Places where records were lost to damage. Each is a file that is put aside once the rest of it is safe elsewhere. */
  readonly damages: readonly { readonly path: string; readonly offset: number }[];
}

/** 4 MiB: hundreds of records a read, and all the memory that a replay takes besides one record. */
const chunkBytes = 4 * 1024 * 1024;

/**
 * Reads every record of a log, oldest first. A torn end of the last file is cut off. A record that fails its checksum
 * elsewhere is damage: it is reported, and reading goes on at the next record. What lies inside a record is what somebody
 * pushed: the salt of the file tells it from records, and where there is none, in version 1, nothing is looked for in a
 * bad record that reaches to the end.
 */
export async function replayWal(options: ReplayOptions): Promise<ReplayResult> {
  const { fileSystem, folder } = options;
  const sequences = (await fileSystem.list(folder)).map(walSequence).filter((sequence) => sequence !== undefined);
  const sizes = await Promise.all(sequences.map((sequence) => fileSystem.stat(`${folder}/${walFileName(sequence)}`)));
  const bytesTotal = sizes.reduce((sum, size) => sum + (size?.bytes ?? 0), 0);
  const files: WalFile[] = [];
  const damages: { path: string; offset: number }[] = [];
  let records = 0;
  let tornBytes = 0;
  let bytesDone = 0;
  for (const [index, sequence] of sequences.entries()) {
    const path = `${folder}/${walFileName(sequence)}`;
    const isLast = index === sequences.length - 1;
    const found = await replayFile(options, path, isLast, (offset) => {
      records++;
      options.onProgress?.({ bytesDone: bytesDone + offset, bytesTotal, records });
    });
    bytesDone += sizes[index]?.bytes ?? 0;
    tornBytes += found.tornBytes;
    damages.push(...found.damageOffsets.map((offset) => ({ path, offset })));
    files.push({ sequence, isDamaged: found.damageOffsets.length > 0 });
  }
  options.onProgress?.({ bytesDone: bytesTotal, bytesTotal, records });
  return { files, nextSequence: (sequences.at(-1) ?? 0) + 1, records, tornBytes, damages };
}

interface FileOutcome {
  readonly tornBytes: number;
  readonly damageOffsets: readonly number[];
}

async function replayFile(
  options: ReplayOptions,
  path: string,
  isLast: boolean,
  onRead: (offset: number) => void,
): Promise<FileOutcome> {
  const file = await options.fileSystem.open(path, isLast ? "append" : "read");
  try {
    const reader = new LogReader(file, await file.size(), options.checksum);
    const damageOffsets: number[] = [];
    const headerLength = await reader.readHeader();
    // Without its salt no record of the file can be told from what was pushed.
    if (headerLength === undefined && reader.size > fileHeaderBytes) return { tornBytes: 0, damageOffsets: [0] };
    let offset = headerLength ?? 0;
    while (offset < reader.size) {
      const found = await reader.at(offset);
      if (found.kind === "record") {
        await options.onRecord(found.payload);
        offset += recordBytes(found.payload.length);
        onRead(offset);
        continue;
      }
      const next = await reader.recordBehind(offset, found);
      if (next === undefined && isLast) {
        await file.truncate(offset);
        await file.sync();
        return { tornBytes: reader.size - offset, damageOffsets };
      }
      damageOffsets.push(offset);
      offset = next ?? reader.size;
    }
    return { tornBytes: 0, damageOffsets };
  } finally {
    await file.close();
  }
}

/** What lies at a place of a file. */
type Found =
  | { readonly kind: "record"; readonly payload: Uint8Array }
  /** A header whose payload fails its checksum. */
  | { readonly kind: "damaged"; readonly end: number }
  /** A header whose record reaches beyond the end of the file. */
  | { readonly kind: "unfinished" }
  | { readonly kind: "nothing" };

/** Reads records of one file through a chunk that moves forward. */
class LogReader {
  readonly size: number;
  private readonly file: OpenFile;
  private readonly checksum: RollingChecksum;
  private salt: WalSalt = { seed: 0, tag: 0 };
  private chunk: Uint8Array = new Uint8Array();
  private chunkStart = 0;

  constructor(file: OpenFile, size: number, checksum: RollingChecksum) {
    this.file = file;
    this.size = size;
    this.checksum = checksum;
  }

  /** Reads the file's header and gives its length; undefined if there is none. */
  async readHeader(): Promise<number | undefined> {
    const header = parseFileHeader(await this.read(0, fileHeaderBytes));
    if (header !== undefined) this.salt = header.salt;
    return header?.length;
  }

  async at(offset: number): Promise<Found> {
    const header = parseRecordHeader(await this.read(offset, recordHeaderBytes), this.salt);
    if (header === undefined) return { kind: "nothing" };
    if (offset + recordHeaderBytes + header.length > this.size) return { kind: "unfinished" };
    const payload = await this.read(offset + recordHeaderBytes, header.length);
    const isWhole = this.checksum(payload, this.salt.seed) === header.checksum;
    return isWhole ? { kind: "record", payload } : { kind: "damaged", end: offset + recordBytes(header.length) };
  }

  /** The offset of the next record behind a bad place: where the header there says, or else the first that is found. */
  async recordBehind(badOffset: number, bad: Found): Promise<number | undefined> {
    if (bad.kind === "damaged" && (await this.at(bad.end)).kind !== "nothing") return bad.end;
    const isLastRecord = bad.kind === "unfinished" || (bad.kind === "damaged" && bad.end >= this.size);
    if (isLastRecord && !this.isSalted) return undefined;
    for (let offset = badOffset + 8; offset + recordHeaderBytes <= this.size; offset += 8) {
      if ((await this.at(offset)).kind === "record") return offset;
    }
    return undefined;
  }

  /** Whether no payload can hold what looks like a record of this file. */
  private get isSalted(): boolean {
    return this.salt.tag !== 0;
  }

  /** Up to `length` bytes; fewer only at the end of the file. A view, valid until the chunk moves. */
  private async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    const chunkEnd = this.chunkStart + this.chunk.length;
    if (offset < this.chunkStart || end > chunkEnd) {
      this.chunk = await this.file.read(offset, Math.max(length, Math.min(chunkBytes, this.size - offset)));
      this.chunkStart = offset;
    }
    return this.chunk.subarray(offset - this.chunkStart, end - this.chunkStart);
  }
}
