/**
 * `npm test`: builds, checks and runs every test of the repository; `npm test -- compile unit` runs only what is named.
 * Files in a suite's folder `long`, which take minutes or large tools, run only by name: `npm test -- s3-long`.
 *
 * Suites are the unit tests, which lie beside the code, and each folder of test/ that holds tests. The last line is
 * `N passed, N failed`; the status is not 0 when anything failed.
 */
import { fork, spawn } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FilesOutcome } from "./test-files.ts";

/** A unit test takes milliseconds; the longest of the others kills a server 50 times. */
const unitTimeoutMs = 30_000;
const suiteTimeoutMs = 600_000;

/** Of suites that run only by name. */
const longSuffix = "-long";

const root: string = fileURLToPath(new URL("..", import.meta.url));

/** What came of one suite. */
interface Outcome extends FilesOutcome {
  readonly suite: string;
  readonly seconds: number;
}

/** Something that gives outcomes; steps of one stage run at once. */
interface Step {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

/** Runs a command as one test: passed when its status is 0; its output is shown only if not. */
function commandStep(name: string, command: string, args: readonly string[]): Step {
  const act = async (): Promise<Outcome> => {
    const startedMs = performance.now();
    const { status, output } = await runCommand(command, args);
    const failures = status === 0 ? [] : [{ name: `${command} ${args.join(" ")}`, file: "", reason: output.trim() }];
    return { suite: name, passed: status === 0 ? 1 : 0, skipped: 0, failures, seconds: secondsSince(startedMs) };
  };
  return { name, run: act };
}

function runCommand(command: string, args: readonly string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(join(root, "node_modules/.bin", command), args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve({ status: 1, output: error.message }));
    child.on("close", (status) => resolve({ status, output }));
  });
}

/** Runs test files in so many processes, the longest files first; each process takes its files one by one. */
function testStep(
  name: string,
  pattern: string,
  options: { readonly shards: number; readonly timeoutMs: number },
): Step {
  const act = async (): Promise<Outcome> => {
    const startedMs = performance.now();
    const isWanted = (file: string): boolean => name.endsWith(longSuffix) === file.includes("/src/long/");
    const files = globSync(pattern, { cwd: root }).filter(isWanted);
    const bySize = files.sort((a, b) => sizeOf(b) - sizeOf(a));
    const shards = Array.from({ length: options.shards }, (_, i) =>
      bySize.filter((_file, at) => at % options.shards === i),
    );
    const parts = await Promise.all(shards.map((files) => runShard(files, options.timeoutMs)));
    return { suite: name, ...sumOf(parts), seconds: secondsSince(startedMs) };
  };
  return { name, run: act };
}

function sizeOf(file: string): number {
  return statSync(join(root, file)).size;
}

/** A process that dies takes its files' results along: that is one failure more. */
function runShard(files: readonly string[], timeoutMs: number): Promise<FilesOutcome> {
  return new Promise((resolve) => {
    const child = fork(join(root, "tools/test-files.ts"), [String(timeoutMs), ...files], {
      cwd: root,
      execPath: join(root, "node_modules/.bin/node"),
      execArgv: ["--conditions=basalt-source"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let outcome: FilesOutcome | undefined;
    child.on("message", (message) => {
      outcome = message as FilesOutcome;
    });
    child.on("exit", (status, signal) => {
      const lost = { name: `ended with ${signal ?? status}`, file: files.join(" "), reason: "the process died" };
      resolve(outcome ?? { passed: 0, skipped: 0, failures: [lost] });
    });
  });
}

function sumOf(parts: readonly FilesOutcome[]): FilesOutcome {
  return {
    passed: parts.reduce((sum, part) => sum + part.passed, 0),
    skipped: parts.reduce((sum, part) => sum + part.skipped, 0),
    failures: parts.flatMap((part) => part.failures),
  };
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}

/** Stages run one after the other: what needs the machine for itself comes last. */
function stages(): readonly (readonly Step[])[] {
  const folders = globSync("test/*/src/**/*.test.ts", { cwd: root }).map((file) => file.split("/")[1] ?? "");
  const options = { shards: 1, timeoutMs: suiteTimeoutMs };
  const long = globSync("test/*/src/long/*.test.ts", { cwd: root }).map((file) => file.split("/")[1] ?? "");
  const suites = [...new Set([...folders, ...long.map((name) => name + longSuffix)])]
    .sort()
    .map((name) => testStep(name, `test/${name.replace(/-long$/, "")}/src/**/*.test.ts`, options));
  const check = [
    commandStep("format and lint", "biome", ["check", "--error-on-warnings", "--max-diagnostics=50", "."]),
    commandStep("promises", "oxlint", ["--type-aware", "--deny-warnings"]),
  ];
  const ui = existsSync(join(root, "packages/ui/package.json"))
    ? [commandStep("build ui", "turbo", ["run", "build"])]
    : [];
  return [
    [commandStep("compile", "tsc", ["-b"])],
    ui,
    check,
    [
      testStep("unit", "{packages,services}/*/src/**/*.test.ts", {
        shards: availableParallelism(),
        timeoutMs: unitTimeoutMs,
      }),
    ],
    ...suites.map((suite) => [suite]),
  ];
}

function show(outcome: Outcome): void {
  const { suite, passed, skipped, failures, seconds } = outcome;
  const mark = failures.length === 0 ? "ok  " : "FAIL";
  const skips = skipped === 0 ? "" : `, ${skipped} skipped`;
  const counts = `${passed} passed${failures.length === 0 ? "" : `, ${failures.length} failed`}${skips}`;
  console.log(`${mark}  ${suite.padEnd(18)} ${counts.padEnd(36)} ${seconds.toFixed(1).padStart(6)} s`);
}

function showFailures(outcome: Outcome): void {
  for (const { name, file, reason } of outcome.failures) {
    const where = file === "" ? "" : `  (${file})`;
    console.log(`\n${outcome.suite}: ${name}${where}\n${reason.replaceAll(/^/gm, "    ")}`);
  }
}

async function main(wanted: readonly string[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const stage of stages()) {
    const steps = stage.filter(({ name }) =>
      wanted.length === 0 ? !name.endsWith(longSuffix) : wanted.includes(name),
    );
    const done = await Promise.all(steps.map((step) => step.run()));
    for (const outcome of done) show(outcome);
    outcomes.push(...done);
    // What does not compile fails everywhere, in ways that only distract.
    if (done.some(({ suite, failures }) => suite === "compile" && failures.length > 0)) break;
  }
  for (const outcome of outcomes) showFailures(outcome);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failures.length, 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main(process.argv.slice(2));
