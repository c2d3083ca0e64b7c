import { BasaltError, type Checksum } from "@basalt/model";
import type { FileSystem, OpenFile } from "@basalt/runtime";
import type { WalFile } from "./wal.ts";
import {
  fileHeaderBytes,
  parseRecordHeader,
  recordBytes,
  recordHeaderBytes,
  walFileMagic,
  walFileName,
  walRecordMagic,
  walSequence,
  walVersion,
} from "./wal-record.ts";

export interface ReplayOptions {
  readonly fileSystem: FileSystem;
  readonly checksum: Checksum;
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
 * elsewhere is damage: it is reported, and reading goes on at the next whole record.
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
    let offset = (await reader.hasHeader()) ? fileHeaderBytes : 0;
    while (offset < reader.size) {
      const payload = await reader.recordAt(offset);
      if (payload !== undefined) {
        await options.onRecord(payload);
        offset += recordBytes(payload.length);
        onRead(offset);
        continue;
      }
      const next = await reader.findRecord(offset);
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

/** Reads records of one file through a chunk that moves forward. */
class LogReader {
  readonly size: number;
  private readonly file: OpenFile;
  private readonly checksum: Checksum;
  private chunk: Uint8Array = new Uint8Array();
  private chunkStart = 0;

  constructor(file: OpenFile, size: number, checksum: Checksum) {
    this.file = file;
    this.size = size;
    this.checksum = checksum;
  }

  async hasHeader(): Promise<boolean> {
    const bytes = await this.read(0, fileHeaderBytes);
    if (bytes.length < fileHeaderBytes) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (view.getUint32(0, true) !== walFileMagic) return false;
    const version = view.getUint32(4, true);
    if (version > walVersion) {
      throw new BasaltError(
        "data_folder_version",
        `write-ahead log of version ${version}; this program reads ${walVersion}`,
      );
    }
    return true;
  }

  /** The payload of the record at an offset; undefined if there is no whole, undamaged one. */
  async recordAt(offset: number): Promise<Uint8Array | undefined> {
    const header = parseRecordHeader(await this.read(offset, recordHeaderBytes));
    if (header === undefined || offset + recordHeaderBytes + header.length > this.size) return undefined;
    const payload = await this.read(offset + recordHeaderBytes, header.length);
    return payload.length === header.length && this.checksum(payload) === header.checksum ? payload : undefined;
  }

  /** The offset of the next whole record behind a bad one; undefined if none follows. */
  async findRecord(badOffset: number): Promise<number | undefined> {
    for (let offset = badOffset + 8; offset + recordHeaderBytes <= this.size; offset += 8) {
      const bytes = await this.read(offset, 4);
      const magic = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
      if (magic === walRecordMagic && (await this.recordAt(offset)) !== undefined) return offset;
    }
    return undefined;
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
