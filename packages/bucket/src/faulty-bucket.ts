import type { Bucket, ByteRange, ListPage, ListRequest, ObjectAttributes, ObjectWriter } from "./bucket.ts";

/** One call on a bucket, as a fault hook sees it. */
export interface BucketCall {
  /** Counts from 1. */
  readonly index: number;
  readonly operation:
    | "get"
    | "getRange"
    | "attributes"
    | "put"
    | "putIfAbsent"
    | "create"
    | "append"
    | "finish"
    | "list"
    | "delete";
  readonly key: string;
}

/** When a call fails: before it did anything, or after it did everything, as when only the answer is lost. */
export interface BucketFault {
  readonly when: "before" | "after";
  readonly error: Error;
}

/** A bucket that fails on demand: tests fail the n-th call for every n. */
export class FaultyBucket implements Bucket {
  /** Asked before each call. */
  fault: ((call: BucketCall) => BucketFault | undefined) | undefined;
  callCount: number = 0;
  private readonly bucket: Bucket;

  constructor(bucket: Bucket) {
    this.bucket = bucket;
  }

  get(key: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.call("get", key, () => this.bucket.get(key, signal));
  }

  getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    return this.call("getRange", key, () => this.bucket.getRange(key, range, signal));
  }

  attributes(key: string, signal?: AbortSignal): Promise<ObjectAttributes | undefined> {
    return this.call("attributes", key, () => this.bucket.attributes(key, signal));
  }

  put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.call("put", key, () => this.bucket.put(key, bytes, signal));
  }

  putIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    return this.call("putIfAbsent", key, () => this.bucket.putIfAbsent(key, bytes, signal));
  }

  async create(key: string): Promise<ObjectWriter> {
    const writer = await this.call("create", key, () => this.bucket.create(key));
    return {
      append: (bytes) => this.call("append", key, () => writer.append(bytes)),
      finish: () => this.call("finish", key, () => writer.finish()),
      abort: () => writer.abort(),
    };
  }

  list(request: ListRequest, signal?: AbortSignal): Promise<ListPage> {
    return this.call("list", request.prefix, () => this.bucket.list(request, signal));
  }

  delete(key: string, signal?: AbortSignal): Promise<void> {
    return this.call("delete", key, () => this.bucket.delete(key, signal));
  }

  private async call<T>(operation: BucketCall["operation"], key: string, run: () => Promise<T>): Promise<T> {
    this.callCount++;
    const fault = this.fault?.({ index: this.callCount, operation, key });
    if (fault?.when === "before") throw fault.error;
    const result = await run();
    if (fault?.when === "after") throw fault.error;
    return result;
  }
}
