import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { repositoryRoot, runCommand } from "@basalt/test-kit";

/** `basaltctl import pyroscope-v1` as people run it; test/compat compares what comes out with the other server's answers. */
const folder = mkdtempSync(join(tmpdir(), "basalt-import-"));
after(() => rmSync(folder, { recursive: true }));

const source = `-source.filesystem.dir=${join(repositoryRoot, "test/fixtures/pyroscope-v1/bucket")}`;

function run(...args: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand("basaltctl", [...args, `-data.path=${folder}`]);
}

test("a bucket of Pyroscope is imported once, its sums are printed, and its blocks are sound", async () => {
  const first = await run("import", "pyroscope-v1", source);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /^tenant anonymous: 1 blocks imported, 0 before; 1 blocks written$/m);
  assert.match(
    first.stdout,
    /^ {2}process_cpu:cpu:nanoseconds:cpu:nanoseconds +42 +136600000000 +136600000000 {2}equal$/m,
  );
  const again = await run("import", "pyroscope-v1", source, "-json");
  const { tenants } = JSON.parse(again.stdout) as { tenants: readonly { imported: number; importedBefore: number }[] };
  assert.deepEqual(
    tenants.map(({ imported, importedBefore }) => [imported, importedBefore]),
    [[0, 1]],
  );
  const verified = await run("blocks", "verify");
  assert.equal(verified.status, 0, verified.stdout);
});

test("an import that names no bucket says how to name one", async () => {
  const refused = await run("import", "pyroscope-v1");
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /-source\.filesystem\.dir.*\[config_invalid\]/s);
});
