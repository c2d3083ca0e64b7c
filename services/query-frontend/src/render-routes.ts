import { BasaltError, labelNames } from "@basalt/model";
import {
  parseRender,
  parseRenderDiff,
  planLabelValues,
  planMaxNodes,
  planProfileTypes,
  planSeries,
  planTree,
  type QueryAnswer,
} from "@basalt/query";
import type { CallContext, HttpRequest, HttpResponse, HttpRoute } from "@basalt/rpc";
import type { QueryFrontendOptions } from "./query-call.ts";
import { QueryCall } from "./query-call.ts";

/** The read routes from before Connect: `/pyroscope/render`, `/pyroscope/render-diff`, `/pyroscope/label-values`. */
export function renderRoutes(options: QueryFrontendOptions): readonly HttpRoute[] {
  const route = (
    path: string,
    answer: (request: HttpRequest, asked: QueryCall) => Promise<QueryAnswer>,
  ): HttpRoute => ({
    path,
    methods: ["GET"],
    tenancy: "many",
    handle: async (request: HttpRequest, context: CallContext): Promise<HttpResponse> => {
      const { bytes } = await answer(request, new QueryCall(options, context));
      return { status: 200, headers: { "content-type": "application/json" }, body: bytes };
    },
  });
  const { clock } = options;
  return [
    route("/pyroscope/render", ({ query }, asked) => {
      if (query.get("format") === "dot") throw new BasaltError("query_unsupported", "format=dot is not supported");
      const { tree, series, maxNodes } = parseRender(query, clock.nowNanos());
      return asked.run([planTree(tree, asked.plan), planSeries(series, asked.plan)], {
        kind: "render",
        maxNodes: planMaxNodes(maxNodes, asked.plan),
        startMs: Number(tree.startMs),
        endMs: Number(tree.endMs),
      });
    }),
    route("/pyroscope/render-diff", ({ query }, asked) => {
      const { left, right, maxNodes } = parseRenderDiff(query, clock.nowNanos());
      return asked.run([planTree(left, asked.plan), planTree(right, asked.plan)], {
        kind: "renderDiff",
        maxNodes: planMaxNodes(maxNodes, asked.plan),
      });
    }),
    route("/pyroscope/label-values", ({ query }, asked) => {
      const always = { startMs: 0n, endMs: 0n };
      const name = query.get("label") ?? "";
      const plan =
        name === labelNames.name
          ? planProfileTypes(always, asked.plan)
          : planLabelValues({ ...always, matchers: [], name }, asked.plan);
      return asked.run([plan], { kind: "labelValuesArray", codec: "json" });
    }),
  ];
}
