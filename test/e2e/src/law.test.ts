import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, flush, Ledger, ServerUnderTest } from "@basalt/test-kit";
import { DuckDBInstance } from "@duckdb/node-api";

/** The law: the sum of sample values in equals the sum out, at each stage, for each profile type and service. */
const profileNames: Readonly<Record<string, string>> = {
  cpu: "process_cpu",
  goroutine: "goroutines",
  // Node's heap profiles.
  heap: "memory",
};
/** One push of each series, half an hour wide: three windows at the most. */
const load = { ticks: 1, tickSeconds: 1800, connections: 8 };
const endMs = Date.now() + 60_000;
/** One point at its end. */
const step = 3600;
const range = { start: endMs - step * 1000, end: endMs };
const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

let server: ServerUnderTest;
const ledger = new Ledger(load);
before(async () => {
  server = await ServerUnderTest.create(["-ingester.workers=2"]);
});
after(async () => {
  await server.stop();
  server.removeData();
});

test("in heads", async () => {
  await server.start();
  assert.equal((await ledger.push(server.url, ledger.pending.length)).failed, 0);
  assert.equal(ledger.acknowledged.length, 470);
  assert.equal(segmentCount(), 0, "nothing is sealed yet");
  await checkLaw("in heads");
});

test("in heads that a restart replayed", async () => {
  await server.kill();
  await server.start();
  await checkLaw("in heads that a restart replayed");
});

test("in segments", async () => {
  await server.kill();
  // So small a head is sealed while the log is replayed.
  await server.start({ flags: ["-ingester.head-bytes-max=4MiB"] });
  assert.ok(segmentCount() > 1, `${segmentCount()} segments`);
  await checkLaw("in segments and what is left in heads");
});

test("in blocks", async () => {
  await flush(server.url);
  await checkLaw("in blocks");
});

test("in blocks after a restart", async () => {
  assert.equal((await server.stop()).code, 0);
  await server.start();
  await checkLaw("in blocks after a restart");
});

test("in the bucket's Parquet as DuckDB reads it, by rows and by samples", async () => {
  const rows = await duckdb(`
    select s.labels['__profile_type__'], s.labels['service_name'], sum(p.total)::varchar,
      sum(list_sum(list_transform(p.samples, x -> x.value)))::varchar
    from ${parquet("profiles")} p join ${parquet("series")} s using (block, series_index) group by 1, 2`);
  const found = rows.map(([type, service, total]) => `${sumKey(String(type), String(service))} ${total}`);
  assert.deepEqual(found.sort(), expectedSums());
  for (const [type, service, total, bySamples] of rows) assert.equal(bySamples, total, `${type} of ${service}`);
});

for (const [type, service] of [
  [cpuType, "svc-00"],
  ["memory:alloc_space:bytes:space:bytes", "svc-01"],
] as const) {
  test(`functions of ${type} are those that DuckDB finds by following the stacks`, async () => {
    const query = { profileTypeID: type, labelSelector: `{service_name="${service}"}`, ...range };
    const answer = await ask(server.url, "basalt.v1.QueryService/TopFunctions", { query, limit: 10_000 });
    assert.equal(answer.status, 200, answer.text);
    const told = (answer.json["functions"] as readonly TopFunction[]).map(
      ({ function: name = "", file = "", self = "0", total = "0" }) => `${name} ${file} ${self} ${total}`,
    );
    const rows = await duckdb(topFunctionsSql(type, service));
    const found = rows.map(([name, file, self, total]) => `${name} ${file} ${self} ${total}`);
    assert.ok(found.length > 100, `${found.length} functions`);
    assert.deepEqual(told.sort(), found.sort());
  });
}

interface TopFunction {
  readonly function?: string;
  readonly file?: string;
  readonly self?: string;
  readonly total?: string;
}

/** Compares the merged total of each type, and the sum of each type and service. */
async function checkLaw(stage: string): Promise<void> {
  await ledger.check(server.url, stage);
  const types = await ask(server.url, "querier.v1.QuerierService/ProfileTypes", range);
  const ids = (types.json["profileTypes"] as readonly { readonly ID: string }[]).map(({ ID }) => ID);
  const found: string[] = [];
  for (const profileTypeID of ids) {
    const question = { profileTypeID, labelSelector: "{}", ...range, step, groupBy: ["service_name"] };
    const answer = await ask(server.url, "querier.v1.QuerierService/SelectSeries", question);
    assert.equal(answer.status, 200, answer.text);
    for (const { labels, points } of answer.json["series"] as readonly Series[]) {
      const sum = points.reduce((total, { value = 0 }) => total + value, 0);
      assert.ok(Number.isSafeInteger(sum));
      found.push(`${sumKey(profileTypeID, labels[0]?.value ?? "")} ${sum}`);
    }
  }
  assert.deepEqual(found.sort(), expectedSums(), stage);
}

interface Series {
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly points: readonly { readonly value?: number }[];
}

/** Without the period, which the corpus' manifest does not know. */
function sumKey(profileType: string, service: string): string {
  return `${profileType.split(":").slice(0, 3).join(":")}/${service}`;
}

/** What was pushed: `process_cpu:cpu:nanoseconds/svc-00 14470000000` for each type and service, sorted. */
function expectedSums(): readonly string[] {
  const sums = new Map<string, bigint>();
  for (const { push, totals } of ledger.acknowledged) {
    for (const [column, type] of push.profile.sampleTypes.entries()) {
      const name = profileNames[push.profile.kind] ?? push.profile.kind;
      const key = sumKey(`${name}:${type}`, push.series.service);
      sums.set(key, (sums.get(key) ?? 0n) + (totals[column] ?? 0n));
    }
  }
  const kept = [...sums].filter(([, sum]) => sum !== 0n);
  return kept.map(([key, sum]) => `${key} ${sum}`).sort();
}

function segmentCount(): number {
  const shards = join(server.dataPath, "ingester/shards");
  return readdirSync(shards)
    .flatMap((shard) => readdirSync(join(shards, shard, "segments")))
    .filter((name) => name.endsWith(".seg")).length;
}

async function duckdb(sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** One kind of file of all blocks, with the id of its block. */
function parquet(file: string): string {
  const files = `${server.dataPath}/bucket/anonymous/blocks/*/${file}.parquet`;
  return `(select *, regexp_extract(path, 'blocks/([0-9A-Z]+)/', 1) as block from read_parquet('${files}', filename = 'path'))`;
}

/** By docs/formats/block.md: self is the innermost line of the leaf, total counts a function once a stack. */
function topFunctionsSql(type: string, service: string): string {
  return `
    with recursive
      sums as (
        select block, partition, sample.stacktrace_id as stack, sum(sample.value) as value from (
          select block, p.partition, unnest(p.samples) as sample
          from ${parquet("profiles")} p join ${parquet("series")} s using (block, series_index)
          where s.labels['__profile_type__'] = '${type}' and s.labels['service_name'] = '${service}')
        group by all),
      stacks as (from ${parquet("symbols/stacktraces")}),
      chains as (
        select block, partition, stack as leaf, stack as at from sums
        union all
        select c.block, c.partition, c.leaf, t.parent_id from chains c
        join stacks t on t.block = c.block and t.partition = c.partition and t.stacktrace_id = c.at where c.at <> 0),
      frames as (
        select c.block, c.partition, c.leaf, c.at = c.leaf as is_leaf, unnest(l.lines).function_id as function_id,
          generate_subscripts(l.lines, 1) as place
        from chains c
        join stacks t on t.block = c.block and t.partition = c.partition and t.stacktrace_id = c.at
        join ${parquet("symbols/locations")} l
          on l.block = c.block and l.partition = c.partition and l.location_id = t.location_id
        where c.at <> 0),
      named as (
        select r.block, r.partition, r.leaf, f.name, f.filename, max((r.is_leaf and r.place = 1)::int) as is_self
        from frames r join ${parquet("symbols/functions")} f
          on f.block = r.block and f.partition = r.partition and f.function_id = r.function_id
        group by all)
    select name, filename, sum(value * is_self)::bigint::varchar, sum(value)::bigint::varchar
    from named n join sums u on u.block = n.block and u.partition = n.partition and u.stack = n.leaf
    group by name, filename`;
}
