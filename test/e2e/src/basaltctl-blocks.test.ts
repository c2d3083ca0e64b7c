import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { repositoryRoot, runCommand } from "@basalt/test-kit";
import { ControlWorld, cpuType, foldedRows, jsonOf, sql } from "./control-world.ts";
import { metaTakingOver } from "./taking-over.ts";

/** `basaltctl` over the bucket that a running server wrote, compared with its files, its answers and DuckDB. */
let world: ControlWorld;
before(async () => {
  world = await ControlWorld.create();
});
after(() => world.remove());

interface Meta {
  readonly id: string;
  readonly window: { readonly start: string };
  readonly totals: { readonly series: number; readonly rows: number; readonly samples: number };
  readonly partitions: { readonly service: readonly string[] };
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

function metaOf(block: string, at: string = world.blocks): Meta {
  return JSON.parse(readFileSync(join(at, block, "meta.json"), "utf8")) as Meta;
}

function sizeOf(block: string): number {
  return metaOf(block).files.reduce((sum, { name }) => sum + statSync(join(world.blocks, block, name)).size, 0);
}

test("blocks ls lists every block with its counts, oldest window first", async () => {
  const listed = await jsonOf<{
    blocks: readonly { id: string; state: string; bytes: number; profiles: number; windowStart: string }[];
  }>(world.overBucket(["blocks", "ls", "-tenant=team-a", "--json"]));
  const metas = readdirSync(world.blocks).map((block) => metaOf(block));
  metas.sort((a, b) => (BigInt(a.window.start) < BigInt(b.window.start) ? -1 : 1));
  assert.ok(metas.length > 5);
  assert.deepEqual(
    listed.blocks.map(({ id, state, bytes, profiles, windowStart }) => [
      id,
      state,
      bytes,
      profiles,
      Date.parse(windowStart),
    ]),
    metas.map(({ id, totals, window }) => [
      id,
      "visible",
      sizeOf(id),
      totals.rows,
      Number(BigInt(window.start) / 1_000_000n),
    ]),
  );
  const { stdout } = await world.overBucket(["blocks", "ls", "-tenant=team-a"]);
  const lines = stdout.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^BLOCK +STATE +WINDOW \(UTC\) +MINUTES +SERVICES +SERIES +PROFILES +SAMPLES +SIZE$/);
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(" ")[0]),
    metas.map(({ id }) => id),
  );
});

test("blocks ls tells those that do not count; a tenant without blocks is said to have none", async () => {
  const copy = join(world.folder, "bucket/team-a/blocks");
  cpSync(world.blocks, copy, { recursive: true });
  const [other = "", taken = "", unfinished = "", unreadable = "", newer = ""] = readdirSync(copy);
  const winner = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";
  cpSync(join(copy, taken), join(copy, winner), { recursive: true });
  writeFileSync(join(copy, winner, "meta.json"), metaTakingOver(JSON.stringify(metaOf(taken)), winner, other));
  rmSync(join(copy, unfinished, "meta.json"));
  truncateSync(join(copy, unreadable, "meta.json"), 100);
  writeFileSync(join(copy, newer, "meta.json"), JSON.stringify({ ...metaOf(newer), minReaderVersion: 99 }));
  const flags = [`-storage.filesystem.dir=${join(world.folder, "bucket")}`];
  const { status, stdout, stderr } = await runCommand("basaltctl", [
    "blocks",
    "ls",
    "-tenant=team-a",
    "-json",
    ...flags,
  ]);
  const { blocks: listed } = JSON.parse(stdout) as { blocks: readonly { id: string; state: string; code?: string }[] };
  const stateOf = (id: string): string =>
    listed
      .filter((block) => block.id === id)
      .map(({ state, code = "" }) => `${state} ${code}`)
      .join();
  assert.equal(status, 4);
  assert.deepEqual([taken, winner, other, unfinished].map(stateOf), [
    "taken over ",
    "visible ",
    "visible ",
    "unfinished ",
  ]);
  assert.deepEqual([unreadable, newer].map(stateOf), ["unreadable block_corrupt", "unreadable block_version"]);
  assert.match(stderr, /meta\.json of a block is not JSON \[block_corrupt\]\n/);
  const none = await runCommand("basaltctl", ["blocks", "ls", "-tenant=nobody", ...flags]);
  assert.deepEqual([none.status, none.stderr], [0, "basaltctl: tenant nobody has no blocks in this bucket\n"]);
});

test("blocks inspect counts what DuckDB counts", async () => {
  const [block = ""] = readdirSync(world.blocks);
  const shown = await jsonOf<{
    profiles: number;
    files: readonly { name: string; rows: number; columns: readonly { bytes: number }[] }[];
  }>(world.overBucket(["blocks", "inspect", block, "-tenant=team-a", "-json"]));
  assert.equal(shown.files.length, 6);
  for (const { name, rows, columns } of shown.files) {
    const path = join(world.blocks, block, name);
    const found = await sql(`select (select count(*) from read_parquet('${path}'))::varchar,
      (select coalesce(sum(total_compressed_size), 0)::varchar from parquet_metadata('${path}'))`);
    assert.deepEqual(found, [[String(rows), String(columns.reduce((sum, { bytes }) => sum + bytes, 0))]], name);
  }
  const { stdout } = await world.overBucket(["blocks", "inspect", block, "-tenant=team-a"]);
  assert.match(stdout, /^SERVICE +SERIES +PROFILES +SAMPLES +FUNCTIONS +MAPPINGS +LOCATIONS +STACKTRACES$/m);
  assert.match(stdout, /^ {2}samples\.stacktrace_id /m);
});

test("blocks cat prints every profile: sums by series and stack are the server's", async () => {
  const all = readdirSync(world.blocks);
  const selector = '{service_name=~"shop|svc-00"}';
  const lines = (await world.overBucket(["blocks", "cat", ...all, "-tenant=team-a", `-query=${selector}`])).stdout
    .trimEnd()
    .split("\n");
  const profiles = lines.map((line) => JSON.parse(line) as Printed);
  const totals = new Map<string, bigint>();
  for (const { labels, total, samples } of profiles) {
    assert.equal(
      samples.reduce((sum, { value }) => sum + BigInt(value), 0n),
      BigInt(total),
    );
    const key = `${labels["__profile_type__"]} ${labels["service_name"]}`;
    totals.set(key, (totals.get(key) ?? 0n) + BigInt(total));
  }
  const files = `read_parquet('${world.blocks}/*/profiles.parquet', filename = true)`;
  const expected = await sql(`select labels['__profile_type__'] || ' ' || labels['service_name'], sum(total)::varchar
    from (select *, split(filename, '/')[-2] as block from ${files})
    join (select *, split(filename, '/')[-2] as block from read_parquet('${world.blocks}/*/series.parquet', filename = true)) using (block, series_index)
    where labels['service_name'] in ('shop', 'svc-00') group by 1`);
  assert.deepEqual([...totals].map(([key, sum]) => [key, String(sum)]).sort(), [...expected].sort());
  const spans = profiles.flatMap(({ samples }) => samples).filter(({ spanId }) => spanId === "00f067aa0ba902b7");
  assert.deepEqual(new Set(spans.map(({ stack }) => stack.join(";"))), new Set(["main;serve"]));
  const folded = await world.overBucket([
    "blocks",
    "cat",
    ...all,
    "-tenant=team-a",
    '-query={service_name="svc-00"}',
    `-type=${cpuType}`,
    "-folded",
  ]);
  assert.deepEqual(foldedRows(folded.stdout), await world.answers.foldedFlameGraph('{service_name="svc-00"}'));
  const limited = await world.overBucket(["blocks", "cat", ...all, "-tenant=team-a", "-limit=3"]);
  assert.equal(limited.stdout.split("\n").length, 4);
});

test("who reads the output may go before its end", () => {
  const command = join(repositoryRoot, "node_modules/.bin/basaltctl");
  const words = `blocks cat ${readdirSync(world.blocks).join(" ")} -tenant=team-a -data.path=${world.server.dataPath}`;
  // Far more than a pipe holds is left when head has its line.
  const script = `{ "${command}" ${words}; echo "status $?" >&2; } | head -n 1`;
  const { stdout, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
  assert.equal(stdout.split("\n").length, 2);
  assert.equal(stderr, "status 0\n");
});

interface Printed {
  readonly labels: Readonly<Record<string, string>>;
  readonly total: string;
  readonly samples: readonly { readonly stack: readonly string[]; readonly value: string; readonly spanId?: string }[];
}

test("bucket usage adds up to what lies there", async () => {
  const { tenants } = await jsonOf<{ tenants: readonly Usage[] }>(world.overBucket(["bucket", "usage", "-json"]));
  const usage = tenants.find(({ tenant }) => tenant === "team-a");
  const ids = readdirSync(world.blocks);
  assert.equal(usage?.blocks, ids.length);
  assert.equal(
    usage?.bytes,
    ids.reduce((sum, id) => sum + sizeOf(id), 0),
  );
  assert.equal(
    usage?.samples,
    ids.reduce((sum, id) => sum + metaOf(id).totals.samples, 0),
  );
  const services = new Set(ids.flatMap((id) => metaOf(id).partitions.service));
  assert.deepEqual(new Set(usage?.services.map(({ service }) => service)), services);
  const shared = usage?.services.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
  assert.ok(Math.abs(shared - (usage?.bytes ?? 0)) <= services.size, "shares are rounded");
  const { stdout } = await world.overBucket(["bucket", "usage", "-tenant=team-a"]);
  assert.match(stdout, /^TENANT +BLOCKS .*\nteam-a +\d+ .*\n\nSERVICE +SIZE +PROFILES +SAMPLES\n/);
});

interface Usage {
  readonly tenant: string;
  readonly blocks: number;
  readonly bytes: number;
  readonly samples: number;
  readonly services: readonly { readonly service: string; readonly bytes: number }[];
}
