import { BasaltError, nanosPerMilli, type TimeRange, type UnixNano } from "@basalt/model";

/** A time range as requests carry it: unix milliseconds, both ends included, 0 = not given. */
export interface RangeRequest {
  readonly startMs: bigint;
  readonly endMs: bigint;
}

/** What a tenant may ask, and when it asks. 0 = no limit. */
export interface RangeRules {
  readonly nowMs: number;
  /** `-querier.max-query-lookback`, ms: the start is clamped. */
  readonly lookbackMaxMs: number;
  /** `-querier.max-query-length`, ms: a longer range is refused. */
  readonly lengthMaxMs: number;
}

/** The first and last millisecond whose nanoseconds fit an int64. */
const timeMinMs = -9_223_372_036_854n;
const timeMaxMs = 9_223_372_036_853n;

/** Every instant. */
export const allOfTime: TimeRange = { start: -(1n << 63n), end: (1n << 63n) - 1n };

/** A range that holds no instant. */
export const emptyRange: TimeRange = { start: 1n, end: 0n };

/** Whether a range holds no instant. */
export function isEmptyRange(range: TimeRange): boolean {
  return range.start > range.end;
}

/**
 * The range of a Select call. A range that lies before the look-back is empty, which is no error.
 *
 * @throws BasaltError `range_missing`, `range_reversed`, `range_too_long`.
 */
export function planRange(request: RangeRequest, rules: RangeRules): RangeRequest | undefined {
  if (request.startMs === 0n || request.endMs === 0n) {
    throw new BasaltError("range_missing", "missing time range in the query: start and end are unix milliseconds");
  }
  if (request.startMs > request.endMs) {
    throw new BasaltError(
      "range_reversed",
      `query start time is after end time: start ${request.startMs}, end ${request.endMs}`,
    );
  }
  const endMs = clamp(request.endMs);
  const startMs = clampStart(clamp(request.startMs), rules);
  if (startMs > endMs) return undefined;
  const lengthMs = endMs - startMs;
  if (rules.lengthMaxMs > 0 && lengthMs > BigInt(rules.lengthMaxMs)) {
    throw new BasaltError(
      "range_too_long",
      `the query time range exceeds the limit (max_query_length, actual: ${lengthMs} ms, limit: ${rules.lengthMaxMs} ms, -querier.max-query-length)`,
    );
  }
  return { startMs, endMs };
}

function clampStart(startMs: bigint, rules: RangeRules): bigint {
  if (rules.lookbackMaxMs <= 0) return startMs;
  const earliest = BigInt(Math.floor(rules.nowMs - rules.lookbackMaxMs));
  return startMs < earliest ? earliest : startMs;
}

function clamp(timeMs: bigint): bigint {
  return timeMs < timeMinMs ? timeMinMs : timeMs > timeMaxMs ? timeMaxMs : timeMs;
}

/** How far back a question about labels looks when it names no time: one hour, as Pyroscope v2 does. */
const recentMs = 3_600_000;

/**
 * The range of a question about labels, where a missing end means: the last hour and all that is not yet in a block.
 *
 * @throws BasaltError as {@link planRange}.
 */
export function planLabelRange(
  request: RangeRequest,
  rules: RangeRules,
): { readonly range: TimeRange; readonly blocksSince: UnixNano } {
  if (request.startMs === 0n || request.endMs === 0n) {
    return { range: allOfTime, blocksSince: BigInt(Math.floor(rules.nowMs - recentMs)) * nanosPerMilli };
  }
  return { range: nanoRange(planRange(request, rules)), blocksSince: allOfTime.start };
}

/** Milliseconds as nanoseconds. A row's time counts in whole milliseconds, rounded down, so the last one is included in full. */
export function nanoRange(range: RangeRequest | undefined): TimeRange {
  if (range === undefined) return emptyRange;
  return { start: range.startMs * nanosPerMilli, end: range.endMs * nanosPerMilli + nanosPerMilli - 1n };
}
