import assert from "node:assert/strict";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { crc32 } from "node:zlib";
import { flush, runCommand, ServerUnderTest } from "@basalt/test-kit";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { pushDrawn, shop } from "./drawn-shop.ts";
import { ServerAnswers } from "./server-answers.ts";

/** `basaltctl blocks verify` finds what is done to a block that a server wrote, and says where. */
const bucket = mkdtempSync(join(tmpdir(), "basalt-verify-"));
const end = Math.floor(Date.now() / 1000 / 900) * 900;
const dataFiles = [
  "series.parquet",
  "profiles.parquet",
  "symbols/functions.parquet",
  "symbols/mappings.parquet",
  "symbols/locations.parquet",
  "symbols/stacktraces.parquet",
] as const;
let sound: string;
let duckdb: DuckDBInstance;
let connection: DuckDBConnection;
let copies = 0;

before(async () => {
  const server = await ServerUnderTest.create([]);
  await server.start();
  const answers = new ServerAnswers(server.url, { start: 0, end: 0 });
  // All in the last quarter of an hour: one block, of two services.
  for (const [i, drawn] of shop.entries()) {
    await pushDrawn(
      { server: answers, endSeconds: end },
      { ...drawn, ago: 60 + i, service: i % 3 === 0 ? "cart" : "shop" },
    );
  }
  await flush(server.url);
  await server.stop();
  cpSync(join(server.dataPath, "bucket/anonymous/blocks"), join(bucket, "sound/anonymous/blocks"), { recursive: true });
  server.removeData();
  const [block = "", ...others] = readdirSync(join(bucket, "sound/anonymous/blocks"));
  assert.deepEqual(others, []);
  sound = block;
  duckdb = await DuckDBInstance.create(":memory:", { threads: "1" });
  connection = await duckdb.connect();
});
after(() => {
  connection.closeSync();
  duckdb.closeSync();
  rmSync(bucket, { recursive: true });
});

test("a block as the server wrote it is sound", async () => {
  const { status, stdout, stderr } = await verify("sound");
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout, new RegExp(`^ok +${sound} .*\n1 blocks, .*: 0 damaged\n$`));
});

const damages: readonly (readonly [kind: string, act: (path: string) => void])[] = [
  ...[0.02, 0.3, 0.6, 0.97].map((place) => ["checksum", (path: string) => flip(path, place)] as const),
  ["size", (path) => truncateSync(path, statSync(path).size >> 1)],
  ["size", (path) => truncateSync(path, 0)],
  ["missing", (path) => rmSync(path)],
  ["footer", (path) => writeFileSync(path, "garbage ".repeat(statSync(path).size >> 3))],
];

for (const file of dataFiles) {
  test(`${file}: flipped bits, a cut, loss and garbage are found, each in its block`, async () => {
    const copy = copyBlock();
    const blocks = join(bucket, copy, "anonymous/blocks");
    const meta = JSON.parse(readFileSync(join(blocks, sound, "meta.json"), "utf8")) as Meta;
    for (const [i, [, act]] of damages.entries()) {
      const id = damagedId(i);
      cpSync(join(blocks, sound), join(blocks, id), { recursive: true });
      writeFileSync(join(blocks, id, "meta.json"), JSON.stringify({ ...meta, id }));
      act(join(blocks, id, file));
    }
    const { status, stdout } = await verify(copy, ["-json"]);
    assert.equal(status, 3);
    const { blocks: verified } = JSON.parse(stdout) as { readonly blocks: readonly Verified[] };
    assert.equal(verified.length, damages.length + 1);
    for (const { id, findings } of verified) {
      if (id === sound) assert.deepEqual(findings, []);
      else
        assert.ok(
          findings.every((finding) => finding.file === file || finding.kind === "reference"),
          JSON.stringify(findings),
        );
    }
    for (const [i, [kind]] of damages.entries()) {
      const findings = verified.find(({ id }) => id === damagedId(i))?.findings ?? [];
      assert.ok(
        findings.some((finding) => finding.kind === kind && finding.file === file),
        `${kind}: ${JSON.stringify(findings)}`,
      );
    }
  });
}

function damagedId(index: number): string {
  return `7ZZZZZZZZZZZZZZZZZZZZZZZZ${index}`;
}

interface Verified {
  readonly id: string;
  readonly findings: readonly Finding[];
}

/** A block whose bytes are whole and whose content is wrong: a file written anew, with its checksum in `meta.json`. */
interface Forgery {
  readonly name: string;
  readonly file: (typeof dataFiles)[number];
  /** Rows in place of `rows`, which has the file's columns and `n`, the number of the row. */
  readonly rows: string;
  readonly finds: RegExp;
}

const forgeries: readonly Forgery[] = [
  {
    name: "a total that is not the sum",
    file: "profiles.parquet",
    rows: "select * replace (total + (n = 3)::int as total) from rows",
    finds: /^value profiles\.parquet 3: total is \d+, its samples add up to \d+$/,
  },
  {
    name: "rows in another order",
    file: "profiles.parquet",
    rows: "select * replace (case n when 0 then 1 when 1 then 0 else n end as n) from rows",
    finds: /^order profiles\.parquet 1: row does not come after the one before/,
  },
  {
    name: "a profile twice",
    file: "profiles.parquet",
    rows: "from rows union all select * from rows where n = 2",
    finds: /^order profiles\.parquet 3: profile is there twice/,
  },
  {
    name: "a stack that is not there",
    file: "profiles.parquet",
    rows: "select * replace (list_transform(samples, s -> struct_update(s, stacktrace_id := (s.stacktrace_id + if(n = 4, 900, 0))::uinteger)) as samples) from rows",
    finds: /^reference profiles\.parquet 4: sample 0: stack 9\d\d of \d+$/,
  },
  {
    name: "a time outside the window",
    file: "profiles.parquet",
    rows: "select * replace (if(n = 0, time - interval 1 hour, time) as time) from rows",
    finds: /^value profiles\.parquet 0: time \d+ is outside the block's window$/,
  },
  {
    name: "a profile of another series",
    file: "profiles.parquet",
    rows: "select * replace ((series_index + (n = 0)::int)::uinteger as series_index) from rows",
    finds: /^reference profiles\.parquet 0: series is 1, whose rows are /,
  },
  {
    name: "a profile less",
    file: "profiles.parquet",
    rows: "from rows where n > 0",
    finds: /^count profiles\.parquet -: service "cart" has \d+ profiles, meta\.json says \d+$/,
  },
  {
    name: "another label",
    file: "series.parquet",
    rows: "select * replace (map_concat(labels, map {'zone': n::varchar}) as labels) from rows",
    finds: /^value series\.parquet 0: fingerprint is \d+, that of its labels is \d+$/,
  },
  {
    name: "rows of a series elsewhere",
    file: "series.parquet",
    rows: "select * replace ((row_start + (n = 1)::int)::ubigint as row_start) from rows",
    finds: /^count series\.parquet 1: row_start is \d+, the series before ends at \d+$/,
  },
  {
    name: "a function less",
    file: "symbols/functions.parquet",
    rows: "from rows where n > 0",
    finds: /^count symbols\/functions\.parquet 0: function_id is 2, not 1$/,
  },
  {
    name: "a line of no function",
    file: "symbols/locations.parquet",
    rows: "select * replace (list_transform(lines, l -> struct_update(l, function_id := (l.function_id + 900)::uinteger)) as lines) from rows",
    finds: /^reference symbols\/locations\.parquet 0: function 90\d of \d+$/,
  },
  {
    name: "a stack that is its own caller",
    file: "symbols/stacktraces.parquet",
    rows: "select * replace (if(n = 2, stacktrace_id, parent_id) as parent_id) from rows",
    finds: /^reference symbols\/stacktraces\.parquet 2: parent 2 is not below stack 2$/,
  },
  {
    name: "a stack of no location",
    file: "symbols/stacktraces.parquet",
    rows: "select * replace (if(n = 2, 900::uinteger, location_id) as location_id) from rows",
    finds: /^reference symbols\/stacktraces\.parquet 2: location 900 of \d+$/,
  },
  {
    name: "a wrong hash",
    file: "symbols/stacktraces.parquet",
    rows: "select * replace (hash // 2 as hash) from rows",
    finds: /^value symbols\/stacktraces\.parquet \d+: hash is \d+, that of its content is \d+$/,
  },
  {
    name: "another name of a function",
    file: "symbols/functions.parquet",
    rows: "select * replace (name || 'x' as name) from rows",
    finds: /^value symbols\/stacktraces\.parquet \d+: hash is \d+, that of its content is \d+$/,
  },
  {
    name: "a column of another type",
    file: "symbols/functions.parquet",
    rows: "select * replace (function_id::varchar as function_id) from rows",
    finds: /^schema symbols\/functions\.parquet -: column function_id is string, not uint32$/,
  },
  {
    name: "a column less",
    file: "profiles.parquet",
    rows: "select * exclude (period) from rows",
    finds: /^schema profiles\.parquet -: column period is not there$/,
  },
];

for (const { name, file, rows, finds } of forgeries) {
  test(`with whole bytes, ${name} is found`, async () => {
    const copy = copyBlock();
    await forge(join(bucket, copy, "anonymous/blocks", sound), file, rows);
    const found = await findingsOf(copy);
    const lines = found.map(({ kind, file: where, row, problem }) => `${kind} ${where} ${row ?? "-"}: ${problem}`);
    assert.ok(
      lines.some((line) => finds.test(line)),
      lines.join("\n"),
    );
  });
}

const metas: readonly (readonly [name: string, change: (meta: Meta) => object, finds: RegExp])[] = [
  [
    "totals that are not the sums",
    (meta) => ({ totals: { ...meta.totals, rows: 1 } }),
    /^totals\.rows is 1, its partitions add up to \d+$/,
  ],
  ["another id", () => ({ id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" }), /^id is 01ARZ3NDEKTSV4RRFFQ69G5FAV$/],
  ["a window of no width", (meta) => ({ window: { ...meta.window, end: meta.window.start } }), /no aligned window$/],
  ["a file less", (meta) => ({ files: meta.files.slice(1) }), /^no file /],
  ["no partitions", () => ({ partitions: undefined }), /partitions is no object$/],
  [
    "more stacks than there can be",
    ({ partitions }) => ({ partitions: { ...partitions, stacktraces: [2 ** 52, 2 ** 52] } }),
    /^the file has \d+ rows, meta\.json says 9007199254740992$/,
  ],
];
for (const [name, change, finds] of metas) {
  test(`meta.json with ${name} is found`, async () => {
    const copy = copyBlock();
    const path = join(bucket, copy, "anonymous/blocks", sound, "meta.json");
    const meta = JSON.parse(readFileSync(path, "utf8")) as Meta;
    writeFileSync(path, JSON.stringify({ ...meta, ...change(meta) }));
    const found = await findingsOf(copy);
    assert.ok(
      found.some(({ problem }) => finds.test(problem)),
      JSON.stringify(found),
    );
  });
}

test("a file that nothing names is found, and a block without a meta.json is none", async () => {
  const copy = copyBlock();
  const blocks = join(bucket, copy, "anonymous/blocks");
  writeFileSync(join(blocks, sound, "profiles_5m.parquet"), "x");
  assert.deepEqual(await findingsOf(copy), [
    { kind: "stray", file: "profiles_5m.parquet", problem: "meta.json does not name it" },
  ]);
  rmSync(join(blocks, sound, "meta.json"));
  assert.equal((await verify(copy)).status, 0);
  const named = await verify(copy, [sound]);
  assert.equal(named.status, 1);
  assert.match(named.stderr, /\[object_not_found\]\ncheck -storage\.filesystem\.dir/);
});

test("a damaged column says so for a hundred rows, and counts the rest", async () => {
  const copy = copyBlock();
  const path = join(bucket, copy, "anonymous/blocks", sound);
  await forge(
    path,
    "profiles.parquet",
    "select * replace (total + 1 as total) from (select unnest(range(20)) as k, * from rows) order by n",
  );
  const { status, stdout } = await verify(copy);
  assert.equal(status, 3);
  assert.match(stdout, /^damaged {2}\S+ {2}\d+ findings\n/);
  assert.equal(stdout.split("\n").length, 104);
  assert.match(stdout, /\n {2}and \d+ more\n1 blocks, .*: 1 damaged\n$/);
});

interface Finding {
  readonly kind: string;
  readonly file: string;
  readonly row?: number;
  readonly problem: string;
}

interface Meta {
  readonly totals: object;
  readonly partitions: object;
  readonly window: { readonly start: string };
  readonly files: readonly { readonly name: string }[];
}

function copyBlock(): string {
  const name = `copy-${copies++}`;
  cpSync(join(bucket, "sound"), join(bucket, name), { recursive: true });
  return name;
}

function verify(name: string, more: readonly string[] = []): ReturnType<typeof runCommand> {
  return runCommand("basaltctl", ["blocks", "verify", ...more, `-storage.filesystem.dir=${join(bucket, name)}`]);
}

/** What verify finds in the one block; its status must say that it found something. */
async function findingsOf(name: string): Promise<readonly Finding[]> {
  const { status, stdout, stderr } = await verify(name, ["-json"]);
  assert.equal(status, 3, stderr || stdout);
  const { blocks } = JSON.parse(stdout) as { readonly blocks: readonly { readonly findings: readonly Finding[] }[] };
  assert.equal(blocks.length, 1);
  return blocks[0]?.findings ?? [];
}

function flip(path: string, place: number): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length * place);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

/** Writes a file of a block anew, by DuckDB, and puts its size and checksum into `meta.json`. */
async function forge(block: string, file: string, rows: string): Promise<void> {
  const path = join(block, file);
  const time = file === "profiles.parquet" ? "replace (time::timestamp_ns as time)" : "";
  await connection.run(`copy (
    with rows as (select * rename (file_row_number as n) from read_parquet('${path}', file_row_number = true)),
    forged as (${rows}) select * exclude (n) ${time} from forged order by n) to '${path}.new' (format parquet, compression zstd)`);
  renameSync(`${path}.new`, path);
  const metaPath = join(block, "meta.json");
  const meta = JSON.parse(readFileSync(metaPath, "utf8")) as Meta;
  const bytes = readFileSync(path);
  const files = meta.files.map((known) =>
    known.name === file ? { name: file, bytes: bytes.length, crc32: crc32(bytes) } : known,
  );
  writeFileSync(metaPath, JSON.stringify({ ...meta, files }));
}
