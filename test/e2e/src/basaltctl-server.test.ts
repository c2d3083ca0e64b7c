import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { googleV1 } from "@basalt/rpc";
import { flush, runCommand, tinyPprof } from "@basalt/test-kit";
import { tableFromIPC } from "apache-arrow";
import { ControlWorld, cpuType, foldedRows, jsonOf, sql } from "./control-world.ts";

/** `basaltctl` against a running server, compared with its answers. */
let world: ControlWorld;
before(async () => {
  world = await ControlWorld.create();
});
after(() => world.remove());

test("query types, top, folded and series say what the server says", async () => {
  const types = await jsonOf<{ types: readonly string[] }>(
    world.asked(["query", "types", ...world.rangeFlags, "-json"]),
  );
  assert.ok(types.types.includes(cpuType));
  const question = ['-query={service_name="svc-00"}', ...world.rangeFlags];
  const top = await jsonOf<{
    functions: readonly { name: string; file: string; self: string; total: string }[];
    functionCount: number;
  }>(world.asked(["query", "top", ...question, "-limit=50", "-json"]));
  const rows = await world.answers.topFunctions('{service_name="svc-00"}');
  assert.equal(top.functionCount, rows.length);
  assert.deepEqual(
    top.functions.map(({ name, file, self, total }) => [name, file, self, total]),
    rows.slice(0, 50),
  );
  const folded = await world.asked(["query", "folded", ...question]);
  assert.deepEqual(foldedRows(folded.stdout), await world.answers.foldedFlameGraph('{service_name="svc-00"}'));
  const series = await jsonOf<{
    series: readonly { labels: Record<string, string>; points: readonly { time: string; value: number }[] }[];
  }>(world.asked(["query", "series", ...world.rangeFlags, "-by=service_name,pod", "-step=60s", "-json"]));
  const points = series.series.flatMap(({ labels, points: own }) =>
    own.map(({ time, value }) => ({ labels: [labels["service_name"], labels["pod"]], time: Date.parse(time), value })),
  );
  assert.deepEqual(points, await world.answers.cpuPoints(["service_name", "pod"], 60));
});

test("query pprof writes a profile whose values are the total", async () => {
  const { status, stderr } = await world.asked([
    "query",
    "pprof",
    '-query={service_name="svc-00"}',
    ...world.rangeFlags,
    "-o=cpu.pb.gz",
  ]);
  assert.equal(status, 0, stderr);
  const profile = googleV1.Profile.decode(gunzipSync(readFileSync(join(world.folder, "cpu.pb.gz"))));
  const sum = profile.sample.reduce((total, { value }) => total + (value[0] ?? 0n), 0n);
  const expected = await world.answers.cpuPoints(["service_name"], 12 * 3600);
  assert.equal(Number(sum), expected.find(({ labels }) => labels[0] === "svc-00")?.value);
});

test("query flamegraph and top draw what people read", async () => {
  const pushed = await world.asked(
    [
      "push",
      "-labels=service_name=tree,pod=a",
      "-name=process_cpu",
      profileFile("tree", "main;serve;a 3000\nmain;serve;b 5000\nmain;idle 2000\nboot 500"),
    ],
    "team-b",
  );
  assert.equal(pushed.status, 0, pushed.stderr);
  assert.match(pushed.stdout, /^\S+tree\.pb: process_cpu, \d+ bytes\n$/);
  const drawn = await world.asked(["query", "flamegraph", ...world.rangeFlags], "team-b");
  assert.equal(
    drawn.stdout,
    `   SHARE     TOTAL     SELF  FRAME
100.00 %  10.50 µs     0 ns  total
  4.76 %    500 ns   500 ns  ├─ boot
 95.24 %  10.00 µs     0 ns  └─ main
 19.05 %   2.00 µs  2.00 µs     ├─ idle
 76.19 %   8.00 µs     0 ns     └─ serve
 28.57 %   3.00 µs  3.00 µs        ├─ a
 47.62 %   5.00 µs  5.00 µs        └─ b
`,
  );
  const top = await world.asked(["query", "top", ...world.rangeFlags, "-order=total", "-limit=2"], "team-b");
  assert.equal(
    top.stdout,
    `SELF       %     TOTAL        %  FUNCTION  FILE
0 ns  0.00 %  10.00 µs  95.24 %  main      main.go
0 ns  0.00 %   8.00 µs  76.19 %  serve     main.go
`,
  );
  const cut = await world.asked(["query", "flamegraph", ...world.rangeFlags, "-nodes=3", "-json"], "team-b");
  const { nodes, total } = JSON.parse(cut.stdout) as {
    total: string;
    nodes: readonly { parent: number; name: string; total: string }[];
  };
  assert.deepEqual([total, nodes[0]?.total], ["10500", "10500"]);
  assert.ok(nodes.some(({ name }) => name === "other"));
});

test("push reads files and the standard input, once each; what is refused says why", async () => {
  const file = profileFile("pushed", "main;run 7");
  const labels = "-labels=service_name=pushed";
  for (let i = 0; i < 2; i++) assert.equal((await world.asked(["push", file, labels, "-json"], "team-c")).status, 0);
  const input = tinyPprof({ samples: "main;piped 30", timeNanos: BigInt(world.endSeconds - 30) * 1_000_000_000n });
  const flags = [`-url=${world.server.url}`, "-tenant=team-c", labels];
  const piped = await runCommand("basaltctl", ["push", ...flags, "-"], { input });
  assert.deepEqual([piped.status, piped.stderr], [0, ""]);
  const folded = await world.asked(["query", "folded", ...world.rangeFlags], "team-c");
  assert.equal(folded.stdout, "main;piped 30\nmain;run 7\n");
  const refusals: readonly (readonly [args: readonly string[], status: number, says: RegExp])[] = [
    [["push", join(world.folder, "none.pb"), labels], 2, /none\.pb cannot be read: ENOENT.*\[config_invalid\]/],
    [["push", brokenFile(), labels], 1, /broken\.pb: .*\[profile_malformed\]\ndocs\/errors\.md explains/],
    [["push", brokenFile(), labels, "-name=process_cpu"], 1, /\[profile_malformed\]\n/],
    [["push", file, "-labels=service_name"], 2, /"service_name" is not name=value/],
    [["push", file, "-labels=a=1,a=2"], 1, /\[labels_duplicate\]/],
  ];
  for (const [args, status, says] of refusals) {
    const refused = await world.asked(args, "team-c");
    assert.equal(refused.status, status, refused.stderr);
    assert.match(refused.stderr, says);
  }
});

function profileFile(name: string, samples: string): string {
  const path = join(world.folder, `${name}.pb`);
  writeFileSync(path, tinyPprof({ samples, timeNanos: BigInt(world.endSeconds - 60) * 1_000_000_000n }));
  return path;
}

function brokenFile(): string {
  const path = join(world.folder, "broken.pb");
  writeFileSync(path, "not a profile");
  return path;
}

const exported: readonly (readonly [words: readonly string[], columns: string, key: string])[] = [
  [["query", "top", "-limit=10000"], "name, file, self, total", "functions"],
  [["query", "folded"], "stack, value", "stacks"],
  [["query", "flamegraph"], "name, total, self", "nodes"],
];
for (const [words, columns, key] of exported) {
  test(`${words.join(" ")}: Parquet and Arrow hold the rows of the JSON`, async () => {
    const question = [...words, '-query={service_name="svc-00"}', ...world.rangeFlags];
    const json = await jsonOf<Record<string, readonly Record<string, string>[]>>(world.asked([...question, "-json"]));
    const expected = (json[key] ?? []).map((row) => columns.split(", ").map((column) => row[column]));
    for (const format of ["parquet", "arrow"]) {
      const { status, stderr } = await world.asked([...question, `-format=${format}`, `-o=rows.${format}`]);
      assert.equal(status, 0, stderr);
    }
    assert.ok(expected.length > 10);
    assert.deepEqual(
      await sql(`select ${columns} from read_parquet('${join(world.folder, "rows.parquet")}')`),
      expected,
    );
    const arrow = tableFromIPC(readFileSync(join(world.folder, "rows.arrow")));
    assert.deepEqual(
      arrow
        .toArray()
        .map((row) => columns.split(", ").map((column) => String((row as Record<string, unknown>)[column]))),
      expected,
    );
  });
}

test("query series in Parquet has times as DuckDB knows them", async () => {
  const { status, stderr } = await world.asked([
    "query",
    "series",
    ...world.rangeFlags,
    "-by=pod",
    "-format=parquet",
    "-o=series.parquet",
  ]);
  assert.equal(status, 0, stderr);
  const found = await sql(
    `select pod, epoch_ms(time)::varchar, value from read_parquet('${join(world.folder, "series.parquet")}')`,
  );
  const points = await world.answers.cpuPoints(["pod"], 60);
  assert.deepEqual(
    found,
    points.map(({ labels, time, value }) => [labels[0], String(time), value]),
  );
});

test("what writes Arrow and Parquet is loaded only where it is asked for", async () => {
  const loaded = async (name: string, more: readonly string[]): Promise<string> => {
    const coverage = join(world.folder, name);
    mkdirSync(coverage);
    const words = ["query", "types", ...world.rangeFlags, `-url=${world.server.url}`, "-tenant=team-a", ...more];
    const { status } = await runCommand("basaltctl", words, {
      environment: { NODE_V8_COVERAGE: coverage },
      cwd: world.folder,
    });
    assert.equal(status, 0);
    return readdirSync(coverage)
      .map((file) => readFileSync(join(coverage, file), "utf8"))
      .join("");
  };
  assert.match(await loaded("with", ["-format=parquet", "-o=types.parquet"]), /node_modules\/parquet-wasm\//);
  assert.doesNotMatch(await loaded("without", ["-json"]), /node_modules\/(parquet-wasm|apache-arrow)\//);
});

test("an answer in part ends with 4 and says so", async () => {
  const file = profileFile("part", "main 7");
  assert.equal((await world.asked(["push", file, "-labels=service_name=part"], "team-d")).status, 0);
  await flush(world.server.url);
  const own = join(world.server.dataPath, "bucket/team-d/blocks");
  for (const block of readdirSync(own)) truncateSync(join(own, block, "profiles.parquet"), 20);
  const { status, stdout, stderr } = await world.asked(["query", "top", ...world.rangeFlags, "-json"], "team-d");
  assert.equal(status, 4);
  assert.match(stderr, /^basaltctl: warning: block_corrupt; block /);
  assert.deepEqual(JSON.parse(stdout), { total: "0", functionCount: 0, functions: [], partial: true });
});
