import { BasaltError, type BlockId } from "@basalt/model";
import { type RangeReader, sliceOf } from "@basalt/parquet";
import type { FileSystem, OpenFile } from "@basalt/runtime";
import { type BlockMeta, metaFromJson, metaToJson } from "../block/block-meta.ts";
import type { BlockFileName } from "../block/block-schema.ts";
import type { RollingChecksum } from "../block/block-writer.ts";
import { throwIfGone } from "../disk-error.ts";

/** One tenant's window in a segment: a block in small, whose files lie inside the segment's file. */
export interface SegmentPart {
  readonly meta: BlockMeta;
  /** Where each file of the part begins. */
  readonly offsets: Readonly<Record<string, number>>;
  /** Unix ms at which the part's first row arrived: decides when it is cut. */
  readonly firstWriteMs: number;
}

/** What a segment says of itself. */
export interface SegmentDirectory {
  readonly id: BlockId;
  readonly parts: readonly SegmentPart[];
  /** Memory that it takes, about: three times its JSON. */
  readonly byteLength: number;
}

/** "BSEG" */
const segmentMagic = 0x47455342;
const segmentVersion = 1;
const trailerBytes = 16;

/** 64 MiB: a directory of 100,000 parts. */
const directoryBytesMax = 64 * 1024 * 1024;

/** `<ULID>.seg` */
export function segmentPath(folder: string, id: BlockId): string {
  return `${folder}/${id}.seg`;
}

/** Writes one segment: under another name until it is whole and durable. */
export class SegmentWriter {
  readonly #fileSystem: FileSystem;
  readonly #file: OpenFile;
  readonly #path: string;
  readonly #checksum: RollingChecksum;
  readonly #parts: SegmentPart[] = [];
  #length = 0;

  private constructor(fileSystem: FileSystem, file: OpenFile, path: string, checksum: RollingChecksum) {
    this.#fileSystem = fileSystem;
    this.#file = file;
    this.#path = path;
    this.#checksum = checksum;
  }

  static async create(fileSystem: FileSystem, path: string, checksum: RollingChecksum): Promise<SegmentWriter> {
    await fileSystem.removeAll(`${path}.tmp`);
    return new SegmentWriter(fileSystem, await fileSystem.open(`${path}.tmp`, "create"), path, checksum);
  }

  /** Adds a part; the files' bytes come in the pieces that their writers emitted. */
  async appendPart(
    meta: BlockMeta,
    firstWriteMs: number,
    files: ReadonlyMap<BlockFileName, readonly Uint8Array[]>,
  ): Promise<void> {
    const offsets: Record<string, number> = {};
    for (const [name, pieces] of files) {
      offsets[name] = this.#length;
      for (const piece of pieces) this.#length += piece.length;
      await this.#file.append(pieces);
    }
    this.#parts.push({ meta, offsets, firstWriteMs });
  }

  /** Writes the directory, makes the segment durable and gives it its name. */
  async finish(id: BlockId): Promise<SegmentDirectory> {
    const parts = this.#parts.map(({ meta, offsets, firstWriteMs }) => ({
      meta: metaToJson(meta),
      offsets,
      firstWriteMs,
    }));
    const json = new TextEncoder().encode(JSON.stringify({ id, parts }));
    const trailer = new DataView(new ArrayBuffer(trailerBytes));
    trailer.setUint32(0, json.length, true);
    trailer.setUint32(4, this.#checksum(json), true);
    trailer.setUint32(8, segmentVersion, true);
    trailer.setUint32(12, segmentMagic, true);
    await this.#file.append([json, new Uint8Array(trailer.buffer)]);
    await this.#file.sync();
    await this.#file.close();
    await this.#fileSystem.rename(`${this.#path}.tmp`, this.#path);
    await this.#fileSystem.syncFolder(this.#path.slice(0, this.#path.lastIndexOf("/")));
    return { id, parts: this.#parts, byteLength: 3 * json.length };
  }

  /** Gives the segment up. */
  async abort(): Promise<void> {
    await this.#file.close();
    await this.#fileSystem.removeAll(`${this.#path}.tmp`);
  }
}

/** Reads a segment's directory. @throws BasaltError `object_not_found`, `block_corrupt`, `data_folder_version`. */
export async function readSegmentDirectory(
  fileSystem: FileSystem,
  path: string,
  checksum: RollingChecksum,
): Promise<SegmentDirectory> {
  const file = await fileSystem.open(path, "read").catch(throwIfGone(path));
  try {
    const size = await file.size();
    if (size < trailerBytes) corrupt(path, `of ${size} bytes`);
    const bytes = await file.read(size - trailerBytes, trailerBytes);
    const trailer = new DataView(bytes.buffer, bytes.byteOffset, trailerBytes);
    if (trailer.getUint32(12, true) !== segmentMagic) corrupt(path, "without its magic");
    const version = trailer.getUint32(8, true);
    if (version > segmentVersion) {
      throw new BasaltError(
        "data_folder_version",
        `segment ${path} has version ${version}; this program reads ${segmentVersion}`,
      );
    }
    const length = trailer.getUint32(0, true);
    if (length > directoryBytesMax || length > size - trailerBytes)
      corrupt(path, `with a directory of ${length} bytes`);
    const json = await file.read(size - trailerBytes - length, length);
    if (checksum(json) !== trailer.getUint32(4, true)) corrupt(path, "with a damaged directory");
    const directory = JSON.parse(new TextDecoder().decode(json), reviveMeta) as Omit<SegmentDirectory, "byteLength">;
    return { ...directory, byteLength: 3 * length };
  } finally {
    await file.close();
  }
}

/** The checksum has vouched for the JSON, so only metas need more than parsing. */
function reviveMeta(key: string, value: unknown): unknown {
  return key === "meta" ? metaFromJson(value) : value;
}

/** The bytes of a part's file. */
export function segmentFileReader(
  fileSystem: FileSystem,
  path: string,
  part: SegmentPart,
  name: BlockFileName,
): RangeReader {
  const found = part.meta.files.find((file) => file.name === name);
  const offset = part.offsets[name];
  if (found === undefined || offset === undefined) corrupt(path, `without ${name}`);
  return sliceOf(fileRanges(fileSystem, path), offset, found.bytes);
}

/**
 * A file read by range, opened for each read: nothing is held open, so that it can be removed at any time.
 * Reads throw BasaltError `object_not_found` from then on.
 */
export function fileRanges(fileSystem: FileSystem, path: string): RangeReader {
  return {
    size: async () => {
      const found = await fileSystem.stat(path);
      if (found === undefined) throw new BasaltError("object_not_found", `${path} is gone`);
      return found.bytes;
    },
    read: async (offset, length) => {
      const file = await fileSystem.open(path, "read").catch(throwIfGone(path));
      try {
        return await file.read(offset, length);
      } finally {
        await file.close();
      }
    },
  };
}

function corrupt(path: string, what: string): never {
  throw new BasaltError("block_corrupt", `segment ${path} ${what}`);
}
