import { promisify } from "node:util";
import { gunzip, gunzipSync, gzip } from "node:zlib";
import { BasaltError } from "@basalt/model";
import type { BodyShare } from "./body-budget.ts";
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
 * Decompresses a request. What it inflates to is taken from the request's share before it is written.
 *
 * @param bytesMax of the output.
 * @throws BasaltError `request_too_large`, `queue_full`, `request_malformed`.
 */
export async function gunzipBounded(input: Uint8Array, bytesMax: number, share: BodyShare): Promise<Uint8Array> {
  const mostBytes = Math.min(input.length * deflateRatioMax, bytesMax);
  const claimedBytes = Math.min(claimedSize(input), mostBytes);
  share.take(claimedBytes);
  const claimed = await inflate(input, claimedBytes);
  if (claimed !== undefined) return claimed;
  if (claimedBytes === mostBytes) throw tooLargeError(bytesMax);
  // Several members, of which only the last one's size is known, or a lie: as if it were the largest it can be.
  share.take(mostBytes - claimedBytes);
  const whole = await inflate(input, mostBytes);
  if (whole === undefined) throw tooLargeError(bytesMax);
  share.giveBack(mostBytes - whole.length);
  return whole;
}

/** Undefined when the output is longer than that. One buffer takes all: half the time of growing by 16 KiB. */
async function inflate(input: Uint8Array, outputBytesMax: number): Promise<Uint8Array | undefined> {
  const options = {
    maxOutputLength: Math.max(outputBytesMax, 1),
    chunkSize: Math.max(outputBytesMax + 1, outputBytesMin),
  };
  const isSmall = input.length <= syncInputBytesMax && outputBytesMax <= syncOutputBytesMax;
  try {
    const output = isSmall ? gunzipSync(input, options) : await gunzipAsync(input, options);
    return output.length <= outputBytesMax ? output : undefined;
  } catch (error) {
    if (isTooLong(error)) return undefined;
    throw malformed(error);
  }
}

/** The size that the last four bytes of a gzip stream claim for its last member (RFC 1952). */
function claimedSize(input: Uint8Array): number {
  if (input.length < 4) return 0;
  return new DataView(input.buffer, input.byteOffset + input.length - 4, 4).getUint32(0, true);
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
