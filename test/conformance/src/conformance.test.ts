import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { hasGo, installRunner, runnerPath, runnerVersion } from "./install-runner.ts";

/** The cases of the runner that conf.yaml selects. */
const caseCount = 730;
/** The whole run takes 3 s alone; a hang is a failure. */
const runMsMax = 120_000;

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const cacheFolder = join(packageFolder, "..", "..", ".cache", "tools");

test(`connectconformance ${runnerVersion}: all ${caseCount} unary cases pass, none skipped`, async (t) => {
  if (!existsSync(runnerPath(cacheFolder)) && !(await hasGo())) {
    t.skip("NOT CHECKED: the conformance runner is built with Go (1.23 or newer), and there is no `go` on PATH");
    return;
  }
  const runner = await installRunner(cacheFolder);
  const { output, status } = await runConformance(runner);
  const summary = output.slice(output.lastIndexOf("Total cases:")).trim();
  assert.equal(summary, `Total cases: ${caseCount}\n${caseCount} passed, 0 failed`, output.slice(-20_000));
  assert.equal(status, 0);
});

function runConformance(runner: string): Promise<{ output: string; status: number | null }> {
  const server = [process.execPath, "--conditions=basalt-source", "src/server-under-test.ts"];
  const flags = ["--mode", "server", "--conf", "conf.yaml", "-p", "8", "--max-servers", "2"];
  const child = spawn(runner, [...flags, "--", ...server], { cwd: packageFolder, timeout: runMsMax });
  let output = "";
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ output, status }));
  });
}
