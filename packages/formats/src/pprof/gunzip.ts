import { BasaltError } from "@basalt/model";
import { crc32 } from "./crc32.ts";

/**
 * Inflates gzip, also of several members in a row. `sizeHint` is a good size of a first buffer, in bytes.
 *
 * @throws RangeError when the output passes `outputBytesMax`, and any other error when the input is not gzip: what
 * `gunzipSync(bytes, { maxOutputLength: outputBytesMax, chunkSize: sizeHint })` of `node:zlib` does.
 */
export type Inflate = (bytes: Uint8Array, outputBytesMax: number, sizeHint: number) => Uint8Array;

/** Flag of the limit on a profile's size after decompression. */
const sizeFlag = "-validation.max-profile-size-bytes";

/** Deflate's best is 258 bytes for 2 bits: a trailer that promises more than this lies. */
const inflatedPerByteMax = 1032;

/** Header of 10 bytes, an empty block of 2, trailer of 8. */
const gzipBytesMin = 20;

/**
 * The bytes of a profile as pushed, inflated if they are gzip. `bytesMax` bounds the result; 0 = no bound.
 *
 * @throws BasaltError `profile_too_large`, `profile_malformed` (not gzip after all, cut off, or followed by other bytes).
 */
export function decompress(bytes: Uint8Array, bytesMax: number, inflate: Inflate): Uint8Array {
  const limit = bytesMax > 0 ? bytesMax : Number.MAX_SAFE_INTEGER;
  if (!isGzip(bytes)) {
    if (bytes.length > limit) throw tooLarge(bytesMax);
    return bytes;
  }
  if (bytes.length < gzipBytesMin) throw new BasaltError("profile_malformed", "gzip: cut off");
  const promised = trailerWord(bytes, 4);
  // 64 bytes more, so that the last of the output is seen to be the last without a second buffer.
  const sizeHint = Math.min(promised, limit, bytes.length * inflatedPerByteMax) + 64;
  const inflated = inflateChecked(bytes, limit, () => inflate(bytes, limit, sizeHint));
  if (inflated.length > limit) throw tooLarge(bytesMax);
  if (inflated.length !== promised) checkLastMember(bytes, inflated, promised);
  return inflated;
}

/** Whether bytes begin as gzip does. pprof never does: 0x1f would be a field of wire type 7. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function inflateChecked(bytes: Uint8Array, limit: number, run: () => Uint8Array): Uint8Array {
  try {
    return run();
  } catch (error) {
    if (error instanceof BasaltError) throw error;
    if (error instanceof RangeError) throw tooLarge(limit);
    const reason = error instanceof Error ? error.message : String(error);
    throw new BasaltError("profile_malformed", `gzip: ${reason} in ${bytes.length} bytes`, { cause: error });
  }
}

/**
 * With several members the trailer tells of the last one alone, whose output is the end of the whole. Bytes after the last
 * member, which decompressors pass over, are no trailer: their checksum is wrong.
 */
function checkLastMember(bytes: Uint8Array, inflated: Uint8Array, promised: number): void {
  const isTrailer =
    promised < inflated.length && crc32(inflated.subarray(inflated.length - promised)) === trailerWord(bytes, 8);
  if (!isTrailer) throw new BasaltError("profile_malformed", "gzip: followed by bytes that are not gzip");
}

/** The little-endian word that begins `fromEnd` bytes before the end. */
function trailerWord(bytes: Uint8Array, fromEnd: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.byteLength - fromEnd, true);
}

function tooLarge(bytesMax: number): BasaltError {
  return new BasaltError(
    "profile_too_large",
    `profile is larger than ${bytesMax} bytes decompressed (${sizeFlag}=${bytesMax})`,
    { details: { bytesMax, flag: sizeFlag } },
  );
}
