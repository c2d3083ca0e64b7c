import type { Span, TraceParent, Tracer } from "@basalt/runtime";
import { AroundBucket, type BucketCall } from "./around-bucket.ts";
import type { Bucket } from "./bucket.ts";

/** For whom a bucket works. */
export interface TracedOptions {
  readonly tracer: Pick<Tracer, "isOn" | "startSpan">;
  /** The span that calls are parts of: who works for one wraps the bucket for that time. */
  readonly parent?: TraceParent | undefined;
}

/** Makes a span of each call. Where nothing is traced it is the bucket itself. */
export function tracedBucket(bucket: Bucket, options: TracedOptions): Bucket {
  return options.tracer.isOn ? new TracedBucket(bucket, options) : bucket;
}

class TracedBucket extends AroundBucket {
  private readonly options: TracedOptions;

  constructor(bucket: Bucket, options: TracedOptions) {
    super(bucket);
    this.options = options;
  }

  protected override async around<T>({ operation, key, bytes }: BucketCall, run: () => Promise<T>): Promise<T> {
    const { tracer, parent } = this.options;
    const attributes = { "bucket.key": key, "bucket.bytes": bytes };
    const span: Span = tracer.startSpan(`bucket.${operation}`, { kind: "client", parent, attributes });
    try {
      const result = await run();
      if (result instanceof Uint8Array) span.set({ "bucket.bytes": result.length });
      span.end();
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }
}
