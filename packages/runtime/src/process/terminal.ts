import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";

/** What a command that runs and ends has of its process, injected so that tests can play it. */
export interface Terminal {
  /** The command line without the program. */
  readonly args: readonly string[];
  /** Whether somebody watches the standard error: progress is for eyes alone. */
  readonly isWatched: boolean;
  /** Columns of the standard error. */
  readonly columns: number;
  /** Writes to the standard output and waits while its reader is slow; rejects with code `EPIPE` when there is none. */
  write(content: string | Uint8Array): Promise<void>;
  writeError(text: string): void;
  /** The bytes of a file, or of the standard input for `-`. */
  read(path: string): Promise<Uint8Array>;
  /** Calls at SIGINT or SIGTERM. */
  onStop(act: () => void): void;
  /** Ends the process once what was written is out. */
  exit(status: number): void;
}

/** The process's own. */
export const nodeTerminal: Terminal = {
  args: process.argv.slice(2),
  isWatched: process.stderr.isTTY === true,
  columns: process.stderr.columns ?? 80,
  write: (content) =>
    new Promise((resolve, reject) => {
      process.stdout.write(content, (error) => (error ? reject(error) : resolve()));
    }),
  writeError: (text) => void process.stderr.write(text),
  read: (path) => (path === "-" ? buffer(process.stdin) : readFile(path)),
  onStop: (act) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, act);
    // Each write learns of its failure; without a listener the stream would end the process besides.
    process.stdout.on("error", () => undefined);
  },
  exit: (status) => {
    process.exitCode = status;
    process.stdin.unref?.();
  },
};
