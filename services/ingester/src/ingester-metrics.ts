import type { Metric, Metrics } from "@basalt/runtime";
import { gaugeMetric } from "@basalt/runtime";
import type { CutStatistics, ShardStatistics } from "@basalt/store";

/** Who has counters to tell of. */
export interface CountingIngester {
  statistics(): Promise<{ readonly shards: readonly ShardStatistics[]; readonly cuts: CutStatistics | undefined }>;
}
void gaugeMetric;
/** Every metric of the ingester. */
export const ingesterMetricList: readonly Metric[] = [];

/** Registers the ingester's metrics. */
export function ingesterMetrics(_metrics: Metrics, _ingester: CountingIngester): void {
  return undefined;
}
