import { readFile } from "node:fs/promises";
import type { Environment } from "../config/expand-environment.ts";

/** What a program has of its process, injected so that tests can play it. */
export interface ProcessHost {
  /** The command line without the program. */
  readonly args: readonly string[];
  readonly environment: Environment;
  readFile(path: string): Promise<Uint8Array>;
  print(text: string): void;
  printError(text: string): void;
  /** Takes log lines; without it they go to standard error at once. */
  readonly writeLog?: (line: string) => void;
  /** Calls at each request to stop: SIGTERM or SIGINT. */
  onStop(act: (signal: string) => void): void;
  /** Calls at what nobody caught. */
  onCrash(act: (error: unknown) => void): void;
  exit(status: number): void;
}

/** 12 days: near the longest that a timer takes. */
const aliveIntervalMs = 2 ** 30;

/** The process itself. */
export const nodeProcessHost: ProcessHost = {
  args: process.argv.slice(2),
  environment: process.env,
  readFile: (path) => readFile(path),
  print: (text) => void process.stdout.write(text),
  printError: (text) => void process.stderr.write(text),
  onStop: (act) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => act(signal));
    // A listener for signals alone does not keep the process alive; who waits for one means to.
    setInterval(() => undefined, aliveIntervalMs);
  },
  onCrash: (act) => {
    process.on("uncaughtException", act);
    process.on("unhandledRejection", act);
  },
  exit: (status) => process.exit(status),
};
