import type { Readable } from "node:stream";
import type { GetObjectCommandOutput, S3 } from "@aws-sdk/client-s3";
import { BasaltError } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import { abortError, throwIfAborted } from "@basalt/runtime/thread";
import { storageUnavailable } from "../storage-error.ts";
import { createS3Client } from "./s3-client.ts";
import { type S3Request, s3Error } from "./s3-error.ts";
import type { S3Settings } from "./s3-settings.ts";
import { StallGuard } from "./stall-guard.ts";

/** 1 GiB: what is larger is read by ranges. */
const bodyBytesMax = 2 ** 30;

/** What each request gives to the SDK. */
export interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** Sends requests to one bucket, one attempt each, and turns what goes wrong into errors of the house. */
export class S3Connection {
  private readonly settings: S3Settings;
  private readonly clock: Pick<Clock, "after" | "nowMs">;
  private client: Promise<S3> | undefined;

  constructor(settings: S3Settings, clock: Pick<Clock, "after" | "nowMs">) {
    this.settings = settings;
    this.clock = clock;
  }

  /** Makes one request. @throws BasaltError by `s3Error`, or what the signal was aborted with. */
  call<T>(
    request: S3Request,
    send: (s3: S3, options: CallOptions) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return this.guarded(request, (s3, { signal: abortSignal }) => send(s3, { abortSignal }), signal);
  }

  /** Makes one request that answers with bytes, all of which are read. */
  read(
    request: S3Request,
    send: (s3: S3, options: CallOptions) => Promise<GetObjectCommandOutput>,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const act = async (s3: S3, guard: StallGuard): Promise<Uint8Array> => {
      const answer = await send(s3, { abortSignal: guard.signal });
      guard.sawProgress();
      return readBody(answer, guard);
    };
    return this.guarded(request, act, signal);
  }

  /** Closes connections that are kept open. */
  async close(): Promise<void> {
    const s3 = await this.client;
    this.client = undefined;
    s3?.destroy();
  }

  private async guarded<T>(
    request: S3Request,
    act: (s3: S3, guard: StallGuard) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    throwIfAborted(signal);
    this.client ??= createS3Client(this.settings, () => this.clock.nowMs());
    const s3 = await this.client;
    const guard = new StallGuard(this.clock, this.settings.timeoutMs, signal);
    try {
      return await act(s3, guard);
    } catch (error) {
      throw guard.signal.aborted ? abortError(guard.signal) : s3Error(error, request);
    } finally {
      guard.release();
    }
  }
}

/** Reads a body of the length that the answer names. A connection that breaks off makes it fail, never short. */
async function readBody(
  { Body: body, ContentLength: length }: GetObjectCommandOutput,
  guard: StallGuard,
): Promise<Uint8Array> {
  if (body === undefined || length === undefined) {
    throw storageUnavailable("an answer without a body or its length", { reason: "answer" });
  }
  const stream = body as Readable;
  const destroy = (): void => void stream.destroy();
  guard.signal.addEventListener("abort", destroy, { once: true });
  try {
    if (length > bodyBytesMax) {
      throw new BasaltError(
        "storage_refused",
        `an object of ${length} bytes is not read at once: at most ${bodyBytesMax}`,
      );
    }
    const bytes = new Uint8Array(length);
    let filled = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      guard.sawProgress();
      if (filled + chunk.length > length) break;
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    if (filled === length) return bytes;
    throw storageUnavailable(`${filled} of ${length} bytes came`, { reason: "incomplete" });
  } finally {
    guard.signal.removeEventListener("abort", destroy);
    stream.destroy();
  }
}
