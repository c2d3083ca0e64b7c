import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Ended, runCommand } from "@basalt/test-kit";

const folder = mkdtempSync(join(tmpdir(), "basalt-cli-"));
after(() => rmSync(folder, { recursive: true }));

function basalt(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runCommand("basalt", args, { environment, cwd: folder });
}

function configFile(text: string): string {
  const path = join(folder, "basalt.yaml");
  writeFileSync(path, text);
  return `-config.file=${path}`;
}

const answered: readonly [args: readonly string[], says: RegExp, isSilentAbout?: RegExp][] = [
  [["-help"], /-data\.path string\n.*-server\.http-listen-port int/s, /-ingester\.late-windows-max/],
  [["--help"], /Flags take one dash or two/],
  [["-help-all"], /-ingester\.late-windows-max int/],
  [["-version"], /^basalt \d+\.\d+\.\d+ .*node v24\./],
  [["-modules"], /^all\n/],
  [["-print-config", "-server.http-listen-port=1234"], /\n {2}http_listen_port: 1234\n/],
  [["--print-config", "--server.http-listen-port", "1234"], /\n {2}http_listen_port: 1234\n/],
  [["-print-config", "-target=all", "--auth.multitenancy-enabled"], /\nmultitenancy_enabled: true\n/],
];
for (const [args, says, isSilentAbout] of answered) {
  test(`basalt ${args.join(" ")} answers and ends with 0`, async () => {
    const { status, stdout, stderr } = await basalt(args);
    assert.equal(status, 0, stderr);
    assert.match(stdout, says);
    if (isSilentAbout !== undefined) assert.doesNotMatch(stdout, isSilentAbout);
    assert.equal(stderr, "");
  });
}

test("a Node of the system that is too old is passed by", async () => {
  const { status, stdout } = await basalt(["-version"], { PATH: "/usr/bin:/bin" });
  assert.equal(status, 0);
  assert.match(stdout, /node v24\./);
});

const refused: readonly [what: string, args: () => readonly string[], says: RegExp][] = [
  ["an unknown flag", () => ["-server.http-listen-prot=1"], /-server\.http-listen-prot.*-server\.http-listen-port\b/],
  ["an unknown flag with two dashes", () => ["--ingester.head-byte-max=1"], /-ingester\.head-bytes-max/],
  [
    "an unknown key",
    () => [configFile("server:\n  http_listen_prot: 1\n")],
    /http_listen_prot.*server\.http_listen_port/,
  ],
  ["a word for a number", () => ["-server.http-listen-port=many"], /-server\.http-listen-port=many/],
  ["a number out of range", () => ["-server.http-listen-port=70000"], /-server\.http-listen-port=70000.*65535/],
  [
    "a size without a unit that is known",
    () => ["-ingester.head-bytes-max=1parsec"],
    /-ingester\.head-bytes-max=1parsec/,
  ],
  ["a choice that there is not", () => ["-ingester.wal.sync=never"], /always.*interval/],
  ["an unknown target", () => ["-target=nothing"], /nothing/],
  ["text that is no flag", () => ["serve"], /"serve" is not a flag/],
  ["a file that is not there", () => ["-config.file=/nowhere.yaml"], /\/nowhere\.yaml.*no such file/i],
  ["a file that is no YAML", () => [configFile("a: [")], /basalt\.yaml/],
  ["a variable that is not set", () => [configFile("data:\n  path: ${NOT_SET_ANYWHERE}\n")], /NOT_SET_ANYWHERE/],
  ["two mistakes at once", () => ["-a-flag=1", "-server.http-listen-port=x"], /-a-flag.*-server\.http-listen-port/s],
];
for (const [what, args, says] of refused) {
  test(`${what} is refused by name, with status 1`, async () => {
    const { status, stderr } = await basalt(args());
    assert.equal(status, 1, stderr);
    assert.match(stderr, says);
  });
}

test("a file's values come from the environment or its defaults, and flags win over it", async () => {
  const file = configFile(`
server:
  http_listen_port: \${PORT:4041}
  http_listen_address: \${ADDRESS:127.0.0.1}
data:
  path: /var/\${NAME}/\${SUB:data}
ingester:
  head_bytes_max: 64MiB
limits:
  reject_newer_than: 5m
`);
  const { status, stdout, stderr } = await basalt([file, "-ingester.head-bytes-max=32MiB", "-print-config"], {
    NAME: "basalt",
    PORT: "5050",
  });
  assert.equal(status, 0, stderr);
  const lines = [
    "  http_listen_port: 5050",
    "  http_listen_address: 127.0.0.1",
    "  path: /var/basalt/data",
    "  head_bytes_max: 32MiB",
    "  reject_newer_than: 5m",
  ];
  for (const line of lines) assert.ok(stdout.includes(`${line}\n`), `${line} is not in ${stdout}`);
});

test("what -print-config writes is a file that means the same", async () => {
  const first = await basalt([
    "-print-config",
    "-validation.max-profile-size-bytes=5MiB",
    "-ingester.wal.sync=interval",
  ]);
  const second = await basalt([configFile(first.stdout), "-print-config"]);
  assert.equal(second.stdout, first.stdout, second.stderr);
});
