import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { RecordingLogger } from "../logs/logger.ts";
import { lockFolder } from "./lock-folder.ts";

describe("a folder's lock", () => {
  let root = "";
  const logger = new RecordingLogger();
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "basalt-lock-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  for (const [what, name] of [
    ["a folder", "data"],
    ["a folder with a long name", `${"long/".repeat(20)}data`],
  ] as const) {
    it(`keeps ${what} to one until it is released`, async () => {
      const folder = join(root, name);
      const lock = await lockFolder(folder, logger);
      await assert.rejects(lockFolder(folder, logger), { code: "data_folder_in_use" });
      await lock.release();
      const next = await lockFolder(folder, logger);
      await next.release();
    });
  }

  it("is free again after a process that held it was killed", async () => {
    const path = join(root, "lock");
    const program = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`;
    assert.equal(spawnSync(process.execPath, ["-e", program]).signal, "SIGKILL");
    assert.ok(existsSync(path), "the file is left behind");
    const lock = await lockFolder(root, logger);
    await assert.rejects(lockFolder(root, logger), { code: "data_folder_in_use" });
    await lock.release();
  });

  it("is done without where no socket can be made", async () => {
    const lock = await lockFolder("/proc/self", logger);
    await lock.release();
    assert.match(logger.entries.at(-1)?.message ?? "", /cannot be locked/);
  });
});
