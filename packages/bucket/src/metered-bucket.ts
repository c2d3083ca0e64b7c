import { BasaltError } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import { AroundBucket, type BucketCall } from "./around-bucket.ts";
import type { Bucket } from "./bucket.ts";

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

/** Beginning an object, adding to it and giving it up are parts of its upload, which `finish` stands for. */
const operationOf: Readonly<Record<BucketCall["operation"], BucketOperation | undefined>> = {
  get: "get",
  getRange: "get_range",
  attributes: "attributes",
  put: "upload",
  putIfAbsent: "upload",
  putIfVersion: "upload",
  create: undefined,
  append: undefined,
  finish: "upload",
  abort: undefined,
  list: "iter",
  delete: "delete",
};

/** Tells an observer of each operation on a bucket. */
export function meteredBucket(
  bucket: Bucket,
  clock: Pick<Clock, "monotonicMs">,
  observe: (observation: BucketObservation) => void,
): Bucket {
  return new MeteredBucket(bucket, clock, observe);
}

class MeteredBucket extends AroundBucket {
  private readonly clock: Pick<Clock, "monotonicMs">;
  private readonly observe: (observation: BucketObservation) => void;

  constructor(bucket: Bucket, clock: Pick<Clock, "monotonicMs">, observe: (observation: BucketObservation) => void) {
    super(bucket);
    this.clock = clock;
    this.observe = observe;
  }

  protected override async around<T>(call: BucketCall, run: () => Promise<T>): Promise<T> {
    const operation = operationOf[call.operation];
    if (operation === undefined) return run();
    const start = this.clock.monotonicMs();
    const seconds = (): number => (this.clock.monotonicMs() - start) / 1000;
    try {
      const result = await run();
      const bytes = result instanceof Uint8Array ? result.length : call.bytes;
      this.observe({ operation, seconds: seconds(), bytes, hasFailed: false });
      return result;
    } catch (error) {
      this.observe({ operation, seconds: seconds(), bytes: 0, hasFailed: !isExpected(error) });
      throw error;
    }
  }
}

/** Asking for what is not there, and giving up, are no failures of the storage. */
function isExpected(error: unknown): boolean {
  return error instanceof BasaltError && (error.code === "object_not_found" || error.code === "canceled");
}
