import type { TenantId } from "@basalt/model";
import type {
  CounterHandle,
  CounterMetric,
  GaugeMetric,
  HistogramHandle,
  HistogramMetric,
  Logger,
  Metric,
  Metrics,
} from "@basalt/runtime";
import { counterMetric, gaugeMetric, histogramMetric } from "@basalt/runtime";
import type { QueryRecord } from "./query-record.ts";
import { describeQuery } from "./query-record.ts";

const duration: HistogramMetric<"answer" | "outcome"> = histogramMetric({
  name: "basalt_querier_query_duration_seconds",
  help: "Time that each query took, with its wait, by what it answered and how it ended.",
  labels: ["answer", "outcome"],
});
const bytesRead: CounterMetric<"tenant" | "kind"> = counterMetric({
  name: "pyroscope_query_frontend_fetched_bytes_total",
  help: "Bytes that queries read from blocks and segments, by what they answered.",
  labels: ["tenant", "kind"],
});
const rowsRead: CounterMetric<"tenant"> = counterMetric({
  name: "basalt_querier_rows_read_total",
  help: "Rows that queries read.",
  labels: ["tenant"],
});
const samplesRead: CounterMetric<"tenant"> = counterMetric({
  name: "basalt_querier_samples_read_total",
  help: "Samples that queries read.",
  labels: ["tenant"],
});
const partialAnswers: CounterMetric<"tenant"> = counterMetric({
  name: "basalt_querier_partial_answers_total",
  help: "Answers that lack rows, because some block could not be read.",
  labels: ["tenant"],
});
const quarantinedBlocks: CounterMetric<"tenant"> = counterMetric({
  name: "basalt_querier_quarantined_blocks_total",
  help: "Blocks that a query found damaged, and that later ones leave out for a while.",
  labels: ["tenant"],
});
const inFlight: GaugeMetric = gaugeMetric({
  name: "pyroscope_query_frontend_queries_in_progress",
  help: "Queries that run or wait now.",
});

/** Every metric of the querier. */
export const querierMetrics: readonly Metric[] = [
  duration,
  bytesRead,
  rowsRead,
  samplesRead,
  partialAnswers,
  quarantinedBlocks,
  inFlight,
] as readonly Metric[];

/** What an observer works with. */
export interface QueryObserverOptions {
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** `-querier.slow-query-threshold`; 0 = no query is slow. */
  readonly slowQueryMs: number;
  /** Queries that run or wait now; asked at each scrape. */
  readonly inFlightCount: () => number;
}

/** Counts queries that have ended, and logs the slow ones and those that failed by a fault of ours. */
export class QueryObserver {
  private readonly options: QueryObserverOptions;
  private readonly duration: HistogramHandle<"answer" | "outcome">;
  private readonly bytesRead: CounterHandle<"tenant" | "kind">;
  private readonly rowsRead: CounterHandle<"tenant">;
  private readonly samplesRead: CounterHandle<"tenant">;
  private readonly partialAnswers: CounterHandle<"tenant">;
  private readonly quarantinedBlocks: CounterHandle<"tenant">;

  constructor(options: QueryObserverOptions) {
    const { metrics, inFlightCount } = options;
    this.options = options;
    this.duration = metrics.histogram(duration);
    this.bytesRead = metrics.counter(bytesRead);
    this.rowsRead = metrics.counter(rowsRead);
    this.samplesRead = metrics.counter(samplesRead);
    this.partialAnswers = metrics.counter(partialAnswers);
    this.quarantinedBlocks = metrics.counter(quarantinedBlocks);
    metrics.gauge(inFlight, (gauge) => gauge.set(inFlightCount()));
  }

  /** Takes in a query that has ended. */
  observe(record: QueryRecord): void {
    const { request, tenant, durationMs, answer, error } = record;
    const { kind } = request.answer;
    this.duration.observe({ answer: kind, outcome: error?.code ?? "ok" }, durationMs / 1000);
    if (answer !== undefined) {
      const { cost, isPartial } = answer;
      this.bytesRead.add({ tenant, kind }, cost.bytesRead);
      this.rowsRead.add({ tenant }, cost.rowsRead);
      this.samplesRead.add({ tenant }, cost.samplesRead);
      if (isPartial) this.partialAnswers.add({ tenant });
      for (const { block, text } of answer.warnings) if (block !== undefined) this.quarantine(block, text);
    }
    this.log(record);
  }

  private quarantine({ tenant, id }: { readonly tenant: TenantId; readonly id: string }, text: string): void {
    this.quarantinedBlocks.add({ tenant });
    this.options.logger.error("a damaged block is left out of queries for a while", {
      tenant,
      block: id,
      reason: text,
    });
  }

  private log(record: QueryRecord): void {
    const { logger, slowQueryMs } = this.options;
    const { durationMs, answer, error } = record;
    if (error?.rpcCode === "internal") logger.error("query failed", { ...describeQuery(record), error });
    else if (answer?.isPartial === true) {
      const warning = answer.warnings[0]?.text ?? "";
      logger.warn("query answered in part", { ...describeQuery(record), warning });
    } else if (slowQueryMs > 0 && durationMs >= slowQueryMs) logger.info("slow query", describeQuery(record));
  }
}
