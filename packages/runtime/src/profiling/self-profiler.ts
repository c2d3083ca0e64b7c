import type { ProfileColumns } from "@basalt/model";
import { BasaltError } from "@basalt/model";
import type { Clock } from "../clock.ts";
import type { Setting } from "../config/setting.ts";
import { setting } from "../config/setting.ts";
import type { Logger } from "../logs/logger.ts";
import type { RunningCpuProfile } from "./process-profile.ts";
import { startProcessCpuProfile } from "./process-profile.ts";

/** The settings of self-profiling. */
export const selfProfilingSettings: {
  readonly disablePush: Setting<boolean>;
  readonly tenantId: Setting<string>;
  readonly pushIntervalMs: Setting<number>;
} = {
  disablePush: setting({
    path: "self_profiling.disable_push",
    flag: "self-profiling.disable-push",
    type: "bool",
    default: false,
    category: "basic",
    description: "The process does not push profiles of itself to itself, as it does with -target=all.",
  }),
  tenantId: setting({
    path: "self_profiling.tenant_id",
    flag: "self-profiling.tenant-id",
    type: "string",
    default: "",
    description:
      "The tenant that the profiles of the process itself belong to, with multi-tenancy; empty = `anonymous`.",
  }),
  pushIntervalMs: setting({
    path: "self_profiling.push_interval",
    flag: "self-profiling.push-interval",
    type: "duration",
    default: "15s",
    min: "1s",
    description: "How long each profile is that the process pushes of itself.",
  }),
};

/** What self-profiling works with. */
export interface SelfProfilerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
  /** Stores a profile through the same door as everybody's. */
  readonly push: (profile: ProfileColumns) => Promise<void>;
  /** Starts a profile; that of this process by default. */
  readonly begin?: (clock: Clock) => Promise<RunningCpuProfile>;
}

/** Profiles this process without a break and pushes a profile at each interval. A push that fails is logged, and lost. */
export class SelfProfiler {
  private readonly options: SelfProfilerOptions;
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;

  constructor(options: SelfProfilerOptions) {
    this.options = options;
  }

  start(): void {
    this.running ??= this.run(this.ending.signal);
  }

  /** Ends within the time of one push; what was sampled since the last one is dropped. Idempotent. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, intervalMs } = this.options;
    while (!signal.aborted) {
      try {
        await this.profileOn(signal);
      } catch (error) {
        logger.warn("self-profiling failed", { error: BasaltError.from(error) });
        await clock.sleep(intervalMs, signal).catch(ignore);
      }
    }
  }

  /** Takes one profile after the other. The next starts before the last ends: then it costs a hundredth. */
  private async profileOn(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs, push, begin = startProcessCpuProfile } = this.options;
    let running = await begin(clock);
    try {
      for (;;) {
        await clock.sleep(intervalMs, signal).catch(ignore);
        if (signal.aborted) return;
        const next = await begin(clock);
        const profile = await running.finish();
        running = next;
        if (profile.sampleCount > 0) await push(profile);
      }
    } finally {
      await running.finish();
    }
  }
}

function ignore(): void {
  // The loop sees that it is to end.
}
