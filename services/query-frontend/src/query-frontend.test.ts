import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import type { QueryAnswer, QueryRequest, QueryRunner } from "@basalt/query";
import { plainOutcome } from "@basalt/query";
import { createServer, tenantInterceptor } from "@basalt/rpc";
import { Config, defaultLimits, equalLimits, limitSettings, ManualClock, systemClock } from "@basalt/runtime";
import { functionService } from "./function-service.ts";
import { querierService } from "./querier-service.ts";
import type { QueryFrontendOptions } from "./query-call.ts";
import { renderRoutes } from "./render-routes.ts";

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const nowMs = 1_795_181_000_000;
const fixtures = new URL("../../../test/fixtures/clients/", import.meta.url);

/** Notes what it is asked, and answers with the same bytes whatever that is. */
class NotingRunner implements QueryRunner {
  asked: QueryRequest | undefined;
  answer: QueryAnswer = { ...plainOutcome, bytes: new Uint8Array(0) };

  run(request: QueryRequest): Promise<QueryAnswer> {
    this.asked = request;
    return Promise.resolve(this.answer);
  }
}

const runner = new NotingRunner();
const week = { queryLookbackMaxMs: 604_800_000, queryLengthMaxMs: 86_400_000 };
const options: QueryFrontendOptions = {
  runner,
  clock: new ManualClock(nowMs),
  limits: equalLimits({ ...defaultLimits(Config.of(Object.values(limitSettings))), ...week }),
};
const server = createServer({
  clock: systemClock,
  services: [querierService(options), functionService(options)],
  routes: renderRoutes(options),
  interceptors: [tenantInterceptor({ multitenancy: true, tenantsMax: 16 })],
});
const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
after(() => server.stop(0));

/** Asks for tenant `team-a` unless told otherwise. */
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  runner.asked = undefined;
  const headers = { "x-scope-orgid": "team-a", "content-type": "application/json", ...init.headers };
  return await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
}

function call(method: string, message: object, headers: Record<string, string> = {}): Promise<Response> {
  const service = method === "TopFunctions" ? "basalt.v1.QueryService" : "querier.v1.QuerierService";
  return ask(`/${service}/${method}`, { method: "POST", body: JSON.stringify(message), headers });
}

const range = { start: nowMs - 3_600_000, end: nowMs };
const select = { profile_typeID: cpuType, label_selector: '{service_name="shop"}', ...range };

/** The plans of the last request, without what all have in common. */
function plans(): unknown[] {
  return (runner.asked?.questions ?? []).map(([plan]) => plan);
}

test("requests of profilecli are planned as it means them", async () => {
  for (const [name, kind] of [
    ["query-profile", "pprof"],
    ["query-series", "labelSets"],
  ] as const) {
    const folder = new URL(`profilecli-1.21.1/${name}/`, fixtures);
    const { path, headers } = JSON.parse(readFileSync(new URL("request.json", folder), "utf8"));
    const own = headers.filter(([header]: [string]) => !/^(host|content-length|accept-encoding)$/i.test(header));
    const answer = await ask(path, {
      method: "POST",
      body: readFileSync(new URL("body.bin", folder)),
      headers: Object.fromEntries(own.map(([header, value]: [string, string]) => [header.toLowerCase(), value])),
    });
    assert.equal(answer.status, 200, name);
    const [plan] = plans() as { kind: string; selectors: string[]; legacyNamesOnly?: boolean }[];
    assert.equal(plan?.kind, kind);
    assert.deepEqual(plan?.selectors, ['{service_name="shop.go"}']);
    // It says that it copes with UTF-8 label names.
    if (kind === "labelSets") assert.equal(plan?.legacyNamesOnly, false);
  }
});

test("both spellings of JSON names and an unknown format are taken", async () => {
  const camel = { profileTypeID: cpuType, labelSelector: '{service_name="shop"}', ...range };
  await call("SelectMergeStacktraces", { ...select, format: "PROFILE_FORMAT_FUNCTIONS" });
  const snakePlans = plans();
  assert.deepEqual(runner.asked?.answer, { kind: "flameGraph", codec: "json", maxNodes: 8192 });
  await call("SelectMergeStacktraces", {
    ...camel,
    maxNodes: "16384",
    stackTraceSelector: { call_site: [{ name: "main" }] },
  });
  assert.deepEqual(runner.asked?.answer, { kind: "flameGraph", codec: "json", maxNodes: 16_384 });
  assert.deepEqual(plans(), [{ ...(snakePlans[0] as object), callSite: ["main"] }]);
});

test("each format of SelectMergeStacktraces has its answer", async () => {
  for (const [format, kind] of [
    ["PROFILE_FORMAT_TREE", "treeBytes"],
    ["PROFILE_FORMAT_FLAMEGRAPH", "flameGraph"],
    ["PROFILE_FORMAT_PPROF", "pprof"],
  ]) {
    assert.equal((await call("SelectMergeStacktraces", { ...select, format })).status, 200);
    assert.equal(runner.asked?.answer.kind, kind);
  }
  const spans = await call("SelectMergeSpanProfile", { ...select, spanSelector: ["00000000000000af"] });
  assert.equal(spans.status, 200);
  assert.deepEqual((plans()[0] as { spans: string[] }).spans, ["00000000000000af"]);
});

const refused: readonly [name: string, method: string, message: object, status: number, code: string][] = [
  ["no range", "SelectMergeStacktraces", { ...select, start: 0 }, 400, "range_missing"],
  [
    "a reversed range",
    "SelectSeries",
    { ...select, start: range.end, end: range.start, step: 15 },
    400,
    "range_reversed",
  ],
  ["a long range", "SelectMergeProfile", { ...select, start: nowMs - 90_000_000 }, 400, "range_too_long"],
  ["a reversed range of labels", "LabelNames", { start: range.end, end: range.start }, 400, "range_reversed"],
  ["no label name", "LabelValues", { ...range }, 400, "query_malformed"],
  ["a step of nothing", "SelectSeries", { ...select }, 400, "query_malformed"],
  ["a step that is no number", "SelectSeries", { ...select, step: "NaN" }, 400, "query_malformed"],
  ["a negative limit", "SelectSeries", { ...select, step: 15, limit: -1 }, 400, "query_malformed"],
  ["nonsense for a time", "Series", { ...range, start: "yesterday" }, 400, "request_malformed"],
  ["no selector", "SelectMergeStacktraces", { ...select, label_selector: "" }, 400, "selector_malformed"],
  ["a bad matcher", "Series", { ...range, matchers: ["{"] }, 400, "selector_malformed"],
  ["a bad profile type", "SelectSeries", { ...select, step: 15, profile_typeID: "cpu" }, 400, "profile_type_malformed"],
  ["too many nodes", "SelectMergeStacktraces", { ...select, maxNodes: 1_048_577 }, 400, "max_nodes_limit"],
  ["no nodes", "Diff", { left: { ...select, maxNodes: -1 }, right: select }, 400, "max_nodes_limit"],
  ["a diff of one side", "Diff", { left: select }, 400, "profile_type_malformed"],
  ["a short span id", "SelectMergeSpanProfile", { ...select, spanSelector: ["af"] }, 400, "query_malformed"],
  ["no span id", "SelectMergeSpanProfile", { ...select }, 400, "query_malformed"],
  [
    "spans and traces",
    "SelectMergeStacktraces",
    { ...select, spanSelector: ["a"], traceIdSelector: ["b"] },
    400,
    "query_malformed",
  ],
  ["a trace", "SelectMergeStacktraces", { ...select, traceIdSelector: ["b"] }, 501, "query_unsupported"],
  ["a profile id", "SelectMergeProfile", { ...select, profileIdSelector: ["b"] }, 501, "query_unsupported"],
  ["DOT", "SelectMergeStacktraces", { ...select, format: "PROFILE_FORMAT_DOT" }, 501, "query_unsupported"],
  [
    "async",
    "SelectMergeStacktraces",
    { ...select, async: { type: "ASYNC_QUERY_TYPE_FORCE" } },
    501,
    "query_unsupported",
  ],
  [
    "exemplars",
    "SelectSeries",
    { ...select, step: 15, exemplarType: "EXEMPLAR_TYPE_INDIVIDUAL" },
    501,
    "query_unsupported",
  ],
  [
    "exemplars of spans",
    "SelectSeries",
    { ...select, step: 15, exemplarType: "EXEMPLAR_TYPE_SPAN" },
    400,
    "query_malformed",
  ],
  ["a heatmap", "SelectHeatmap", {}, 501, "query_unsupported"],
  ["an analysis", "AnalyzeQuery", {}, 501, "query_unsupported"],
  ["functions of nothing", "TopFunctions", {}, 400, "query_malformed"],
  ["a million functions", "TopFunctions", { query: select, limit: 1_000_000 }, 400, "query_malformed"],
  [
    "a difference of one side",
    "TopFunctions",
    { query: select, order: "TOP_FUNCTIONS_ORDER_SELF_DIFF" },
    400,
    "query_malformed",
  ],
];

for (const [name, method, message, status, code] of refused) {
  test(`${method} with ${name} gets ${status} and ${code}`, async () => {
    const answer = await call(method, message);
    const text = await answer.text();
    assert.equal(answer.status, status, text);
    assert.equal(answer.headers.get("basalt-error"), code, text);
    assert.equal(runner.asked, undefined);
  });
}

test("a range before the look-back is an empty answer, and labels may come without a range", async () => {
  assert.equal((await call("ProfileTypes", { start: 1000, end: 4000 })).status, 200);
  const [types] = plans() as { range: { start: bigint; end: bigint } }[];
  assert.ok(types !== undefined && types.range.start > types.range.end);
  assert.equal((await call("ProfileTypes", {})).status, 200);
  assert.equal((plans()[0] as { blocksSince: bigint }).blocksSince, BigInt(nowMs - 3_600_000) * 1_000_000n);
});

test("a look-back that cuts the range is told", async () => {
  const answer = await call("Series", { start: nowMs - 604_800_001, end: nowMs - 604_700_000 });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("basalt-warning") ?? "", /^range_clamped; .*max-query-lookback/);
});

test("clients of old label names get old label names", async () => {
  await call("LabelNames", range);
  assert.equal((plans()[0] as { legacyNamesOnly: boolean }).legacyNamesOnly, true);
  await call("LabelNames", range, { accept: "application/json; allow-utf8-labelnames=true" });
  assert.equal((plans()[0] as { legacyNamesOnly: boolean }).legacyNamesOnly, false);
});

test("several tenants are asked alike", async () => {
  await call("LabelNames", range, { "x-scope-orgid": "b|a" });
  const [question] = runner.asked?.questions ?? [];
  assert.deepEqual(
    question?.map(({ tenant }) => tenant),
    ["a", "b"],
  );
  assert.equal((await call("LabelNames", range, { "x-scope-orgid": "" })).status, 401);
});

test("bytes, warnings and partiality of the answer reach the client", async () => {
  runner.answer = {
    ...plainOutcome,
    bytes: new TextEncoder().encode('{"names":["x"]}'),
    isPartial: true,
    warnings: [{ code: "block_corrupt", text: "block 01 is left out" }],
  };
  const answer = await call("LabelNames", range);
  assert.equal(await answer.text(), '{"names":["x"]}');
  assert.equal(answer.headers.get("basalt-partial"), "true");
  assert.equal(answer.headers.get("basalt-warning"), "block_corrupt; block 01 is left out");
  runner.answer = { ...plainOutcome, bytes: new TextEncoder().encode("{}") };
});

test("a diff takes the larger number of nodes, and both sides", async () => {
  await call("Diff", { left: { ...select, max_nodes: 16 }, right: { ...select, max_nodes: 64, end: range.end - 1 } });
  assert.deepEqual(runner.asked?.answer, { kind: "diff", codec: "json", maxNodes: 64 });
  assert.equal(plans().length, 2);
});

test("functions are told apart by file, 100 of them, by self", async () => {
  await call("TopFunctions", { query: select, nameContains: "Main" });
  const spec = {
    kind: "topFunctions",
    codec: "json",
    limit: 100,
    order: "self",
    isAscending: false,
    nameContains: "main",
  };
  assert.deepEqual(runner.asked?.answer, spec);
  assert.equal((plans()[0] as { tellFilesApart: boolean }).tellFilesApart, true);
});

test("the routes from before Connect", async () => {
  const query = encodeURIComponent(`${cpuType}{service_name="shop"}`);
  const render = await ask(`/pyroscope/render?query=${query}&from=now-1h&groupBy=pod`);
  assert.equal(render.headers.get("content-type"), "application/json");
  assert.deepEqual(
    plans().map((plan) => (plan as { kind: string }).kind),
    ["tree", "series"],
  );
  assert.deepEqual(runner.asked?.answer, { kind: "render", maxNodes: 8192, startMs: range.start, endMs: range.end });
  const side = (name: string): string => `${name}Query=${query}&${name}From=now-1h&${name}Until=now`;
  await ask(`/pyroscope/render-diff?${side("left")}&${side("right")}&max-nodes=10`);
  assert.deepEqual(runner.asked?.answer, { kind: "renderDiff", maxNodes: 10 });
  await ask("/pyroscope/label-values?label=__name__");
  assert.equal((plans()[0] as { name: string }).name, "__profile_type__");
  await ask("/pyroscope/label-values?label=pod");
  assert.deepEqual(runner.asked?.answer, { kind: "labelValuesArray", codec: "json" });
  for (const path of ["render", "render?query=%7B%7D", "render-diff", "label-values", `render?query=${query}&from=x`]) {
    assert.equal((await ask(`/pyroscope/${path}`)).status, 400, path);
  }
  assert.equal((await ask(`/pyroscope/render?query=${query}&format=dot`)).status, 501);
});
