import { BasaltError, nanosPerMilli } from "@basalt/model";
import type { AnswerSpec, SelectRequest, SeriesRequest } from "@basalt/query";
import type { querierV1 } from "@basalt/rpc";
import { typesV1 } from "@basalt/rpc";

/** What select requests share on the wire. */
type WireSelect = Pick<querierV1.SelectMergeStacktracesRequest, "profileTypeID" | "labelSelector" | "start" | "end"> & {
  readonly stackTraceSelector?: typesV1.StackTraceSelector | undefined;
  readonly spanSelector?: readonly string[];
  readonly profileIdSelector?: readonly string[];
  readonly traceIdSelector?: readonly string[];
  readonly async?: querierV1.AsyncQueryRequest | undefined;
};

/**
 * The select part of a request.
 *
 * @throws BasaltError `query_unsupported` for what Basalt does not do yet, `query_malformed` for what nobody does.
 */
export function selectRequest(wire: WireSelect): SelectRequest {
  const { spanSelector = [], profileIdSelector = [], traceIdSelector = [], stackTraceSelector } = wire;
  if (spanSelector.length > 0 && traceIdSelector.length > 0) {
    throw new BasaltError("query_malformed", "span_selector and trace_id_selector exclude each other");
  }
  if (profileIdSelector.length > 0) throw unsupported("profile_id_selector");
  if (traceIdSelector.length > 0) throw unsupported("trace_id_selector");
  if (wire.async !== undefined && (wire.async.type !== 0 || wire.async.requestId !== "")) {
    throw unsupported("async queries");
  }
  return {
    profileTypeId: wire.profileTypeID,
    labelSelector: wire.labelSelector,
    startMs: wire.start,
    endMs: wire.end,
    callSite: stackTraceSelector?.callSite.map(({ name }) => name) ?? [],
    spans: spanSelector,
  };
}

/** A SelectSeries request. Errors as {@link selectRequest}, and `query_malformed` for a negative limit. */
export function seriesRequest(wire: querierV1.SelectSeriesRequest): SeriesRequest & { readonly limit: number } {
  if (wire.exemplarType === typesV1.ExemplarType.EXEMPLAR_TYPE_SPAN) {
    throw new BasaltError("query_malformed", "exemplars of spans belong to heatmaps, not to series");
  }
  if (wire.exemplarType === typesV1.ExemplarType.EXEMPLAR_TYPE_INDIVIDUAL) throw unsupported("exemplars");
  const limit = wire.limit ?? 0n;
  if (limit < 0n) throw new BasaltError("query_malformed", `limit ${limit} is negative`);
  const isAverage = wire.aggregation === typesV1.TimeSeriesAggregationType.TIME_SERIES_AGGREGATION_TYPE_AVERAGE;
  return {
    ...selectRequest(wire),
    groupBy: wire.groupBy,
    stepSeconds: wire.step,
    aggregation: isAverage ? "average" : "sum",
    limit: Number(limit < limitUnbounded ? limit : limitUnbounded),
  };
}

/** 2^31: no answer has as many series. */
const limitUnbounded = 2_147_483_648n;

/** How a merged pprof is described: it ends at the end of the range and is as long as the range. */
export function pprofSpec(
  request: SelectRequest,
  isWrapped: boolean,
): Omit<Extract<AnswerSpec, { kind: "pprof" }>, "codec"> {
  return {
    kind: "pprof",
    isWrapped,
    endNanos: BigInt.asIntN(64, request.endMs * nanosPerMilli),
    durationNanos: BigInt.asIntN(64, (request.endMs - request.startMs) * nanosPerMilli),
  };
}

function unsupported(what: string): BasaltError {
  return new BasaltError("query_unsupported", `${what} is not supported`);
}
