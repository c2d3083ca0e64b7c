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
      return gunzipSync(input, { maxOutputLength: Math.min(bytesMax, syncOutputBytesMax) });
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
