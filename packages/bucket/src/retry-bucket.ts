import { AroundBucket, type BucketCall } from "./around-bucket.ts";
import type { Bucket } from "./bucket.ts";
import type { Retry } from "./retrier.ts";
import { passingReason } from "./storage-error.ts";

/** Repeats calls that failed for the moment. What a writer does is repeated by the bucket below, if at all. */
export function retryBucket(bucket: Bucket, retry: Retry): Bucket {
  return new RetryBucket(bucket, retry);
}

const writerOperations: ReadonlySet<BucketCall["operation"]> = new Set(["create", "append", "finish", "abort"]);

class RetryBucket extends AroundBucket {
  private readonly retry: Retry;

  constructor(bucket: Bucket, retry: Retry) {
    super(bucket);
    this.retry = retry;
  }

  override putIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    return this.putIf(() => this.bucket.putIfAbsent(key, bytes, signal), { key, bytes, signal });
  }

  override putIfVersion(key: string, bytes: Uint8Array, version: string, signal?: AbortSignal): Promise<boolean> {
    return this.putIf(() => this.bucket.putIfVersion(key, bytes, version, signal), { key, bytes, signal });
  }

  protected override around<T>({ operation, signal }: BucketCall, run: () => Promise<T>): Promise<T> {
    return writerOperations.has(operation) ? run() : this.retry(run, signal);
  }

  /** An attempt whose answer was lost may have written: a condition that fails after it is asked what is there. */
  private putIf(
    attempt: () => Promise<boolean>,
    {
      key,
      bytes,
      signal,
    }: { readonly key: string; readonly bytes: Uint8Array; readonly signal: AbortSignal | undefined },
  ): Promise<boolean> {
    let isInDoubt = false;
    return this.retry(async () => {
      try {
        if (await attempt()) return true;
      } catch (error) {
        isInDoubt ||= passingReason(error) !== undefined;
        throw error;
      }
      return isInDoubt && (await this.holds(key, bytes, signal));
    }, signal);
  }

  private async holds(key: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<boolean> {
    const found = await this.bucket.attributes(key, signal);
    if (found?.bytes !== bytes.length) return false;
    return Buffer.compare(await this.bucket.get(key, signal), bytes) === 0;
  }
}
