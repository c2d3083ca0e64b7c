import { AroundBucket, type BucketCall } from "./around-bucket.ts";

/** One call on a bucket, as a fault hook sees it. */
export interface FaultyCall extends BucketCall {
  /** Counts from 1. */
  readonly index: number;
}

/** When a call fails: before it did anything, or after it did everything, as when only the answer is lost. */
export interface BucketFault {
  readonly when: "before" | "after";
  readonly error: Error;
}

/** A bucket that fails on demand: tests fail the n-th call for every n. Giving up a writer never fails and is not counted. */
export class FaultyBucket extends AroundBucket {
  /** Asked before each call. */
  fault: ((call: FaultyCall) => BucketFault | undefined) | undefined;
  callCount: number = 0;

  protected override async around<T>(call: BucketCall, run: () => Promise<T>): Promise<T> {
    if (call.operation === "abort") return run();
    this.callCount++;
    const fault = this.fault?.({ ...call, index: this.callCount });
    if (fault?.when === "before") throw fault.error;
    const result = await run();
    if (fault?.when === "after") throw fault.error;
    return result;
  }
}
