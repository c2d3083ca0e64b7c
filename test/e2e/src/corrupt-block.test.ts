import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Answer, ask, flush, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

/** Each tenant has two blocks: one of three hours ago, which is damaged, and one of an hour ago, which stays. */
const hourMs = 3_600_000;
const nowMs = Date.now();
const damagedMs = nowMs - 3 * hourMs;
const soundMs = nowMs - hourMs;
const sampleCount = 500;
const soundTotal = 7n;

/** What is done to a file, and whether it may go unnoticed because the byte tells nothing of these rows. */
interface Damage {
  readonly name: string;
  readonly act: (path: string) => void;
  readonly isCertain: boolean;
}

const damages: readonly Damage[] = [
  { name: "is cut to half", act: (path) => truncateSync(path, statSync(path).size >> 1), isCertain: true },
  { name: "is empty", act: (path) => truncateSync(path, 0), isCertain: true },
  { name: "is gone", act: (path) => rmSync(path), isCertain: true },
  { name: "is garbage", act: (path) => writeFileSync(path, "garbage ".repeat(1000)), isCertain: true },
  ...[0.05, 0.2, 0.4, 0.6, 0.8, 0.95].map((place) => ({
    name: `has a flipped bit at ${place * 100} %`,
    act: (path: string) => flip(path, place),
    isCertain: false,
  })),
];
const dataFiles = ["profiles", "series", "symbols/stacktraces", "symbols/locations", "symbols/functions"];
const cases = [...dataFiles.map((file) => `${file}.parquet`), "meta.json"].flatMap((file) =>
  damages
    // A block without a meta.json is not there at all: that is how blocks are deleted.
    .filter(({ name }) => file !== "meta.json" || name !== "is gone")
    .map((damage) => ({ file, damage, tenant: `${file.replaceAll(/\W/g, "_")}-${damages.indexOf(damage)}` })),
);

let server: ServerUnderTest;
let damagedTotal: bigint;
before(async () => {
  server = await ServerUnderTest.create(["-auth.multitenancy-enabled=true"]);
  await server.start();
  const values = Array.from({ length: sampleCount }, (_, i) => (i * 7919) % 10_007);
  const samples = values.map((value, i) => `main;handle${i % 31};work${i} ${value}`).join("\n");
  damagedTotal = values.reduce((sum, value) => sum + BigInt(value), 0n);
  for (const { tenant } of cases) {
    await push(tenant, damagedMs, samples);
    await push(tenant, soundMs, `main ${soundTotal}`);
  }
  await flush(server.url);
});
after(async () => {
  await server.stop();
  server.removeData();
});

for (const { file, damage, tenant } of cases) {
  test(`${file} ${damage.name}: the rest answers, and the answer says so`, async () => {
    damage.act(join(damagedBlock(tenant), file));
    const first = await merge(tenant, damagedMs - hourMs);
    const isNoticed = first.headers.get("basalt-partial") === "true";
    if (damage.isCertain) assert.ok(isNoticed, first.text.slice(0, 300));
    assert.equal(first.status, 200, first.text.slice(0, 300));
    assert.equal(totalOf(first), isNoticed ? soundTotal : soundTotal + damagedTotal);
    if (!isNoticed) return;
    assert.match(first.headers.get("basalt-warning") ?? "", /^block_corrupt; block [0-9A-Z]{26} /);
    const again = await merge(tenant, damagedMs - hourMs);
    assert.deepEqual([again.headers.get("basalt-partial"), totalOf(again)], ["true", soundTotal]);
    const beside = await merge(tenant, soundMs - hourMs / 2);
    assert.equal(totalOf(beside), soundTotal);
    // Who cannot read a block's meta.json does not know which times it holds.
    if (file !== "meta.json") assert.equal(beside.headers.get("basalt-partial"), null);
  });
}

test("other questions over a damaged block answer in part, too", async () => {
  const { tenant } = cases[0] ?? { tenant: "" };
  const range = { start: damagedMs - hourMs, end: nowMs };
  const asked = { profileTypeID: cpuType, labelSelector: "{}", ...range };
  const questions: readonly [procedure: string, body: unknown][] = [
    ["querier.v1.QuerierService/SelectSeries", { ...asked, step: 60 }],
    ["querier.v1.QuerierService/SelectMergeProfile", asked],
    ["querier.v1.QuerierService/LabelValues", { ...range, name: "service_name" }],
    ["querier.v1.QuerierService/Diff", { left: asked, right: asked }],
    ["basalt.v1.QueryService/TopFunctions", { query: asked }],
  ];
  for (const [procedure, body] of questions) {
    const answer = await ask(server.url, procedure, body, { "x-scope-orgid": tenant });
    assert.equal(answer.status, 200, `${procedure}: ${answer.text}`);
    assert.equal(answer.headers.get("basalt-partial"), "true", procedure);
  }
});

test("metrics count it, and the server takes profiles in as before", async () => {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const { tenant } = cases[0] ?? { tenant: "" };
  assert.match(metrics, new RegExp(`^basalt_querier_partial_answers_total{tenant="${tenant}"} [1-9]`, "m"));
  assert.match(metrics, new RegExp(`^basalt_querier_quarantined_blocks_total{tenant="${tenant}"} 1$`, "m"));
  await push("another", nowMs, "main 1");
  assert.equal(totalOf(await merge("another", nowMs - hourMs)), 1n);
});

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

function merge(tenant: string, start: number): Promise<Answer> {
  const question = { profileTypeID: cpuType, labelSelector: "{}", start, end: nowMs };
  return ask(server.url, "querier.v1.QuerierService/SelectMergeStacktraces", question, { "x-scope-orgid": tenant });
}

function totalOf({ json }: Answer): bigint {
  return BigInt((json["flamegraph"] as { readonly total?: string }).total ?? "0");
}

async function push(tenant: string, timeMs: number, samples: string): Promise<void> {
  const body = Uint8Array.from(tinyPprof({ samples, timeNanos: BigInt(timeMs) * 1_000_000n }));
  const headers = { "x-scope-orgid": tenant };
  const answer = await fetch(`${server.url}/ingest?name=shop&format=pprof`, { method: "POST", body, headers });
  assert.equal(answer.status, 200, await answer.text());
}

function flip(path: string, place: number): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length * place);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

/** The tenant's block with the older window. */
function damagedBlock(tenant: string): string {
  const blocks = join(server.dataPath, "bucket", tenant, "blocks");
  const startOf = (id: string): bigint => {
    const meta: { readonly window: { readonly start: string } } = JSON.parse(
      readFileSync(join(blocks, id, "meta.json"), "utf8"),
    );
    return BigInt(meta.window.start);
  };
  const [oldest = "none"] = readdirSync(blocks).sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
  return join(blocks, oldest);
}
