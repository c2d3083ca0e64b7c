import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./repository.ts";

type BuildIdentity = (root: string) => { readonly revision: string; readonly branch: string };

test("a build names its commit and branch, and neither where there is no checkout of its own", async () => {
  const { buildIdentity } = (await import(join(root, "tools/build-identity.ts"))) as { buildIdentity: BuildIdentity };
  const folder = mkdtempSync(join(tmpdir(), "basalt-identity-"));
  try {
    const unknown = { revision: "unknown", branch: "unknown" };
    assert.deepEqual(buildIdentity(folder), unknown, "no checkout");
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder, encoding: "utf8" });
    git("init", "--quiet", "--initial-branch=release");
    assert.deepEqual(buildIdentity(folder), unknown, "no commit yet");
    git("commit", "--quiet", "--allow-empty", "--message=first");
    assert.deepEqual(buildIdentity(folder), { revision: git("rev-parse", "HEAD").trim(), branch: "release" });
    mkdirSync(join(folder, "unpacked"));
    assert.deepEqual(buildIdentity(join(folder, "unpacked")), unknown, "another's checkout");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
