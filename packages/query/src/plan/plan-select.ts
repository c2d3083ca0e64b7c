import type { ProfileType, TenantId } from "@basalt/model";
import { BasaltError, parseProfileType, parseSelector } from "@basalt/model";
import type { RangeRequest, RangeRules } from "./plan-range.ts";
import { emptyRange, nanoRange, planRange } from "./plan-range.ts";
import type { PprofPlan, Selection, SeriesPlan, TreePlan } from "./query-plan.ts";

/** Who asks, when, and what the tenant may ask. */
export interface PlanContext extends RangeRules {
  readonly tenant: TenantId;
  /** `-querier.max-flamegraph-nodes-default`. */
  readonly nodesDefault: number;
  /** `-querier.max-flamegraph-nodes-max`; 0 = no limit. */
  readonly nodesMax: number;
}

/** What all Select calls have in common. */
export interface SelectRequest extends RangeRequest {
  readonly profileTypeId: string;
  readonly labelSelector: string;
  /** Root-first function names. */
  readonly callSite?: readonly string[];
  /** Hex span ids. */
  readonly spans?: readonly string[];
}

/** A SelectSeries call. */
export interface SeriesRequest extends SelectRequest {
  readonly groupBy: readonly string[];
  readonly stepSeconds: number;
  readonly aggregation: "sum" | "average";
}

/** Far deeper than any stack that ingest lets through by default (1000). */
const callSiteLengthMax = 10_000;
/** A trace has thousands of spans at most; more ids than that are no honest question. */
const spanCountMax = 10_000;
/** Above the default limit of labels a series (30). */
const groupByCountMax = 100;

/**
 * Plans a merged call tree.
 *
 * @throws BasaltError for whatever is wrong with the request: `profile_type_malformed`, `selector_malformed`, `range_*`, `query_malformed`.
 */
export function planTree(request: SelectRequest, context: PlanContext, tellFilesApart = false): TreePlan {
  return { kind: "tree", ...planSelect(request, context), tellFilesApart };
}

/** Plans a merged pprof. Errors as {@link planTree}. */
export function planPprof(request: SelectRequest, context: PlanContext): PprofPlan {
  return { kind: "pprof", ...planSelect(request, context) };
}

/** Plans values over time. Errors as {@link planTree}. */
export function planSeries(request: SeriesRequest, context: PlanContext): SeriesPlan {
  const stepMs = planStep(request.stepSeconds);
  const groupBy = [...new Set(request.groupBy)].sort();
  if (groupBy.length > groupByCountMax) {
    throw new BasaltError("query_malformed", `group_by names ${groupBy.length} labels, at most ${groupByCountMax}`);
  }
  const { spans: _, ...selection } = planSelect(request, context);
  const range = planRange(request, context);
  const shared = { kind: "series" as const, ...selection, groupBy, stepMs, aggregation: request.aggregation };
  if (range === undefined) return { ...shared, range: emptyRange, firstPointMs: 0 };
  const step = BigInt(stepMs);
  const lastPointMs = range.startMs + ((range.endMs - range.startMs) / step) * step;
  // Rows in (start - step, last point]; a row after the last whole step belongs to no point.
  const scanned = nanoRange({ startMs: range.startMs - step + 1n, endMs: lastPointMs });
  return {
    ...shared,
    range: { start: atLeastInt64(scanned.start), end: scanned.end },
    firstPointMs: Number(range.startMs),
  };
}

function planSelect(
  request: SelectRequest,
  context: PlanContext,
): Selection & {
  readonly profileType: ProfileType;
  readonly callSite: readonly string[];
  readonly spans: readonly string[];
} {
  const profileType = parseProfileType(request.profileTypeId);
  parseSelector(request.labelSelector);
  return {
    tenant: context.tenant,
    selectors: [request.labelSelector],
    range: nanoRange(planRange(request, context)),
    profileType,
    callSite: planCallSite(request.callSite ?? []),
    spans: planSpans(request.spans ?? []),
  };
}

function planCallSite(callSite: readonly string[]): readonly string[] {
  if (callSite.length <= callSiteLengthMax) return callSite;
  throw new BasaltError("query_malformed", `call_site has ${callSite.length} frames, at most ${callSiteLengthMax}`);
}

function planSpans(spans: readonly string[]): readonly string[] {
  if (spans.length > spanCountMax) {
    throw new BasaltError("query_malformed", `span_selector names ${spans.length} spans, at most ${spanCountMax}`);
  }
  for (const span of spans) {
    if (/^[0-9a-fA-F]{16}$/.test(span)) continue;
    const shown = JSON.stringify(span.slice(0, 40));
    const wrong = span.length === 16 ? "span id" : `span id length ${span.length}`;
    throw new BasaltError("query_malformed", `invalid ${wrong}: ${shown} is not 16 hex digits`);
  }
  return spans.map((span) => span.toLowerCase());
}

/** A step in whole milliseconds: what is finer is cut off, as Pyroscope does. */
function planStep(stepSeconds: number): number {
  // The added nanosecond undoes what binary fractions take away: 0.57 * 1000 = 569.9999999999999.
  const stepMs = Math.trunc(stepSeconds * 1000 + 1e-6);
  if (!(stepMs >= 1)) throw new BasaltError("query_malformed", `step must be >= 1ms, got ${stepSeconds} s`);
  return Math.min(stepMs, stepMaxMs);
}

/** A thousand years: wider than all of int64 nanoseconds, and still exact as a number. */
const stepMaxMs = 31_557_600_000_000;

const int64Min = -(1n << 63n);

function atLeastInt64(nanos: bigint): bigint {
  return nanos < int64Min ? int64Min : nanos;
}

/**
 * How many nodes a flame graph may have: the default when not asked for, 0 = no bound.
 *
 * @throws BasaltError `max_nodes_limit`.
 */
export function planMaxNodes(requested: bigint | undefined, context: PlanContext): number {
  const { nodesDefault, nodesMax } = context;
  if (requested === undefined || requested === 0n) return nodesDefault;
  if (requested < 0n) {
    if (nodesMax === 0) return 0;
    throw new BasaltError(
      "max_nodes_limit",
      `max flamegraph nodes limit must be set (max allowed ${nodesMax}, -querier.max-flamegraph-nodes-max)`,
    );
  }
  if (nodesMax > 0 && requested > BigInt(nodesMax)) {
    throw new BasaltError(
      "max_nodes_limit",
      `max flamegraph nodes limit ${requested} is greater than allowed ${nodesMax} (-querier.max-flamegraph-nodes-max)`,
    );
  }
  return Number(requested < nodesUnbounded ? requested : nodesUnbounded);
}

/** 2^31: no tree has as many nodes. */
const nodesUnbounded = 2_147_483_648n;
