import type { AnySetting, Setting } from "../config/setting.ts";
import { setting } from "../config/setting.ts";
import { limitSettings } from "../limits/limit-settings.ts";
import { logSettings } from "../logs/create-logger.ts";
import { selfProfilingSettings } from "../profiling/self-profiler.ts";
import { tracingSettings } from "../tracing/create-tracer.ts";

/** Settings of any process, whatever it does. */
export const processSettings: {
  readonly target: Setting<readonly string[]>;
  readonly dataPath: Setting<string>;
  readonly shutdownTimeoutMs: Setting<number>;
  readonly shutdownDelayMs: Setting<number>;
} = {
  target: setting({
    path: "target",
    flag: "target",
    type: "list",
    default: ["all"],
    category: "basic",
    description: "What this process does: `all` for everything, or modules that -modules lists.",
  }),
  dataPath: setting({
    path: "data.path",
    flag: "data.path",
    type: "string",
    default: "./data",
    category: "basic",
    description: "Folder for everything that this process keeps on the local disk.",
  }),
  shutdownTimeoutMs: setting({
    path: "server.graceful_shutdown_timeout",
    flag: "server.graceful-shutdown-timeout",
    type: "duration",
    default: "25s",
    min: "1s",
    description: "How long a stop may take before the process ends anyway, with status 1.",
  }),
  shutdownDelayMs: setting({
    path: "shutdown_delay",
    flag: "shutdown-delay",
    type: "duration",
    default: "0",
    description:
      "How long the process still serves after it was told to stop, while it already answers that it is not ready.",
  }),
};

/** The settings that the runtime itself reads. */
export const runtimeSettings: readonly AnySetting[] = [
  ...Object.values<AnySetting>(processSettings),
  ...Object.values<AnySetting>(logSettings),
  ...Object.values<AnySetting>(tracingSettings),
  ...Object.values<AnySetting>(selfProfilingSettings),
  ...Object.values<AnySetting>(limitSettings),
];
