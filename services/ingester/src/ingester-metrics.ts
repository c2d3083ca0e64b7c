import type { TenantId } from "@basalt/model";
import type { CounterMetric, GaugeMetric, Metric, Metrics } from "@basalt/runtime";
import { counterMetric, gaugeMetric } from "@basalt/runtime";
import type { CutStatistics, ShardStatistics } from "@basalt/store";

/** Counters since the start and gauges of this instant. */
export interface IngesterStatistics {
  readonly shards: readonly ShardStatistics[];
  /** Undefined before the logs are replayed. */
  readonly cuts: CutStatistics | undefined;
  /** How long no block could be cut; 0 while they can. */
  readonly cutsFailingMs: number;
  readonly replay: { readonly bytesDone: number; readonly bytesTotal: number };
  readonly seriesOfTenants: Iterable<readonly [tenant: TenantId, count: number]>;
}

/** Who has counters to tell of. */
export interface CountingIngester {
  statistics(): Promise<IngesterStatistics>;
}

const headBytes: GaugeMetric<"type"> = gaugeMetric({
  name: "pyroscope_head_size_bytes",
  help: "Memory of what is not in a file yet: rows with their samples, symbols, and keys that find duplicates.",
  labels: ["type"],
});
const headSeries: GaugeMetric = gaugeMetric({
  name: "pyroscope_tsdb_head_series",
  help: "Series that heads know.",
});
const tenantSeries: GaugeMetric<"tenant"> = gaugeMetric({
  name: "basalt_ingester_active_series",
  help: "Series of each tenant, which -ingester.max-global-series-per-tenant limits.",
  labels: ["tenant"],
});
const blocks: CounterMetric<"status"> = counterMetric({
  name: "pyroscope_head_flushed_blocks_total",
  help: "Blocks that were cut, and attempts that failed and are made again.",
  labels: ["status"],
});
const seals: CounterMetric<"status"> = counterMetric({
  name: "pyroscope_head_written_profile_segments_total",
  help: "Segments that heads were sealed into, and attempts that failed and are made again.",
  labels: ["status"],
});
const pushes: CounterMetric = counterMetric({
  name: "basalt_ingester_pushes_total",
  help: "Profiles that came to shards.",
});
const rows: CounterMetric = counterMetric({
  name: "basalt_ingester_rows_total",
  help: "Rows that were stored: one for each profile, sample type and set of sample labels.",
});
const samples: CounterMetric = counterMetric({
  name: "basalt_ingester_samples_total",
  help: "Samples of the rows that were stored.",
});
const duplicates: CounterMetric<"tenant" | "service"> = counterMetric({
  name: "basalt_ingester_duplicates_total",
  help: "Rows that were pushed again and counted once.",
  labels: ["tenant", "service"],
});
const headFull: CounterMetric = counterMetric({
  name: "basalt_ingester_head_full_total",
  help: "Profiles refused because memory was at -ingester.head-bytes-max.",
});
const keysFull: CounterMetric = counterMetric({
  name: "basalt_ingester_keys_full_total",
  help: "Profiles refused because keys that find duplicates were at -ingester.key-bytes-max.",
});
const symbolRestarts: CounterMetric = counterMetric({
  name: "basalt_ingester_symbol_restarts_total",
  help: "Times that the symbols of a service grew too large and began anew.",
});
const windows: GaugeMetric = gaugeMetric({
  name: "basalt_ingester_windows",
  help: "Windows of 15 minutes whose keys are in memory.",
});
const leases: GaugeMetric = gaugeMetric({
  name: "basalt_ingester_snapshot_leases",
  help: "Snapshots of shards whose segments are kept for queries that run.",
});
const walRecords: CounterMetric = counterMetric({
  name: "basalt_ingester_wal_records_total",
  help: "Records written to the log.",
});
const walBytes: CounterMetric = counterMetric({
  name: "basalt_ingester_wal_bytes_total",
  help: "Bytes written to the log.",
});
const walSyncs: CounterMetric = counterMetric({
  name: "basalt_ingester_wal_syncs_total",
  help: "Syncs of the log; pushes that wait share one.",
});
const walRefused: CounterMetric = counterMetric({
  name: "basalt_ingester_wal_refused_total",
  help: "Records refused because the disk was full.",
});
const walDamages: CounterMetric = counterMetric({
  name: "basalt_ingester_wal_damages_total",
  help: "Places in logs where replay met damage, which lost records.",
});
const walTornTails: CounterMetric = counterMetric({
  name: "basalt_ingester_wal_torn_tails_total",
  help: "Logs whose end was cut off at a start: an unfinished write, as a crash leaves it, or damage to what was written last.",
});
const replayedBytes: GaugeMetric = gaugeMetric({
  name: "basalt_ingester_replay_done_bytes",
  help: "Bytes of the logs that this start has replayed.",
});
const replayBytes: GaugeMetric = gaugeMetric({
  name: "basalt_ingester_replay_bytes",
  help: "Bytes of the logs that this start has to replay, of shards that have begun.",
});
const segments: GaugeMetric = gaugeMetric({
  name: "basalt_ingester_segments",
  help: "Segments on the local disk, those included that a query still reads.",
});
const segmentBytes: GaugeMetric = gaugeMetric({
  name: "basalt_ingester_segment_bytes",
  help: "Bytes of the segments on the local disk.",
});
const cutFailing: GaugeMetric = gaugeMetric({
  name: "basalt_ingester_cut_failing_seconds",
  help: "How long no block could be cut; 0 while they can. After half an hour the process is not ready.",
});
const cutBytes: CounterMetric = counterMetric({
  name: "basalt_ingester_cut_bytes_total",
  help: "Bytes of the blocks that were cut.",
});
const cutDuplicates: CounterMetric = counterMetric({
  name: "basalt_ingester_cut_duplicates_total",
  help: "Rows that a cut met twice and wrote once.",
});
const cutConflicts: CounterMetric = counterMetric({
  name: "basalt_ingester_cut_conflicts_total",
  help: "Rows of one key that a cut met with unequal content; the larger total was kept.",
});

/** Metrics that are one number, and what they tell. */
const counters: readonly (readonly [CounterMetric, (from: IngesterStatistics) => number])[] = [
  [pushes, sumOf("pushes")],
  [rows, sumOf("rows")],
  [samples, sumOf("samples")],
  [headFull, sumOf("refusedHeadFull")],
  [keysFull, sumOf("refusedKeysFull")],
  [symbolRestarts, sumOf("symbolRestarts")],
  [walRecords, sumOf("walRecords")],
  [walBytes, sumOf("walBytes")],
  [walSyncs, sumOf("walSyncs")],
  [walRefused, sumOf("walRefused")],
  [walDamages, sumOf("walDamages")],
  [walTornTails, sumOf("walTornTails")],
  [cutBytes, ({ cuts }) => cuts?.bytes ?? 0],
  [cutDuplicates, ({ cuts }) => cuts?.duplicates ?? 0],
  [cutConflicts, ({ cuts }) => cuts?.conflicts ?? 0],
];
const gauges: readonly (readonly [GaugeMetric, (from: IngesterStatistics) => number])[] = [
  [headSeries, sumOf("series")],
  [windows, sumOf("windows")],
  [leases, sumOf("leases")],
  [segments, sumOf("segments")],
  [segmentBytes, sumOf("segmentBytes")],
  [cutFailing, ({ cutsFailingMs }) => cutsFailingMs / 1000],
  [replayedBytes, ({ replay }) => replay.bytesDone],
  [replayBytes, ({ replay }) => replay.bytesTotal],
];

/** Every metric of the ingester. */
export const ingesterMetricList: readonly Metric[] = [
  ...counters.map(([metric]) => metric),
  ...gauges.map(([metric]) => metric),
  headBytes,
  tenantSeries,
  blocks,
  seals,
  duplicates,
] as readonly Metric[];

type CountedKey = Exclude<keyof ShardStatistics, "duplicates">;

function sumOf(key: CountedKey): (from: IngesterStatistics) => number {
  return ({ shards }) => shards.reduce((sum, shard) => sum + shard[key], 0);
}

/** Registers the ingester's metrics; the shards are asked at each scrape, once for all of them. */
export function ingesterMetrics(metrics: Metrics, ingester: CountingIngester): void {
  let asked: Promise<IngesterStatistics> | undefined;
  const ask = (): Promise<IngesterStatistics> => {
    asked ??= ingester.statistics().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  for (const [metric, numberOf] of counters) {
    const told = new Growth();
    metrics.counter(metric, async (counter) => counter.add(told.since("", numberOf(await ask()))));
  }
  for (const [metric, numberOf] of gauges) metrics.gauge(metric, async (gauge) => gauge.set(numberOf(await ask())));
  metrics.gauge(headBytes, async (gauge) => {
    const from = await ask();
    gauge.set({ type: "rows" }, sumOf("headBytes")(from));
    gauge.set({ type: "symbols" }, sumOf("symbolBytes")(from));
    gauge.set({ type: "keys" }, sumOf("keyBytes")(from));
  });
  metrics.gauge(tenantSeries, async (gauge) => {
    const { seriesOfTenants } = await ask();
    gauge.reset();
    for (const [tenant, count] of seriesOfTenants) gauge.set({ tenant }, count);
  });
  registerOutcomes(metrics, ask);
}

function registerOutcomes(metrics: Metrics, ask: () => Promise<IngesterStatistics>): void {
  const outcomes: readonly (readonly [
    CounterMetric<"status">,
    (from: IngesterStatistics) => readonly [number, number],
  ])[] = [
    [blocks, ({ cuts }) => [cuts?.blocks ?? 0, cuts?.failures ?? 0]],
    [seals, (from) => [sumOf("seals")(from), sumOf("sealFailures")(from)]],
  ];
  for (const [metric, outcomeOf] of outcomes) {
    const told = new Growth();
    metrics.counter(metric, async (counter) => {
      const [done, failed] = outcomeOf(await ask());
      counter.add({ status: "success" }, told.since("success", done));
      counter.add({ status: "failed" }, told.since("failed", failed));
    });
  }
  const told = new Growth();
  metrics.counter(duplicates, async (counter) => {
    for (const { duplicates: counts } of (await ask()).shards) {
      for (const [name, count] of counts) {
        // A tenant has no slash, a service may; what is beyond the shard's counters comes as "/".
        const slash = name.indexOf("/");
        const labels = { tenant: name.slice(0, slash) || "overflow", service: name.slice(slash + 1) || "overflow" };
        counter.add(labels, told.since(name, count));
      }
    }
  });
}

/** Turns counts that others keep into what was added since they were told last. */
class Growth {
  private readonly told: Map<string, number> = new Map();

  since(key: string, count: number): number {
    const growth = count - (this.told.get(key) ?? 0);
    this.told.set(key, count);
    return Math.max(0, growth);
  }
}
