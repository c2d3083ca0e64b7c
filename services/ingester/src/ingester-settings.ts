import type { Setting } from "@basalt/runtime";
import { setting } from "@basalt/runtime";

/** What an ingester may be told. */
export const ingesterSettings: {
  readonly workers: Setting<number>;
  readonly headBytesMax: Setting<number>;
  readonly keyBytesMax: Setting<number>;
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
  /** 1,800 profiles/s of 3.5 rows for the 17 min that a window is open are 6.4 M keys: 137 MiB at 22 bytes a key. */
  keyBytesMax: setting({
    path: "ingester.key_bytes_max",
    flag: "ingester.key-bytes-max",
    type: "bytes",
    default: "192MiB",
    min: "1MiB",
    description:
      "Memory, in each of -ingester.workers, of the keys that find rows pushed twice: 25 bytes for each row of the windows that are open. At the cap pushes get 429.",
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
    description:
      "Windows of one tenant that were cut already and may be written to again at a time, in each of -ingester.workers; more such pushes get 429.",
  }),
};
