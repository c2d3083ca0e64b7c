/**
 * Runs test files in this process and sends what came of them to the parent: see test.ts. One process for many files
 * saves the start of Node and the loading of the same modules for each: half of the CPU time of the unit tests.
 */
import { join, relative } from "node:path";
import { run } from "node:test";
import { fileURLToPath } from "node:url";

const root: string = fileURLToPath(new URL("..", import.meta.url));

/** One test that failed. */
export interface Failure {
  readonly name: string;
  readonly file: string;
  readonly reason: string;
}

/** What came of some test files. */
export interface FilesOutcome {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

async function runFiles(files: readonly string[], timeoutMs: number): Promise<FilesOutcome> {
  const failures: Failure[] = [];
  let passed = 0;
  let skipped = 0;
  const events = run({
    files: files.map((file) => join(root, file)),
    isolation: "none",
    cwd: root,
    timeout: timeoutMs,
  });
  events.on("test:pass", ({ details, skip }) => {
    if (details.type === "suite") return;
    if (skip === undefined || skip === false) passed++;
    else skipped++;
  });
  events.on("test:fail", ({ details, name, file = "" }) => {
    const { cause, failureType } = details.error as Error & { failureType?: string };
    // A suite fails because a test inside it failed, and that one is counted.
    if (failureType === "subtestsFailed") return;
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? details.error.message);
    failures.push({ name, file: relative(root, file), reason: withoutNode(reason) });
  });
  for await (const _event of events) {
    // The listeners above count; the stream must be read to its end.
  }
  return { passed, skipped, failures };
}

/** A stack without the frames of Node itself: they are always the same, and never the reason. */
function withoutNode(stack: string): string {
  return stack.replaceAll(/^ +at .*(\(|at )node:.*\n?/gm, "").trimEnd();
}

const [timeoutMs = "", ...files] = process.argv.slice(2);
const outcome: FilesOutcome = await runFiles(files, Number(timeoutMs));
// What a test left open must not keep the process.
process.send?.(outcome, () => process.exit(0));
