import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { folderBucket } from "@basalt/bucket";
import { nodeFileSystem, RecordingLogger, systemRandom } from "@basalt/runtime";
import { openDataFolder } from "@basalt/store";
import { adoptFormerShards } from "./adopt-former-shards.ts";

test("what a former shard put aside for people is kept, under a name that says whose it was", async () => {
  const path = mkdtempSync(join(tmpdir(), "basalt-adopt-"));
  try {
    const folder = await openDataFolder(nodeFileSystem, path, systemRandom);
    writeFileSync(`${path}/shards.json`, '{"shards":3}\n');
    for (const shard of [0, 2]) {
      mkdirSync(`${folder.shardFolder(shard)}/wal/quarantine`, { recursive: true });
      mkdirSync(`${folder.shardFolder(shard)}/segments`);
      writeFileSync(`${folder.shardFolder(shard)}/wal/quarantine/00000001.wal`, "damaged");
    }
    await adoptFormerShards(folder, {
      disk: nodeFileSystem,
      logger: new RecordingLogger(),
      shardCount: 1,
      storage: folderBucket(`${path}/bucket`),
      headBytesMax: 2 ** 24,
      keyBytesMax: 2 ** 24,
      sync: { mode: "always" },
      fail: (error) => assert.fail(error),
    });
    assert.deepEqual(readdirSync(`${path}/shards`), ["0"]);
    assert.deepEqual(readdirSync(`${folder.shardFolder(0)}/wal/quarantine`).sort(), [
      "00000001.wal",
      "shard-2-00000001.wal",
    ]);
  } finally {
    rmSync(path, { recursive: true });
  }
});
