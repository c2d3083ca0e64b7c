import type { TenantId } from "@basalt/model";

/** What one tenant may do. 0 or an empty list = no limit. Names and defaults are Pyroscope's where it has the limit. */
export interface TenantLimits {
  /** Megabytes (2^20) of profiles a second, before compression. */
  readonly ingestionRateMb: number;
  /** Megabytes (2^20) that may come at once. */
  readonly ingestionBurstSizeMb: number;
  /** Megabytes (2^20) of one request body, inflated. */
  readonly ingestionBodyLimitMb: number;
  /** Sample labels that do not split series; their samples merge. */
  readonly dropSampleLabels: readonly string[];
  readonly seriesMax: number;
  readonly labelNamesPerSeriesMax: number;
  /** UTF-8 bytes. */
  readonly labelNameLengthMax: number;
  /** UTF-8 bytes. */
  readonly labelValueLengthMax: number;
  readonly sessionsPerSeriesMax: number;
  /** Bytes of one profile, inflated. */
  readonly profileSizeBytesMax: number;
  readonly profileSampleCountMax: number;
  readonly profileSampleLabelCountMax: number;
  /** Deeper stacks keep their root side. */
  readonly profileStackDepthMax: number;
  /** Bytes of a symbol; longer ones keep their end. */
  readonly profileSymbolLengthMax: number;
  readonly rejectOlderThanMs: number;
  readonly rejectNewerThanMs: number;
  /** How far back a query may look: earlier is cut off. */
  readonly queryLookbackMaxMs: number;
  /** How long a range a query may have: longer is refused. */
  readonly queryLengthMaxMs: number;
  readonly queryTimeoutMs: number;
  readonly queryBytesReadMax: number;
  readonly queryMemoryBytesMax: number;
  readonly flameGraphNodesDefault: number;
  readonly flameGraphNodesMax: number;
}

/** Where limits come from. They may change while the process runs: ask at each use, keep nothing. */
export interface LimitsSource {
  limitsFor(tenant: TenantId): TenantLimits;
}

/** The smallest limit above 0, which means none; 0 if no limit is set. */
export function smallestLimit(limits: readonly number[]): number {
  const set = limits.filter((limit) => limit > 0);
  return set.length === 0 ? 0 : Math.min(...set);
}

/** The same limits for every tenant. */
export function equalLimits(limits: TenantLimits): LimitsSource {
  return { limitsFor: () => limits };
}
