import type { Setting } from "@basalt/runtime";
import { setting } from "@basalt/runtime";

/** What an ingester may be told. */
export const ingesterSettings: {
  readonly workers: Setting<number>;
  readonly headBytesMax: Setting<number>;
  readonly walSync: Setting<"always" | "interval">;
  readonly walSyncIntervalMs: Setting<number>;
  readonly lateWindowsMax: Setting<number>;
} = {
  workers: setting({
    path: "ingester.workers",
    flag: "ingester.workers",
    type: "int",
    default: 0,
    min: 0,
    max: 64,
    description:
      "Threads that decode and own profiles, each a share of the services; 0 = one a core but one, at most 8.",
  }),
  headBytesMax: setting({
    path: "ingester.head_bytes_max",
    flag: "ingester.head-bytes-max",
    type: "bytes",
    default: "128MiB",
    min: "4MiB",
    category: "basic",
    description:
      "Memory of profiles and symbols that are not in a file yet. At a quarter heads are sealed into segments; at the cap pushes get 429.",
  }),
  walSync: setting({
    path: "ingester.wal.sync",
    flag: "ingester.wal.sync",
    type: "choice",
    choices: ["always", "interval"],
    default: "always",
    description:
      "When a push is acknowledged: `always` after it is synced to disk; `interval` before, so that a power cut loses up to -ingester.wal.sync-interval of acknowledged profiles.",
  }),
  walSyncIntervalMs: setting({
    path: "ingester.wal.sync_interval",
    flag: "ingester.wal.sync-interval",
    type: "duration",
    default: "1s",
    min: "10ms",
    description: "How often the log is synced with -ingester.wal.sync=interval.",
  }),
  lateWindowsMax: setting({
    path: "ingester.late_windows_max",
    flag: "ingester.late-windows-max",
    type: "int",
    default: 16,
    min: 0,
    description: "Windows that were cut already and may be written to again at a time; more such pushes get 429.",
  }),
};
