import { promisify } from "node:util";
import { gunzip, gunzipSync, gzip } from "node:zlib";
import { BasaltError } from "@basalt/model";
import { tooLargeError } from "./body-reader.ts";

const gunzipAsync = promisify(gunzip);
const gzipAsync = promisify(gzip);

/** Up to this, handing the work to a thread costs more than it saves. 32 KiB inflate in about 0.1 ms. */
const syncInputBytesMax = 32 << 10;
/** A small input may still be a bomb: the main thread writes at most 1 MiB (1 to 2 ms), the rest is a thread's. */
const syncOutputBytesMax = 1 << 20;
/** Buffers of this size are not cut from Node's shared pool, so that the result can be moved to another thread. */
const outputBytesMin = 8 << 10;
/** Deflate expands no further. */
const deflateRatioMax = 1032;
/** The fastest level: an answer is read once. */
const gzipLevel = 1;

/**
 * Decompresses a request.
 *
 * @param bytesMax of the output.
 * @throws BasaltError `request_too_large`, `request_malformed`.
 */
export async function gunzipBounded(input: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  if (input.length <= syncInputBytesMax) {
    try {
      return gunzipSync(input, {
        maxOutputLength: Math.min(bytesMax, syncOutputBytesMax),
        chunkSize: Math.min(Math.max(sizeHint(input), outputBytesMin), syncOutputBytesMax),
      });
    } catch (error) {
      if (!isTooLong(error)) throw malformed(error);
      if (bytesMax <= syncOutputBytesMax) throw tooLargeError(bytesMax);
    }
  }
  try {
    return await gunzipAsync(input, { maxOutputLength: bytesMax });
  } catch (error) {
    throw isTooLong(error) ? tooLargeError(bytesMax) : malformed(error);
  }
}

/**
 * The size that the last four bytes of a gzip stream claim (RFC 1952), as far as deflate can have expanded the input,
 * and one more, so that one buffer takes all: half the time of growing by 16 KiB. Only a hint.
 */
function sizeHint(input: Uint8Array): number {
  if (input.length < 4) return 0;
  const claimed = new DataView(input.buffer, input.byteOffset + input.length - 4, 4).getUint32(0, true);
  return Math.min(claimed, input.length * deflateRatioMax) + 1;
}

/** Compresses an answer, off the main thread. */
export function gzipAnswer(input: Uint8Array): Promise<Uint8Array> {
  return gzipAsync(input, { level: gzipLevel });
}

function isTooLong(error: unknown): boolean {
  return error instanceof RangeError && (error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
}

function malformed(error: unknown): BasaltError {
  const reason = error instanceof Error ? error.message : String(error);
  return new BasaltError("request_malformed", `body is not gzip: ${reason}`);
}
