import type { PutObjectCommandInput, S3 } from "@aws-sdk/client-s3";
import { assert, BasaltError } from "@basalt/model";
import type { Bucket, ObjectWriter } from "../bucket.ts";
import type { Retry } from "../retrier.ts";
import { passingReason } from "../storage-error.ts";
import type { CallOptions, S3Connection } from "./s3-connection.ts";

/** What a writer works with. */
export interface S3WriterOptions {
  readonly connection: S3Connection;
  readonly retry: Retry;
  readonly key: string;
  /** Bucket, key and encryption. */
  readonly input: Pick<PutObjectCommandInput, "ServerSideEncryption"> & {
    readonly Bucket: string;
    readonly Key: string;
  };
  readonly partBytes: number;
  /** Where the object will be seen. */
  readonly bucket: Pick<Bucket, "attributes" | "put">;
  readonly signal: AbortSignal | undefined;
}

/** While one part fills, two are on their way: memory is bounded by three parts. */
const uploadsMax = 2;

/** S3's bound. */
const partsMax = 10_000;

/** 64 KiB: a small object takes no more than twice its size. */
const firstBufferBytes = 65_536;

/** An object that is sent in parts while it is written; one that fits in one part is put as a whole at its end. */
export class S3Writer implements ObjectWriter {
  private readonly options: S3WriterOptions;
  private readonly controller = new AbortController();
  private readonly signal: AbortSignal;
  private readonly part: PartBuffer;
  private uploadId: string | undefined;
  private readonly etags: string[] = [];
  private partCount = 0;
  private readonly uploads = new Set<Promise<void>>();
  private failure: BasaltError | undefined;
  private writtenBytes = 0;
  private isOver = false;

  constructor(options: S3WriterOptions) {
    this.options = options;
    this.part = new PartBuffer(options.partBytes);
    const { signal } = this.controller;
    this.signal = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
  }

  async append(bytes: Uint8Array): Promise<void> {
    assert(!this.isOver, "an object that is finished or given up takes no more bytes");
    this.writtenBytes += bytes.length;
    for (let rest = bytes; rest.length > 0; ) {
      rest = rest.subarray(this.part.fill(rest));
      if (this.part.isFull) await this.sendPart();
    }
  }

  async finish(): Promise<void> {
    if (this.uploadId === undefined) {
      const { bucket, key, retry } = this.options;
      const bytes = this.part.take();
      await retry(() => bucket.put(key, bytes, this.signal), this.signal);
      this.isOver = true;
      return;
    }
    if (this.part.length > 0) await this.sendPart();
    await Promise.all(this.uploads);
    this.throwFailure();
    await this.complete(this.uploadId);
    this.isOver = true;
  }

  async abort(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.controller.abort(new BasaltError("canceled", `the upload of ${this.options.key} was given up`));
    await Promise.all(this.uploads);
    if (this.uploadId === undefined) return;
    const input = { ...this.place(), UploadId: this.uploadId };
    try {
      await this.call("abort the upload", (s3, options) => s3.abortMultipartUpload(input, options));
    } catch (error) {
      if (!isUploadGone(error)) throw error;
    }
  }

  /** Sends the part that is full, once there is room among those on their way. */
  private async sendPart(): Promise<void> {
    while (this.uploads.size >= uploadsMax) await Promise.race(this.uploads);
    this.throwFailure();
    const number = ++this.partCount;
    if (number > partsMax) {
      const message = `an object of more than ${partsMax} parts of ${this.options.partBytes} bytes (-storage.s3.part-size)`;
      throw new BasaltError("storage_refused", message);
    }
    this.uploadId ??= await this.begin();
    const upload = this.uploadPart(this.uploadId, number, this.part.take())
      .catch((error: unknown) => {
        this.failure ??= BasaltError.from(error);
      })
      .finally(() => this.uploads.delete(upload));
    this.uploads.add(upload);
  }

  private async begin(): Promise<string> {
    const { input } = this.options;
    const begun = await this.call(
      "begin an upload",
      (s3, options) => s3.createMultipartUpload(input, options),
      this.signal,
    );
    if (begun.UploadId === undefined) throw new BasaltError("storage_refused", "an upload without a name was begun");
    return begun.UploadId;
  }

  private async uploadPart(uploadId: string, number: number, bytes: Uint8Array): Promise<void> {
    const input = { ...this.place(), UploadId: uploadId, PartNumber: number, Body: bytes };
    const operation = `upload part ${number}`;
    const sent = await this.call(operation, (s3, options) => s3.uploadPart(input, options), this.signal);
    this.etags[number - 1] = sent.ETag ?? "";
  }

  private async complete(uploadId: string): Promise<void> {
    const parts = this.etags.map((etag, i) => ({ ETag: etag, PartNumber: i + 1 }));
    const input = { ...this.place(), UploadId: uploadId, MultipartUpload: { Parts: parts } };
    let isInDoubt = false;
    const send = async (): Promise<void> => {
      try {
        const { connection, key } = this.options;
        const request = { operation: "complete the upload", key };
        await connection.call(request, (s3, options) => s3.completeMultipartUpload(input, options), this.signal);
      } catch (error) {
        // An answer that was lost may have been that the object is complete: then the upload is no more.
        if (isInDoubt && isUploadGone(error) && (await this.isThere())) return;
        isInDoubt ||= passingReason(error) !== undefined;
        throw error;
      }
    };
    await this.options.retry(send, this.signal);
  }

  private async isThere(): Promise<boolean> {
    const { bucket, key } = this.options;
    return (await bucket.attributes(key, this.signal))?.bytes === this.writtenBytes;
  }

  private call<T>(
    operation: string,
    send: (s3: S3, options: CallOptions) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { connection, retry, key } = this.options;
    return retry(() => connection.call({ operation, key }, send, signal), signal);
  }

  private place(): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.options.input.Bucket, Key: this.options.input.Key };
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

/** Bytes that wait until they are a part. */
class PartBuffer {
  length = 0;
  private readonly partBytes: number;
  private bytes: Uint8Array = new Uint8Array();

  constructor(partBytes: number) {
    this.partBytes = partBytes;
  }

  get isFull(): boolean {
    return this.length === this.partBytes;
  }

  /** Copies what fits; gives how much that was. */
  fill(added: Uint8Array): number {
    const count = Math.min(added.length, this.partBytes - this.length);
    const needed = this.length + count;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.min(this.partBytes, Math.max(needed, this.bytes.length * 2, firstBufferBytes)));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(added.subarray(0, count), this.length);
    this.length = needed;
    return count;
  }

  /** What there is; the buffer begins anew. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = new Uint8Array();
    this.length = 0;
    return taken;
  }
}

function isUploadGone(error: unknown): boolean {
  return error instanceof BasaltError && error.details["reason"] === "NoSuchUpload";
}
