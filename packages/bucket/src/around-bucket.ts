import type { Bucket, ByteRange, ListPage, ListRequest, ObjectAttributes, ObjectWriter } from "./bucket.ts";

/** One call on a bucket or on a writer of it. */
export interface BucketCall {
  readonly operation: keyof Bucket | keyof ObjectWriter;
  /** Of a listing: its prefix. */
  readonly key: string;
  /** Bytes that are written; of `finish`: all of the object. 0 for what reads. */
  readonly bytes: number;
  readonly signal: AbortSignal | undefined;
}

/** A bucket over another one that does something around each call. What is asked and answered stays as it is. */
export abstract class AroundBucket implements Bucket {
  protected readonly bucket: Bucket;

  constructor(bucket: Bucket) {
    this.bucket = bucket;
  }

  /** Runs a call, and whatever belongs before and after it. */
  protected abstract around<T>(call: BucketCall, run: () => Promise<T>): Promise<T>;

  get(key: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.around({ operation: "get", key, bytes: 0, signal }, () => this.bucket.get(key, signal));
  }

  getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    return this.around({ operation: "getRange", key, bytes: 0, signal }, () =>
      this.bucket.getRange(key, range, signal),
    );
  }

  attributes(key: string, signal?: AbortSignal): Promise<ObjectAttributes | undefined> {
    return this.around({ operation: "attributes", key, bytes: 0, signal }, () => this.bucket.attributes(key, signal));
  }

  put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const call = { operation: "put", key, bytes: bytes.length, signal } as const;
    return this.around(call, () => this.bucket.put(key, bytes, signal));
  }

  putIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    const call = { operation: "putIfAbsent", key, bytes: bytes.length, signal } as const;
    return this.around(call, () => this.bucket.putIfAbsent(key, bytes, signal));
  }

  putIfVersion(key: string, bytes: Uint8Array, version: string, signal?: AbortSignal): Promise<boolean> {
    const call = { operation: "putIfVersion", key, bytes: bytes.length, signal } as const;
    return this.around(call, () => this.bucket.putIfVersion(key, bytes, version, signal));
  }

  async create(key: string, signal?: AbortSignal): Promise<ObjectWriter> {
    const writer = await this.around({ operation: "create", key, bytes: 0, signal }, () =>
      this.bucket.create(key, signal),
    );
    let written = 0;
    return {
      append: async (bytes) => {
        await this.around({ operation: "append", key, bytes: bytes.length, signal }, () => writer.append(bytes));
        written += bytes.length;
      },
      finish: () => this.around({ operation: "finish", key, bytes: written, signal }, () => writer.finish()),
      abort: () => this.around({ operation: "abort", key, bytes: 0, signal }, () => writer.abort()),
    };
  }

  list(request: ListRequest, signal?: AbortSignal): Promise<ListPage> {
    return this.around({ operation: "list", key: request.prefix, bytes: 0, signal }, () =>
      this.bucket.list(request, signal),
    );
  }

  delete(key: string, signal?: AbortSignal): Promise<void> {
    return this.around({ operation: "delete", key, bytes: 0, signal }, () => this.bucket.delete(key, signal));
  }
}
