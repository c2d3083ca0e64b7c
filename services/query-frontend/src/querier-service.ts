import { BasaltError } from "@basalt/model";
import {
  planLabelNames,
  planLabelSets,
  planLabelValues,
  planMaxNodes,
  planPprof,
  planProfileTypes,
  planSeries,
  planStats,
  planTree,
} from "@basalt/query";
import type { CallContext, PreEncoded, Service } from "@basalt/rpc";
import { querierV1, service } from "@basalt/rpc";
import type { QueryFrontendOptions } from "./query-call.ts";
import { QueryCall } from "./query-call.ts";
import { pprofSpec, selectRequest, seriesRequest } from "./select-requests.ts";

/** 1 MiB: a request is a selector, a range and perhaps a call site of some thousand frames. */
export const requestBytesMax: number = 1 << 20;

/** `querier.v1.QuerierService`. */
export function querierService(options: QueryFrontendOptions): Service<typeof querierV1.QuerierServiceDefinition> {
  const call = (context: CallContext): QueryCall => new QueryCall(options, context);
  return service(
    querierV1.QuerierServiceDefinition,
    {
      profileTypes: (request, context) => profileTypes(request, call(context)),
      labelNames: (request, context) => {
        const asked = call(context);
        const plan = planLabelNames(rangeOf(request), asked.plan, asked);
        return asked.respond([plan], { kind: "labelNames", codec: asked.codec });
      },
      labelValues: (request, context) => {
        const asked = call(context);
        const plan = planLabelValues({ ...rangeOf(request), name: request.name }, asked.plan);
        return asked.respond([plan], { kind: "labelValues", codec: asked.codec });
      },
      series: (request, context) => {
        const asked = call(context);
        const plan = planLabelSets({ ...rangeOf(request), labelNames: request.labelNames }, asked.plan, asked);
        return asked.respond([plan], { kind: "labelSets", codec: asked.codec });
      },
      selectMergeStacktraces: (request, context) => selectMergeStacktraces(request, call(context)),
      selectMergeSpanProfile: (request, context) => selectMergeSpanProfile(request, call(context)),
      selectMergeProfile: (request, context) => {
        const asked = call(context);
        const select = selectRequest(request);
        return asked.respond([planPprof(select, asked.plan)], { ...pprofSpec(select, false), codec: asked.codec });
      },
      selectSeries: (request, context) => {
        const asked = call(context);
        const series = seriesRequest(request);
        const plan = planSeries(series, asked.plan);
        return asked.respond([plan], { kind: "series", codec: asked.codec, limit: series.limit });
      },
      diff: (request, context) => diff(request, call(context)),
      getProfileStats: (_request, context) => {
        const asked = call(context);
        return asked.respond([planStats(asked.plan)], { kind: "stats", codec: asked.codec });
      },
      selectHeatmap: () => unsupported("SelectHeatmap"),
      analyzeQuery: () => unsupported("AnalyzeQuery"),
    },
    { tenancy: "many", requestBytesMax },
  );
}

function unsupported(method: string): never {
  throw new BasaltError("query_unsupported", `${method} is not supported`);
}

function rangeOf<T extends { start: bigint; end: bigint; matchers: string[] }>(
  request: T,
): { startMs: bigint; endMs: bigint; matchers: readonly string[] } {
  return { startMs: request.start, endMs: request.end, matchers: request.matchers };
}

function profileTypes(request: querierV1.ProfileTypesRequest, asked: QueryCall): Promise<PreEncoded> {
  const plan = planProfileTypes({ startMs: request.start, endMs: request.end }, asked.plan);
  return asked.respond([plan], { kind: "profileTypes", codec: asked.codec });
}

function selectMergeStacktraces(
  request: querierV1.SelectMergeStacktracesRequest,
  asked: QueryCall,
): Promise<PreEncoded> {
  const select = selectRequest(request);
  const { codec } = asked;
  switch (request.format) {
    case querierV1.ProfileFormat.PROFILE_FORMAT_PPROF:
      return asked.respond([planPprof(select, asked.plan)], { ...pprofSpec(select, true), codec });
    case querierV1.ProfileFormat.PROFILE_FORMAT_DOT:
      throw new BasaltError("query_unsupported", "PROFILE_FORMAT_DOT is not supported");
    default: {
      const isTree = request.format === querierV1.ProfileFormat.PROFILE_FORMAT_TREE;
      const maxNodes = planMaxNodes(request.maxNodes, asked.plan);
      const plan = planTree(select, asked.plan);
      return asked.respond([plan], { kind: isTree ? "treeBytes" : "flameGraph", codec, maxNodes });
    }
  }
}

function selectMergeSpanProfile(
  request: querierV1.SelectMergeSpanProfileRequest,
  asked: QueryCall,
): Promise<PreEncoded> {
  if (request.spanSelector.length === 0) throw new BasaltError("query_malformed", "span_selector is required");
  return selectMergeStacktraces(
    { ...request, stackTraceSelector: undefined, profileIdSelector: [], traceIdSelector: [], async: undefined },
    asked,
  );
}

function diff({ left, right }: querierV1.DiffRequest, asked: QueryCall): Promise<PreEncoded> {
  const sides = [left, right].map((side) => side ?? emptySide);
  const maxNodes = Math.max(...sides.map((side) => planMaxNodes(side.maxNodes, asked.plan)));
  const plans = sides.map((side) => planTree(selectRequest(side), asked.plan));
  return asked.respond(plans, { kind: "diff", codec: asked.codec, maxNodes });
}

/** A side that is not there is an empty request, which is refused for what it lacks. */
const emptySide: querierV1.SelectMergeStacktracesRequest = {
  profileTypeID: "",
  labelSelector: "",
  start: 0n,
  end: 0n,
  format: 0,
  profileIdSelector: [],
  traceIdSelector: [],
  spanSelector: [],
};
