import type { CounterMetric, ThreadCounter } from "@basalt/runtime";
import { counterMetric, secondsBuckets, threadCounter } from "@basalt/runtime/thread";
import type { HedgeResult } from "./hedged-bucket.ts";
import type { BucketObservation, BucketOperation } from "./metered-bucket.ts";
import type { PassingReason } from "./storage-error.ts";

const operations: CounterMetric<"bucket" | "operation"> = counterMetric({
  name: "objstore_bucket_operations_total",
  help: "Requests to the object storage, each attempt counted.",
  labels: ["bucket", "operation"],
});

const failures: CounterMetric<"bucket" | "operation"> = counterMetric({
  name: "objstore_bucket_operation_failures_total",
  help: "Requests to the object storage that failed, those for objects that do not exist left out.",
  labels: ["bucket", "operation"],
});

const durationBuckets: CounterMetric<"bucket" | "operation" | "le"> = counterMetric({
  name: "objstore_bucket_operation_duration_seconds_bucket",
  help: "How long requests to the object storage took: how many were no longer than `le` seconds.",
  labels: ["bucket", "operation", "le"],
});

const durationSum: CounterMetric<"bucket" | "operation"> = counterMetric({
  name: "objstore_bucket_operation_duration_seconds_sum",
  help: "How long requests to the object storage took, together.",
  labels: ["bucket", "operation"],
});

const durationCount: CounterMetric<"bucket" | "operation"> = counterMetric({
  name: "objstore_bucket_operation_duration_seconds_count",
  help: "Requests to the object storage whose time was taken.",
  labels: ["bucket", "operation"],
});

const bytes: CounterMetric<"bucket" | "operation"> = counterMetric({
  name: "basalt_bucket_bytes_total",
  help: "Bytes that were read from the object storage or written to it.",
  labels: ["bucket", "operation"],
});

const retries: CounterMetric<"reason"> = counterMetric({
  name: "basalt_bucket_retries_total",
  help: "Requests to the object storage that were made again, by why the one before failed.",
  labels: ["reason"],
});

const hedges: CounterMetric<"result"> = counterMetric({
  name: "basalt_bucket_hedges_total",
  help: "Reads from the object storage that were late, by whether the second request won, lost, or was denied by its budget.",
  labels: ["result"],
});

/** What every thread counts of its bucket; the main thread registers them by `registerThreadCounters`. */
export const bucketMetrics: readonly CounterMetric<string>[] = [
  operations,
  failures,
  durationBuckets,
  durationSum,
  durationCount,
  bytes,
  retries,
  hedges,
];

/** The bucket's name in metrics: the one that Pyroscope's dashboards ask for. */
const bucket = "storage";

/** Counts one operation: for `meteredBucket`. */
export function countOperation({ operation, seconds, bytes: count, hasFailed }: BucketObservation): void {
  const { durations, ...counters } = countersOf(operation);
  counters.operations.value++;
  counters.count.value++;
  counters.sum.value += seconds;
  counters.bytes.value += count;
  if (hasFailed) counters.failures.value++;
  for (const { bound, counter } of durations) if (seconds <= bound) counter.value++;
}

export function countRetry(reason: PassingReason): void {
  threadCounter(retries, { reason }).value++;
}

export function countHedge(result: HedgeResult): void {
  threadCounter(hedges, { result }).value++;
}

/** The counters of one operation. */
interface OperationCounters {
  readonly operations: ThreadCounter;
  readonly failures: ThreadCounter;
  readonly count: ThreadCounter;
  readonly sum: ThreadCounter;
  readonly bytes: ThreadCounter;
  readonly durations: readonly { readonly bound: number; readonly counter: ThreadCounter }[];
}

const made = new Map<BucketOperation, OperationCounters>();

function countersOf(operation: BucketOperation): OperationCounters {
  let counters = made.get(operation);
  if (counters === undefined) made.set(operation, (counters = makeCounters(operation)));
  return counters;
}

function makeCounters(operation: BucketOperation): OperationCounters {
  const labels = { bucket, operation };
  const bounds = [...secondsBuckets, Number.POSITIVE_INFINITY];
  return {
    operations: threadCounter(operations, labels),
    failures: threadCounter(failures, labels),
    count: threadCounter(durationCount, labels),
    sum: threadCounter(durationSum, labels),
    bytes: threadCounter(bytes, labels),
    durations: bounds.map((bound) => {
      const le = bound === Number.POSITIVE_INFINITY ? "+Inf" : String(bound);
      return { bound, counter: threadCounter(durationBuckets, { ...labels, le }) };
    }),
  };
}
