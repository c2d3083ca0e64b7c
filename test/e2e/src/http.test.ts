import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, flush, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
/** A multiple of every step, so that points lie where the test says. */
const endMs = Math.floor(Date.now() / 60_000) * 60_000;

let server: ServerUnderTest;
before(async () => {
  server = await ServerUnderTest.create(["-validation.reject-newer-than=30m"]);
  await server.start();
  await push("shop{pod=a}", endMs - 170_000, "main;list 10\nmain;pay 20");
  await push("shop{pod=b}", endMs - 20_000, "main;list 5");
});
after(async () => {
  await server.stop();
  server.removeData();
});

async function push(name: string, timeMs: number, samples: string): Promise<void> {
  const body = Uint8Array.from(tinyPprof({ samples, timeNanos: BigInt(timeMs) * 1_000_000n }));
  const url = `${server.url}/ingest?format=pprof&name=${encodeURIComponent(name)}`;
  const answer = await fetch(url, { method: "POST", body });
  assert.equal(answer.status, 200, await answer.text());
}

async function get(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${server.url}${path}?${new URLSearchParams(parameters)}`);
}

const window = { from: String(endMs - 180_000), until: String(endMs) };

test("/pyroscope/render answers a flamebearer, a timeline and groups", async () => {
  const query = `${cpuType}{service_name="shop"}`;
  const response = await get("/pyroscope/render", { query, ...window });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/json");
  const body = (await response.json()) as Render;
  assert.deepEqual(Object.keys(body).sort(), ["flamebearer", "groups", "heatmap", "metadata", "timeline", "version"]);
  assert.equal(body.version, 1);
  assert.deepEqual(body.flamebearer.levels, [[0, 35, 0, 0], [0, 35, 0, 1], body.flamebearer.levels[2]]);
  assert.deepEqual([body.flamebearer.numTicks, body.flamebearer.maxSelf], [35, 20]);
  assert.deepEqual(body.flamebearer.names.slice(0, 2), ["total", "main"]);
  const { format, sampleRate, units, name, spyName } = body.metadata;
  assert.deepEqual([format, sampleRate, units, name, spyName], ["single", 1_000_000_000, "samples", "cpu", ""]);
  const { startTime, samples, durationDelta, watermarks } = body.timeline;
  assert.deepEqual([startTime, durationDelta, watermarks], [(endMs - 180_000) / 1000, 15, null]);
  assert.equal(samples.length, 12);
  assert.equal(
    samples.reduce((sum, value) => sum + value, 0),
    35,
  );
});

test("/pyroscope/render groups by a label, and bounds its nodes", async () => {
  const query = `${cpuType}{service_name="shop"}`;
  const grouped = (await (await get("/pyroscope/render", { query, groupBy: "pod", ...window })).json()) as Render;
  assert.deepEqual(Object.keys(grouped.groups ?? {}).sort(), ["a", "b"]);
  const small = (await (await get("/pyroscope/render", { query, "max-nodes": "1", ...window })).json()) as Render;
  assert.ok(small.flamebearer.names.includes("other"), small.flamebearer.names.join(" "));
  assert.equal(small.flamebearer.numTicks, 35);
});

test("/pyroscope/render-diff compares two sides", async () => {
  const side = (pod: string): string => `${cpuType}{pod="${pod}"}`;
  const response = await get("/pyroscope/render-diff", {
    leftQuery: side("a"),
    leftFrom: window.from,
    leftUntil: window.until,
    rightQuery: side("b"),
    rightFrom: window.from,
    rightUntil: window.until,
  });
  assert.equal(response.status, 200);
  const body = (await response.json()) as Render & { readonly leftTicks: number; readonly rightTicks: number };
  assert.deepEqual([body.metadata.format, body.leftTicks, body.rightTicks], ["double", 30, 5]);
  assert.deepEqual(body.flamebearer.levels[0], [0, 30, 0, 0, 5, 0, 0]);
  assert.equal(body.flamebearer.levels[2]?.length, 14, "two nodes of seven numbers");
});

interface Render {
  readonly version: number;
  readonly flamebearer: {
    readonly names: readonly string[];
    readonly levels: readonly (readonly number[])[];
    readonly numTicks: number;
    readonly maxSelf: number;
  };
  readonly metadata: Readonly<Record<"format" | "spyName" | "units" | "name", string>> & {
    readonly sampleRate: number;
  };
  readonly timeline: {
    readonly startTime: number;
    readonly samples: readonly number[];
    readonly durationDelta: number;
    readonly watermarks: null;
  };
  readonly groups: Readonly<Record<string, unknown>> | null;
}

const refused: readonly [what: string, path: string, parameters: Readonly<Record<string, string>>, code: string][] = [
  ["no query", "/pyroscope/render", window, "query_malformed"],
  ["a query that is none", "/pyroscope/render", { query: "{", ...window }, "selector_malformed"],
  ["a time that is none", "/pyroscope/render", { query: `${cpuType}{}`, from: "soon" }, "time_invalid"],
  [
    "nonsense for a number",
    "/pyroscope/render",
    { query: `${cpuType}{}`, "max-nodes": "NaN", ...window },
    "query_malformed",
  ],
  ["a diff of one side", "/pyroscope/render-diff", { leftQuery: `${cpuType}{}` }, "query_malformed"],
];
for (const [what, path, parameters, code] of refused) {
  test(`${path} refuses ${what}`, async () => {
    const response = await get(path, parameters);
    const text = await response.text();
    assert.equal(response.status, 400, text);
    assert.equal(response.headers.get("basalt-error"), code, text);
  });
}

test("/pyroscope/label-values answers profile types and values", async () => {
  const types = (await (await get("/pyroscope/label-values", { label: "__name__" })).json()) as readonly string[];
  assert.deepEqual(types, [cpuType]);
  const pods = (await (await get("/pyroscope/label-values", { label: "pod" })).json()) as readonly string[];
  assert.deepEqual(pods, ["a", "b"]);
});

test("/ready, build and configuration", async () => {
  const ready = await get("/ready");
  assert.deepEqual([ready.status, (await ready.text()).trim()], [200, "ready"]);
  const build = (await (await get("/api/v1/status/buildinfo")).json()) as {
    status: string;
    data: Record<string, string>;
  };
  assert.equal(build.status, "success");
  assert.deepEqual(Object.keys(build.data), ["version", "revision", "branch", "buildUser", "buildDate", "goVersion"]);
  const all = await get("/api/v1/status/config");
  assert.equal(all.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.match(await all.text(), /\n {2}head_bytes_max: 128MiB\n/);
  assert.match(await (await get("/api/v1/status/config/default")).text(), /reject_newer_than: 10m\n/);
  const changed = await (await get("/api/v1/status/config/diff")).text();
  assert.match(changed, /reject_newer_than: 30m\n/);
  assert.doesNotMatch(changed, /head_bytes_max/);
  assert.equal((await get("/no/such/path")).status, 404);
});

test("/metrics counts what happened, under Pyroscope's names", async () => {
  await push("shop{pod=b}", endMs - 20_000, "main;list 5");
  await fetch(`${server.url}/ingest?name=bad&format=pprof`, { method: "POST", body: "no profile" });
  await ask(server.url, "querier.v1.QuerierService/LabelNames", { start: endMs - 60_000, end: endMs });
  await flush(server.url);
  const response = await get("/metrics");
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  const expected = [
    /^pyroscope_build_info\{.*version="/m,
    /^pyroscope_request_duration_seconds_count\{method="POST",route="ingest",status_code="200",ws="false"\} 3$/m,
    /^pyroscope_request_duration_seconds_count\{.*route="querier_v1_querierservice_labelnames".*\} 1$/m,
    /^pyroscope_distributor_received_decompressed_bytes_count\{type="process_cpu",tenant="anonymous"\} 3$/m,
    /^pyroscope_discarded_samples_total\{reason="malformed_profile",tenant="anonymous"\} 1$/m,
    /^basalt_ingester_duplicates_total\{tenant="anonymous",service="shop"\} 1$/m,
    /^basalt_ingester_wal_syncs_total [1-9]/m,
    /^pyroscope_head_flushed_blocks_total\{status="success"\} [1-9]/m,
    /^pyroscope_head_written_profile_segments_total\{status="success"\} [1-9]/m,
    /^pyroscope_head_size_bytes\{type="rows"\} \d/m,
    /^basalt_querier_query_duration_seconds_count\{answer="labelNames",outcome="ok"\} 1$/m,
    /^process_resident_memory_bytes [1-9]/m,
  ];
  for (const line of expected) assert.match(text, line);
});
