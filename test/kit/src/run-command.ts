import { execFile } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "./server-under-test.ts";

/** What came of a command. */
export interface Ended {
  /** Exit status; null if a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface RunOptions {
  /** Added to that of the tests. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads; nothing by default. */
  readonly input?: Uint8Array;
  /** Called once it has been started, with its process id. */
  readonly onStart?: (pid: number) => void;
}

/** 256 MiB of output. */
const outputBytesMax = 2 ** 28;

/** Runs a command of this repository, such as `basaltctl`, until it ends by itself. */
export function runCommand(name: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { environment = {}, cwd = repositoryRoot, input, onStart } = options;
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    const child = execFile(
      join(repositoryRoot, "node_modules/.bin", name),
      args,
      { env, cwd, maxBuffer: outputBytesMax },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === "number" ? error.code : null;
        resolve({ status, stdout, stderr });
      },
    );
    child.stdin?.end(input ?? "");
    if (child.pid !== undefined) onStart?.(child.pid);
  });
}
