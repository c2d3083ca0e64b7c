import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  bytesField,
  driveLoad,
  flush,
  loadSeries,
  readCorpus,
  repositoryRoot,
  ServerUnderTest,
  schedule,
  varintField,
} from "@basalt/test-kit";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { pushDrawn, shop } from "./drawn-shop.ts";
import { type FunctionAnswer, type Pair, type Rows, ServerAnswers, type Values } from "./server-answers.ts";
import { metaTakingOver } from "./taking-over.ts";

/** The questions of docs/sql, run over a bucket that the server wrote, give what the server answers, or what was pushed. */
const folder = join(repositoryRoot, "docs/sql");
const hour = 3600;
/** Unix seconds on a whole quarter of an hour: no profile lies on a border of minutes or windows. */
const end = Math.floor(Date.now() / 1000 / 900) * 900;
const range = { start: (end - 12 * hour) * 1000, end: end * 1000 };
const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const heapType = "memory:inuse_space:bytes:space:bytes";

let server: ServerUnderTest;
let answers: ServerAnswers;
let duckdb: DuckDBInstance;
before(async () => {
  server = await ServerUnderTest.create([]);
  answers = new ServerAnswers(server.url, range);
  await server.start();
  const corpus = loadSeries(readCorpus(join(repositoryRoot, "test/fixtures/corpus")));
  const endNanos = BigInt(end - 11) * 1_000_000_000n;
  const pushes = [...schedule(corpus, { ticks: 2, tickSeconds: 1800, endNanos })];
  const load = await driveLoad(pushes, { url: server.url, connections: 8, resample: false, overSeconds: 0 });
  assert.equal(load.accepted, 940, load.firstError);
  for (const drawn of shop) await pushDrawn({ server: answers, endSeconds: end }, drawn);
  await flush(server.url);
  duckdb = await DuckDBInstance.create(":memory:", { threads: "2" });
});
after(async () => {
  duckdb.closeSync();
  await server.stop();
  server.removeData();
});

test("each file of docs/sql is a question that this test asks", () => {
  const files = readdirSync(folder).filter((name) => /^\d\d-/.test(name));
  assert.deepEqual(
    files.sort(),
    questions.map(({ name }) => `${name}.sql`),
  );
  for (const file of files) {
    assert.match(readFileSync(join(folder, file), "utf8"), /^-- .*\?\n(-- .*\n)*SET VARIABLE blocks = /, file);
  }
});

/** A file of docs/sql: what its variables are, and the rows that it must give. */
interface Question {
  readonly name: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly expected: () => Promise<readonly (readonly unknown[])[]>;
  /** Columns of the answer that are compared; all by default. */
  readonly columns?: readonly string[];
}

const wide = `to_timestamp(${range.start / 1000})`;
const serviceFunctions: Question = {
  name: "05-functions-of-a-service",
  variables: { service: "'svc-00'", since: wide },
  expected: async () => {
    const rows = await answers.topFunctions(`{service_name="svc-00"}`);
    assert.ok(rows.length > 100, `${rows.length} functions`);
    return rows;
  },
};
const questions: readonly Question[] = [
  {
    name: "01-top-functions-by-team",
    variables: { label: "'namespace'", since: wide, rows_each: "7" },
    columns: ["team", "name", "file", "self", "total"],
    expected: async () => {
      const teams = await answers.labelValues("namespace");
      assert.equal(teams.length, 10);
      const tops = await Promise.all(
        teams.map(async (team) => {
          const rows = await answers.topFunctions(`{namespace="${team}"}`, {
            limit: 7,
            order: "TOP_FUNCTIONS_ORDER_TOTAL",
          });
          return rows.map((row) => [team, ...row]);
        }),
      );
      return tops.flat();
    },
  },
  {
    name: "02-functions-new-in-version",
    expected: async () => {
      const known = new Set((await answers.topFunctions(shopVersion("1.0"))).map(([name, file]) => `${file}/${name}`));
      const now = await answers.topFunctions(shopVersion("1.1"), { order: "TOP_FUNCTIONS_ORDER_TOTAL" });
      const added = now.filter(([name, file]) => !known.has(`${file}/${name}`));
      assert.deepEqual(added, [["tax", "main.go", "0", "15000"]]);
      return added;
    },
  },
  {
    name: "03-cost-by-service",
    variables: { since: wide, price_per_core_second: "0.5" },
    expected: async () => {
      const sums = await answers.cpuPoints(["service_name"], 12 * hour);
      const rows = sums.map(({ labels, value }) => [labels[0] ?? "", value] as const);
      rows.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
      assert.ok(rows.length > 10, `${rows.length} services`);
      return rows.map(([service, sum]) => [service, String(sum), sum / 1e9, (sum / 1e9) * 0.5]);
    },
  },
  {
    name: "04-heap-growth-by-site",
    variables: { since: wide },
    columns: ["name", "bytes_before", "bytes_after", "growth"],
    expected: async () => {
      const heaps = shop.filter(({ type }) => type === heapType);
      const sum = (ago: number, site: string): number =>
        heaps
          .filter((drawn) => drawn.ago === ago)
          .flatMap(({ samples }) => samples.split("\n"))
          .reduce((total, line) => total + (leafOf(line) === site ? Number(line.split(" ")[1]) : 0), 0);
      const agos = heaps.map(({ ago }) => ago);
      const rows = ["grow", "fill"].map((site) => {
        const [first, last] = [sum(Math.max(...agos), site), sum(Math.min(...agos), site)];
        return [site, String(first), String(last), String(last - first)];
      });
      assert.deepEqual(rows, [
        ["grow", "2000", "3542", "1542"],
        ["fill", "1800", "1200", "-600"],
      ]);
      return rows;
    },
  },
  serviceFunctions,
  {
    name: "06-flame-graph",
    variables: { service: "'svc-03'", since: wide },
    expected: () => answers.foldedFlameGraph(`{service_name="svc-03"}`),
  },
  {
    name: "07-slower-with-deploy",
    expected: async () => {
      const sides = {
        query: answers.select(shopVersion("1.0")),
        right: answers.select(shopVersion("1.1")),
        limit: 1000,
      };
      const { json } = await answers.asked("basalt.v1.QueryService/TopFunctions", sides);
      const totalOf = (side: Values | undefined): string => side?.total ?? "0";
      const rows = (json["functions"] as readonly FunctionAnswer[]).map((row) => {
        const [left, right] = [totalOf(row.left), totalOf(row.right)];
        const change = 100 * (Number(right) / Number(json["rightTotal"]) - Number(left) / Number(json["total"]));
        return [row.function ?? "", row.file ?? "", left, right, change] as const;
      });
      return rows.sort((a, b) => b[4] - a[4] || (`${a[0]}` < `${b[0]}` ? -1 : 1));
    },
  },
  { name: "08-labels-and-bytes", expected: labelsAndBytes },
  {
    name: "09-goroutine-leaks",
    variables: { since: wide },
    columns: ["pod", "root", "first", "last"],
    expected: async () => [
      ["shop-1", "spawn", "2", "8"],
      ["shop-0", "spawn", "2", "5"],
      ["shop-0", "late", "0", "1"],
      ["shop-1", "late", "0", "1"],
    ],
  },
  {
    name: "10-busiest-pods-by-minute",
    variables: { since: wide, rows_each: "2" },
    columns: ["minute", "service", "pod", "nanoseconds"],
    expected: async () => {
      const points = await answers.cpuPoints(["service_name", "pod"], 60);
      const minutes = Map.groupBy(points, ({ time }) => time);
      assert.ok(minutes.size > 10, `${minutes.size} minutes`);
      return [...minutes]
        .sort(([a], [b]) => a - b)
        .flatMap(([time, busy]) => {
          busy.sort((a, b) => b.value - a.value || (`${a.labels}` < `${b.labels}` ? -1 : 1));
          const minute = new Date(time - 60_000).toISOString().replace("T", " ").replace(".000Z", "+00");
          return busy.slice(0, 2).map(({ labels, value }) => [minute, ...labels, BigInt(value)].map(String));
        });
    },
  },
];

for (const question of questions) {
  test(`${question.name}: as Basalt answers`, async () => {
    const expected = await question.expected();
    const found = await run(question, blocksOf("bucket/anonymous/blocks"));
    assert.ok(expected.length > 0);
    assertRows(found, expected);
  });
}

test("blocks that another block took over, and those without a meta.json, count nothing", async () => {
  const copy = join(server.dataPath, "copy");
  cpSync(join(server.dataPath, "bucket/anonymous/blocks"), copy, { recursive: true });
  const [taken = "", other = ""] = readdirSync(copy);
  const [winner, unfinished] = ["7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "7YYYYYYYYYYYYYYYYYYYYYYYYY"];
  for (const name of [winner, unfinished]) cpSync(join(copy, taken), join(copy, name), { recursive: true });
  const meta = readFileSync(join(copy, taken, "meta.json"), "utf8");
  writeFileSync(join(copy, winner, "meta.json"), metaTakingOver(meta, winner, other));
  rmSync(join(copy, unfinished, "meta.json"));
  // One by totals, one by stacks, one by what blocks say of themselves.
  for (const question of questions.filter(({ name }) => /^(03|05|08)-/.test(name))) {
    assertRows(await run(question, blocksOf("copy")), await question.expected());
  }
});

test("code without symbols is its binary and address", async () => {
  // Two locations of a mapping whose file is string 1, the function's name; and one of none.
  const unnamed = [
    [7, 1, 0xab],
    [8, 1, 0x7fff_dead_beefn],
    [9, 0, 0xcd],
  ] as const;
  const extra = unnamed.flatMap(([id, mapping, address]) => [
    bytesField(4, Buffer.concat([varintField(1, id), varintField(2, mapping), varintField(3, address)])),
    bytesField(2, Buffer.concat([bytesField(1, Buffer.from([id, 1])), bytesField(2, Buffer.from([id]))])),
  ]);
  const mapping = bytesField(3, Buffer.concat([varintField(1, 1), varintField(5, 1)]));
  await pushDrawn(
    { server: answers, endSeconds: end },
    { type: cpuType, service: "stripped", labels: {}, ago: 60, samples: "/usr/bin/shop 1" },
    [mapping, ...extra],
  );
  await flush(server.url);
  const expected = await answers.topFunctions(`{service_name="stripped"}`);
  assert.deepEqual(
    expected.map(([name]) => name),
    ["unknown+0xcd", "shop+0x7fffdeadbeef", "shop+0xab", "/usr/bin/shop"],
  );
  const found = await run(
    { ...serviceFunctions, variables: { service: "'stripped'", since: wide } },
    blocksOf("bucket/anonymous/blocks"),
  );
  assertRows(found, expected);
});

test("sums beyond 2^53 are exact; one beyond int64 is an error, not another number", async () => {
  const large = 2n ** 61n + 1n;
  for (const [service, count] of [
    ["exact", 3],
    ["beyond", 4],
  ] as const) {
    for (let i = 0; i < count; i++)
      await pushDrawn(
        { server: answers, endSeconds: end },
        { type: cpuType, service, labels: {}, ago: 60 + i, samples: `main ${large}` },
      );
  }
  await flush(server.url);
  const top = (service: string): Promise<Rows> =>
    sql(
      `SELECT name, self, total FROM basalt_top_functions('${blocksOf("bucket/anonymous/blocks")}', '${cpuType}', matching := service = '${service}')`,
    );
  assert.deepEqual(await top("exact"), [["main", String(3n * large), String(3n * large)]]);
  await assert.rejects(top("beyond"), /INT128.*out of range.*INT64/s);
});

/** Runs the statements of a question, the last of them with the variables of the test. */
async function run({ name, variables = {}, columns }: Question, blocks: string): Promise<Rows> {
  const connection = await connect();
  try {
    const statements = await connection.extractStatements(readFileSync(join(folder, `${name}.sql`), "utf8"));
    for (let i = 0; i + 1 < statements.count; i++) await (await statements.prepare(i)).run();
    for (const [variable, value] of Object.entries({ ...variables, blocks: `'${blocks}'` })) {
      await connection.run(`SET VARIABLE ${variable} = ${value}`);
    }
    const reader = await (await statements.prepare(statements.count - 1)).runAndReadAll();
    const names = reader.columnNames();
    const kept = (columns ?? names).map((column) => names.indexOf(column));
    return reader.getRowsJson().map((row) => kept.map((index) => row[index]));
  } finally {
    connection.closeSync();
  }
}

async function sql(text: string): Promise<Rows> {
  const connection = await connect();
  try {
    return (await connection.runAndReadAll(text)).getRowsJson();
  } finally {
    connection.closeSync();
  }
}

/** A connection that knows the macros; `icu` shows times in UTC. */
async function connect(): Promise<DuckDBConnection> {
  const connection = await duckdb.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(readFileSync(join(folder, "basalt.sql"), "utf8"));
  return connection;
}

function blocksOf(path: string): string {
  return join(server.dataPath, path, "*");
}

/** Equal rows; shares and prices, which are no whole numbers, to 12 digits. */
function assertRows(found: Rows, expected: Rows): void {
  const rounded = (rows: Rows): Rows =>
    rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell.toPrecision(12) : cell)));
  assert.deepEqual(rounded(found), rounded(expected));
}

function shopVersion(version: string): string {
  return `{service_name="shop",version="${version}"}`;
}

/** From the server's series, and from what its blocks say of themselves. */
async function labelsAndBytes(): Promise<Rows> {
  const bytes = new Map<string, number>();
  const samples = new Map<string, number>();
  const blocks = join(server.dataPath, "bucket/anonymous/blocks");
  for (const block of readdirSync(blocks)) {
    const { partitions, files } = JSON.parse(readFileSync(join(blocks, block, "meta.json"), "utf8")) as Meta;
    const sizeOf = files.reduce((sum, file) => sum + statSync(join(blocks, block, file.name)).size, 0);
    const sum = partitions.samples.reduce((total, count) => total + count, 0);
    for (const [i, service] of partitions.service.entries()) {
      const count = partitions.samples[i] ?? 0;
      samples.set(service, (samples.get(service) ?? 0) + count);
      bytes.set(service, (bytes.get(service) ?? 0) + sizeOf * (count / sum));
    }
  }
  const { json } = await answers.asked("querier.v1.QuerierService/Series", { matchers: ["{}"], ...range });
  const found = new Map<string, { readonly values: Set<string>; series: number }>();
  for (const { labels } of json["labelsSet"] as readonly { readonly labels: readonly Pair[] }[]) {
    const service = labels.find(({ name }) => name === "service_name")?.value ?? "";
    for (const { name, value } of labels.filter((label) => !label.name.startsWith("__"))) {
      const key = `${service} ${name}`;
      const known = found.get(key) ?? { values: new Set<string>(), series: 0 };
      found.set(key, { values: known.values.add(value), series: known.series + 1 });
    }
  }
  const rows = [...found].map(([key, { values, series }]) => {
    const [service = "", label = ""] = key.split(" ");
    const size = bytes.get(service) ?? 0;
    return { size, row: [service, String(Math.round(size)), String(samples.get(service)), label, values.size, series] };
  });
  rows.sort(
    (a, b) =>
      b.size - a.size ||
      compare(a.row[0], b.row[0]) ||
      Number(b.row[4]) - Number(a.row[4]) ||
      compare(a.row[3], b.row[3]),
  );
  return rows.map(({ row }) => row.map(String));
}

interface Meta {
  readonly partitions: { readonly service: readonly string[]; readonly samples: readonly number[] };
  readonly files: readonly { readonly name: string }[];
}

function compare(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function leafOf(line: string): string {
  return line.split(" ")[0]?.split(";").at(-1) ?? "";
}
