import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type GoTool, installGoTool, isGoToolAtHand } from "@basalt/test-kit";

/** The version whose 730 cases are asserted. v1.0.7 does not build: one of its dependencies is not published. */
const runner: GoTool = { module: "connectrpc.com/conformance/cmd/connectconformance", version: "v1.0.6" };

/** The cases of the runner that conf.yaml selects. */
const caseCount = 730;
/** The whole run takes 3 s alone; a hang is a failure. */
const runMsMax = 120_000;

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

test(`connectconformance ${runner.version}: all ${caseCount} unary cases pass, none skipped`, async (t) => {
  if (!(await isGoToolAtHand(runner))) {
    t.skip("NOT CHECKED: the conformance runner is built with Go (1.23 or newer), and there is no `go` on PATH");
    return;
  }
  const { output, status } = await runConformance(await installGoTool(runner));
  const summary = output.slice(output.lastIndexOf("Total cases:")).trim();
  assert.equal(summary, `Total cases: ${caseCount}\n${caseCount} passed, 0 failed`, output.slice(-20_000));
  assert.equal(status, 0);
});

function runConformance(program: string): Promise<{ output: string; status: number | null }> {
  const server = [process.execPath, "--conditions=basalt-source", "src/server-under-test.ts"];
  const flags = ["--mode", "server", "--conf", "conf.yaml", "-p", "8", "--max-servers", "2"];
  const child = spawn(program, [...flags, "--", ...server], { cwd: packageFolder, timeout: runMsMax });
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
