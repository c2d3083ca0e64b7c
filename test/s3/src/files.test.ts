import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FilesystemBucket } from "@basalt/bucket";
import { bucketConformance } from "@basalt/bucket/conformance";
import { nodeFileSystem } from "@basalt/runtime";

const run = promisify(execFile);

let folder = "";
let count = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "basalt-bucket-"));
});
after(() => rm(folder, { recursive: true }));

bucketConformance("files", () => new FilesystemBucket(nodeFileSystem, join(folder, `bucket-${++count}`)));

test("versions never come back in a row of swaps, however fast", async () => {
  const bucket = new FilesystemBucket(nodeFileSystem, join(folder, "fast"));
  await bucket.put("k", new Uint8Array(1));
  const versions = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const version = (await bucket.attributes("k"))?.version ?? "";
    assert.ok(!versions.has(version), `the version ${version} came twice`);
    versions.add(version);
    assert.equal(await bucket.putIfVersion("k", new Uint8Array([i]), version), true);
  }
});

test("processes that compare and swap one counter lose no addition, and of those that create one object one wins", async () => {
  const [processes, additions] = [3, 25];
  const program = fileURLToPath(new URL("programs/count-in-process.ts", import.meta.url));
  const bucketFolder = join(folder, "shared");
  const bucket = new FilesystemBucket(nodeFileSystem, bucketFolder);
  await bucket.put("counter", new TextEncoder().encode("0"));
  const args = ["--conditions=basalt-source", program, bucketFolder, `${additions}`];
  const runs = Array.from({ length: processes }, () => run(process.execPath, args));
  const created = (await Promise.all(runs)).map(({ stdout }) => Number(stdout));
  assert.equal(new TextDecoder().decode(await bucket.get("counter")), `${processes * additions}`);
  assert.equal(
    created.reduce((sum, won) => sum + won, 0),
    additions,
    "each object was created by one process",
  );
  const left = (await readdir(bucketFolder)).filter((name) => name.endsWith("~"));
  assert.deepEqual(left, ["lock~"], "no upload is left beside the objects");
});
