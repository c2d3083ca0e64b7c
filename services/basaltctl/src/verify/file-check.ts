import { type Bucket, blockKey } from "@basalt/bucket";
import { BasaltError } from "@basalt/model";
import { type RangeReader, rangesOf } from "@basalt/parquet";
import { crc32 } from "@basalt/runtime";
import type { BlockFile, BlockMeta } from "@basalt/store";
import { fileRanges } from "../blocks/block-files.ts";
import type { Findings } from "./findings.ts";

/** 8 MiB: a file is read in pieces. */
const pieceBytes = 8 * 2 ** 20;
/** 64 MiB: a smaller file stays in memory for the checks that follow, a larger one is read again by ranges. */
const keptBytesMax = 64 * 2 ** 20;

/** What a check of a block needs besides the block. */
export interface CheckContext {
  readonly bucket: Bucket;
  readonly meta: BlockMeta;
  readonly findings: Findings;
  readonly signal: AbortSignal;
  /** Called with bytes that were checked. */
  readonly onBytes: (bytes: number) => void;
}

/** Checks size and checksum of a file; gives its bytes for further checks, or undefined if it cannot be read whole. */
export async function checkFile(context: CheckContext, file: BlockFile): Promise<RangeReader | undefined> {
  const { bucket, meta, findings, signal, onBytes } = context;
  const key = blockKey(meta.tenant, meta.id, file.name);
  const found = await bucket.attributes(key, signal);
  if (found === undefined) {
    findings.add("missing", file.name, `the file is not there; meta.json names it with ${file.bytes} bytes`);
    return undefined;
  }
  if (found.bytes !== file.bytes) {
    findings.add("size", file.name, `the file has ${found.bytes} bytes, meta.json says ${file.bytes}`);
  }
  const kept = found.bytes <= keptBytesMax ? new Uint8Array(found.bytes) : undefined;
  let sum = 0;
  for (let offset = 0; offset < found.bytes; offset += pieceBytes) {
    signal.throwIfAborted();
    const length = Math.min(pieceBytes, found.bytes - offset);
    const piece = await bucket.getRange(key, { offset, length }, signal);
    sum = crc32(piece, sum);
    kept?.set(piece, offset);
    onBytes(length);
  }
  if (sum >>> 0 !== file.crc32 >>> 0) {
    findings.add("checksum", file.name, `the file's CRC-32 is ${sum >>> 0}, meta.json says ${file.crc32}`);
  }
  return kept === undefined ? fileRanges(bucket, key, found.bytes) : rangesOf(kept);
}

/** Turns what is thrown at damaged bytes into its text; other errors go on. */
export function damageText(error: unknown): string {
  const isDamage =
    error instanceof BasaltError && (error.code === "block_corrupt" || error.code === "range_beyond_object");
  if (!isDamage) throw error;
  return error.message;
}
