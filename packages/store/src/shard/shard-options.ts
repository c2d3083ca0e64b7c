import type { BasaltError, ProducerId, TenantId } from "@basalt/model";
import type { Clock, Random } from "@basalt/runtime";
import type { ReplayProgress } from "../wal/replay-wal.ts";
import type { WalSync } from "../wal/wal.ts";
import type { SourceReaders } from "./own-sources.ts";
import type { SeriesLimiter } from "./series-registry.ts";

export interface ShardOptions extends SourceReaders {
  readonly clock: Clock;
  readonly random: Random;
  /** The shard's own folder; it holds `wal` and `segments`. */
  readonly folder: string;
  /** Folders of segments of all shards of the process, this one's too: where keys of earlier rows are looked for. */
  readonly segmentFolders: readonly string[];
  readonly producer: ProducerId;
  /** This shard's share of `-ingester.head-bytes-max`. */
  readonly headBytesMax: number;
  /** `-ingester.key-bytes-max`: memory of the keys of the windows that are written to. */
  readonly keyBytesMax: number;
  /** `-ingester.late-windows-max`: windows of a tenant that were cut already and are written to again, at a time. */
  readonly lateWindowsMax: number;
  /** `-ingester.wal.sync` */
  readonly sync: WalSync;
  readonly seriesLimiter: SeriesLimiter;
  /** Whether a service is this shard's: keys of others are not loaded. */
  readonly owns: (tenant: TenantId, service: string) => boolean;
  /** The log can promise nothing any more: the process must end. Called once. */
  readonly onFatal: (error: BasaltError) => void;
  /** Damage that was met and lived with: to be logged and counted. */
  readonly onProblem: (error: BasaltError) => void;
  /** The log ended in an unfinished write, which was cut off: what a crash leaves, and what damage there looks like. */
  readonly onTornLog: (torn: TornLog) => void;
  readonly onReplay?: (progress: ReplayProgress) => void;
}

/** What was cut off the end of a log. */
export interface TornLog {
  readonly folder: string;
  readonly bytes: number;
}

/** Counters since the shard was opened, and gauges of this instant. */
export interface ShardStatistics {
  readonly pushes: number;
  readonly rows: number;
  readonly samples: number;
  /** Rows that were there already, by `tenant/service`. */
  readonly duplicates: ReadonlyMap<string, number>;
  readonly refusedHeadFull: number;
  readonly refusedKeysFull: number;
  readonly seals: number;
  readonly sealFailures: number;
  readonly symbolRestarts: number;
  readonly walRecords: number;
  readonly walBytes: number;
  readonly walSyncs: number;
  readonly walRefused: number;
  readonly walDamages: number;
  /** 1 if the log's end was torn when the shard was opened. */
  readonly walTornTails: number;
  readonly headBytes: number;
  readonly symbolBytes: number;
  readonly keyBytes: number;
  readonly series: number;
  readonly windows: number;
  /** Snapshots that keep segments for readers. */
  readonly leases: number;
  readonly segments: number;
  readonly segmentBytes: number;
}
