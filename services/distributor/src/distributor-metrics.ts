import type { RepairReport } from "@basalt/formats";
import type { BasaltError, ErrorCode, TenantId } from "@basalt/model";
import type {
  CounterHandle,
  CounterMetric,
  GaugeHandle,
  GaugeMetric,
  HistogramHandle,
  HistogramMetric,
  Metric,
  Metrics,
} from "@basalt/runtime";
import { counterMetric, exponentialBuckets, gaugeMetric, histogramMetric } from "@basalt/runtime";
import type { PushObserver } from "./distributor.ts";
import type { ProfileOutcome } from "./raw-push.ts";

type ByType = "type" | "tenant";
type ByReason = "reason" | "tenant";

/** 10 KiB … 15 MiB, Pyroscope's ends without most of its 30 steps: dashboards ask by tenant for sums and counts alone. */
const sizeBuckets = exponentialBuckets(10_240, 15_728_640, 4);

const receivedCompressed: HistogramMetric<ByType> = histogramMetric({
  name: "pyroscope_distributor_received_compressed_bytes",
  help: "Bytes of each profile as it was sent.",
  labels: ["type", "tenant"],
  buckets: sizeBuckets,
});
const receivedDecompressed: HistogramMetric<ByType> = histogramMetric({
  name: "pyroscope_distributor_received_decompressed_bytes",
  help: "Bytes of each profile after decompression.",
  labels: ["type", "tenant"],
  buckets: sizeBuckets,
});
const receivedSamples: HistogramMetric<ByType> = histogramMetric({
  name: "pyroscope_distributor_received_samples",
  help: "Samples of each profile.",
  labels: ["type", "tenant"],
  buckets: exponentialBuckets(100, 100_000, 4),
});
const discardedProfiles: CounterMetric<ByReason> = counterMetric({
  name: "pyroscope_discarded_samples_total",
  help: "Profiles that were refused, by reason.",
  labels: ["reason", "tenant"],
});
const discardedBytes: CounterMetric<ByReason> = counterMetric({
  name: "pyroscope_discarded_bytes_total",
  help: "Bytes of the profiles that were refused, by reason.",
  labels: ["reason", "tenant"],
});
const discardedValues: GaugeMetric<ByReason> = gaugeMetric({
  name: "basalt_discarded_values",
  help: "Sum of the values of samples left out of profiles that were stored, by reason; negative where the values are.",
  labels: ["reason", "tenant"],
});
const repairs: CounterMetric<"kind" | "tenant"> = counterMetric({
  name: "basalt_profile_repairs_total",
  help: "Stacks, samples and names that were mended in profiles, by kind.",
  labels: ["kind", "tenant"],
});

/** Every metric of the distributor. */
export const distributorMetrics: readonly Metric[] = [
  receivedCompressed,
  receivedDecompressed,
  receivedSamples,
  discardedProfiles,
  discardedBytes,
  discardedValues,
  repairs,
];

/** The reasons that Pyroscope gives for what it refuses; codes without one are `unknown`. */
const reasons: Partial<Record<ErrorCode, string>> = {
  profile_malformed: "malformed_profile",
  request_malformed: "malformed_profile",
  format_unsupported: "malformed_profile",
  profile_too_large: "profile_size_limit",
  request_too_large: "body_size_limit_exceeded",
  profile_sample_limit: "samples_limit",
  profile_sample_label_limit: "sample_labels_limit",
  profile_too_old: "not_in_ingestion_window",
  profile_too_new: "not_in_ingestion_window",
  labels_missing: "missing_labels",
  labels_invalid: "invalid_labels",
  labels_duplicate: "duplicate_label_names",
  label_count_limit: "max_label_names_per_series",
  label_name_too_long: "label_name_too_long",
  label_value_too_long: "label_value_too_long",
  ingestion_rate_limited: "rate_limited",
  series_limit_exceeded: "series_limit",
};

/** Counts pushes under Pyroscope's names. */
export class DistributorMetrics implements PushObserver {
  private readonly compressed: HistogramHandle<ByType>;
  private readonly decompressed: HistogramHandle<ByType>;
  private readonly samples: HistogramHandle<ByType>;
  private readonly profiles: CounterHandle<ByReason>;
  private readonly bytes: CounterHandle<ByReason>;
  private readonly values: GaugeHandle<ByReason>;
  private readonly repairs: CounterHandle<"kind" | "tenant">;

  constructor(metrics: Metrics) {
    this.compressed = metrics.histogram(receivedCompressed);
    this.decompressed = metrics.histogram(receivedDecompressed);
    this.samples = metrics.histogram(receivedSamples);
    this.profiles = metrics.counter(discardedProfiles);
    this.bytes = metrics.counter(discardedBytes);
    this.values = metrics.gauge(discardedValues);
    this.repairs = metrics.counter(repairs);
  }

  pushed(tenant: TenantId, outcomes: readonly ProfileOutcome[]): void {
    for (const outcome of outcomes) {
      const { type, error } = outcome;
      if (error !== undefined) this.count(tenant, error.code, outcome.compressedBytes);
      else {
        this.compressed.observe({ type, tenant }, outcome.compressedBytes);
        this.decompressed.observe({ type, tenant }, outcome.decompressedBytes);
        this.samples.observe({ type, tenant }, outcome.sampleCount);
      }
      if (outcome.repairs !== undefined) this.repaired(tenant, outcome.repairs);
    }
  }

  refused(tenant: TenantId, error: BasaltError, bytes: number): void {
    this.count(tenant, error.code, bytes);
  }

  private repaired(tenant: TenantId, report: RepairReport): void {
    const counts = {
      negative_sample: report.negativeSampleCount,
      truncated_stack: report.truncatedStackCount,
      empty_stack: report.emptyStackCount,
      completed_stack: report.repairedStackCount,
      shortened_name: report.shortenedStringCount,
    };
    for (const [kind, count] of Object.entries(counts)) if (count > 0) this.repairs.add({ kind, tenant }, count);
    for (const sum of report.negativeSums) this.values.add({ reason: "negative_value", tenant }, Number(sum));
  }

  private count(tenant: TenantId, code: ErrorCode, bytes: number): void {
    const reason = reasons[code] ?? "unknown";
    this.profiles.add({ reason, tenant });
    this.bytes.add({ reason, tenant }, bytes);
  }
}
