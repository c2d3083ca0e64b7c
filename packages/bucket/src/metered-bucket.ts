import type { Clock } from "@basalt/runtime";
import type { Bucket, ByteRange, ListPage, ListRequest, ObjectAttributes, ObjectWriter } from "./bucket.ts";

/** The names of a bucket's operations, as metrics label them. */
export type BucketOperation = "get" | "get_range" | "attributes" | "upload" | "iter" | "delete";

/** What one operation came to. */
export interface BucketObservation {
  readonly operation: BucketOperation;
  readonly seconds: number;
  /** Bytes that were read or written. */
  readonly bytes: number;
  readonly hasFailed: boolean;
}

/** Tells an observer of each operation on a bucket. */
export function meteredBucket(bucket: Bucket, clock: Clock, observe: (observation: BucketObservation) => void): Bucket {
  return new MeteredBucket(bucket, clock, observe);
}

class MeteredBucket implements Bucket {
  private readonly bucket: Bucket;
  private readonly clock: Clock;
  private readonly observe: (observation: BucketObservation) => void;

  constructor(bucket: Bucket, clock: Clock, observe: (observation: BucketObservation) => void) {
    this.bucket = bucket;
    this.clock = clock;
    this.observe = observe;
  }

  get(key: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.measure("get", lengthOf, () => this.bucket.get(key, signal));
  }

  getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    return this.measure("get_range", lengthOf, () => this.bucket.getRange(key, range, signal));
  }

  attributes(key: string, signal?: AbortSignal): Promise<ObjectAttributes | undefined> {
    return this.measure("attributes", zero, () => this.bucket.attributes(key, signal));
  }

  put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.measure(
      "upload",
      () => bytes.length,
      () => this.bucket.put(key, bytes, signal),
    );
  }

  putIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    return this.measure(
      "upload",
      () => bytes.length,
      () => this.bucket.putIfAbsent(key, bytes, signal),
    );
  }

  async create(key: string): Promise<ObjectWriter> {
    const writer = await this.bucket.create(key);
    let written = 0;
    return {
      append: async (bytes) => {
        await writer.append(bytes);
        written += bytes.length;
      },
      finish: () =>
        this.measure(
          "upload",
          () => written,
          () => writer.finish(),
        ),
      abort: () => writer.abort(),
    };
  }

  list(request: ListRequest, signal?: AbortSignal): Promise<ListPage> {
    return this.measure("iter", zero, () => this.bucket.list(request, signal));
  }

  delete(key: string, signal?: AbortSignal): Promise<void> {
    return this.measure("delete", zero, () => this.bucket.delete(key, signal));
  }

  private async measure<T>(
    operation: BucketOperation,
    bytesOf: (result: T) => number,
    run: () => Promise<T>,
  ): Promise<T> {
    const start = this.clock.monotonicMs();
    const seconds = (): number => (this.clock.monotonicMs() - start) / 1000;
    try {
      const result = await run();
      this.observe({ operation, seconds: seconds(), bytes: bytesOf(result), hasFailed: false });
      return result;
    } catch (error) {
      this.observe({ operation, seconds: seconds(), bytes: 0, hasFailed: true });
      throw error;
    }
  }
}

function lengthOf(bytes: Uint8Array): number {
  return bytes.length;
}

function zero(): number {
  return 0;
}
