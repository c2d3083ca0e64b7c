import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root, wherever this file runs from. */
export const repositoryRoot: string = fileURLToPath(new URL("../../../", import.meta.url));

/** What is kept of a server's output. */
const outputCharactersMax = 65_536;

/** What is different at one start: a command that runs the server, its environment, more flags, which win. */
export interface Wrapping {
  /** Takes the server's command line as its last arguments. */
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** A Basalt of this repository, started for a measurement. */
export class ServerUnderTest {
  readonly url: string;
  readonly dataPath: string;
  /** The end of what it wrote; BASALT_TEST_OUTPUT=1 shows all of it. */
  output: string = "";
  private child: ChildProcess | undefined;
  private readonly port: number;
  private readonly flags: readonly string[];

  private constructor(port: number, flags: readonly string[]) {
    this.port = port;
    this.flags = flags;
    this.url = `http://127.0.0.1:${port}`;
    this.dataPath = mkdtempSync(join(tmpdir(), "basalt-bench-"));
  }

  static async create(flags: readonly string[]): Promise<ServerUnderTest> {
    return new ServerUnderTest(await freePort(), flags);
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts it and gives the milliseconds until `/ready` answers 200. */
  async start(wrapping?: Wrapping): Promise<number> {
    const started = performance.now();
    this.launch(wrapping);
    const ended = new Promise<never>((_, reject) => {
      this.child?.once("exit", (code) =>
        reject(new Error(`the server ended with ${code} before it was ready:\n${this.output}`)),
      );
    });
    await Promise.race([waitUntilReady(this.url, 60_000), ended]);
    return performance.now() - started;
  }

  /** Starts it and waits for nothing. */
  launch({ command = [], environment = {}, flags = [] }: Wrapping = {}): void {
    const [program, ...args] = [
      ...command,
      join(repositoryRoot, "node_modules/.bin/basalt"),
      "-target=all",
      "-server.http-listen-address=127.0.0.1",
      `-server.http-listen-port=${this.port}`,
      `-data.path=${this.dataPath}`,
      "-log.level=warn",
      "-self-profiling.disable-push=true",
      ...this.flags,
      ...flags,
    ];
    this.child = spawn(program ?? "", args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output = (this.output + text).slice(-outputCharactersMax);
      });
    }
    if (process.env["BASALT_TEST_OUTPUT"] !== undefined) this.child.stderr?.pipe(process.stderr);
  }

  /** Polls until it has written a text. */
  async hasWritten(text: string | RegExp, timeoutMs = 30_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.output.search(text) < 0) {
      const hasEnded = this.child?.exitCode !== null || this.child.signalCode !== null;
      if (hasEnded || performance.now() > deadline) {
        const how = hasEnded ? "before it ended" : `within ${timeoutMs} ms`;
        throw new Error(`the server did not write ${text} ${how}:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Waits until it ends by itself; gives its exit code, or null if a signal ended it. */
  exited(): Promise<number | null> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return Promise.resolve(child?.exitCode ?? null);
    }
    return new Promise((resolve) => child.once("exit", resolve));
  }

  /** Sends SIGTERM and gives the milliseconds and the exit code. */
  async stop(): Promise<{ readonly milliseconds: number; readonly code: number | null }> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return { milliseconds: 0, code: child?.exitCode ?? null };
    }
    const started = performance.now();
    const code = await new Promise<number | null>((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
    return { milliseconds: performance.now() - started, code };
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await ended;
  }

  /** kill -9 after some milliseconds. */
  async killAfter(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.kill();
  }

  removeData(): void {
    rmSync(this.dataPath, { recursive: true, force: true });
  }
}

/** Polls `/ready` until it answers 200. */
export async function waitUntilReady(url: string, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const response = await fetch(`${url}/ready`);
      await response.arrayBuffer();
      if (response.status === 200) return;
    } catch {
      // Not listening yet.
    }
    if (performance.now() > deadline) throw new Error(`${url}/ready did not answer 200 within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Ports below those that the kernel gives to clients: a server that is down must find its own free again. */
const [portMin, portMax] = [10_240, 32_767];

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = portMin + Math.floor(Math.random() * (portMax - portMin));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
