/**
 * `npm run demo`: builds Basalt, starts it with everything in one process on 127.0.0.1:4040, starts live profile sources
 * that use stock SDKs, prints where to look, and stops all of it on Ctrl-C.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root: string = fileURLToPath(new URL("..", import.meta.url));
const port = Number(process.env["BASALT_DEMO_PORT"] ?? "4040");
const url = `http://127.0.0.1:${port}`;
const dataPath: string = join(root, "data/demo");
const bin: string = join(root, "node_modules/.bin");

/** A child that Ctrl-C stops with the rest. */
interface Running {
  readonly name: string;
  readonly child: ChildProcess;
}

const running: Running[] = [];
let isStopping = false;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Runs one step of the set-up to its end; its output is shown only when it fails. */
function step(title: string, command: string, args: readonly string[]): void {
  process.stdout.write(`  ${title} … `);
  const started = performance.now();
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  if (done.status !== 0) {
    say(`failed\n${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`);
    process.exit(1);
  }
  say(`${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function start(name: string, command: string, args: readonly string[], cwd: string): ChildProcess {
  // Own process group: Ctrl-C reaches this program alone, which then stops its children in order.
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, BASALT_URL: url },
    stdio: ["ignore", name === "basalt" ? "inherit" : "ignore", "inherit"],
    detached: true,
  });
  child.on("error", (error) => say(`${name} could not start: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (isStopping) return;
    say(`${name} ended by itself (${signal ?? code})`);
    if (name === "basalt") void stopAll(1);
  });
  running.push({ name, child });
  return child;
}

async function stopAll(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  // Sources first, so that nothing pushes into a closed door; the server last.
  for (const { child } of [...running].reverse()) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), 30_000);
    await ended;
    clearTimeout(killer);
  }
  say("stopped");
  process.exit(code);
}

async function isPortTaken(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function until(what: string, timeoutMs: number, condition: () => Promise<boolean>): Promise<number> {
  const started = performance.now();
  for (;;) {
    if (await condition().catch(() => false)) return performance.now() - started;
    if (performance.now() - started > timeoutMs) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function hasProfiles(service: string): Promise<boolean> {
  const now = Date.now();
  const response = await fetch(`${url}/querier.v1.QuerierService/Series`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      start: now - 600_000,
      end: now + 60_000,
      matchers: [`{service_name="${service}"}`],
      labelNames: ["service_name"],
    }),
  });
  const answer: unknown = await response.json();
  return typeof answer === "object" && answer !== null && "labelsSet" in answer;
}

function startSources(): void {
  for (const name of ["checkout", "catalog"]) {
    start(name, join(bin, "node"), ["src/main.ts"], join(root, "examples", name));
  }
  const folder = join(root, "examples/orders-go");
  const binary = join(folder, "bin/orders");
  if (spawnSync("go", ["version"]).status !== 0) {
    say("  no Go toolchain: the Go example stays out");
    return;
  }
  const build = spawn("go", ["build", "-o", binary, "."], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  build.on("exit", (code) => {
    if (code === 0 && !isStopping) start("orders (Go)", binary, [], folder);
  });
}

function lookHere(readyMs: number): void {
  say(`
  Basalt is ready (${(readyMs / 1000).toFixed(1)} s):   ${url}

  checkout   a Node service that deploys a slow version every two minutes
  catalog    a Node service with a cache that comes and goes
  orders     a Go service (CPU, heap, goroutines, locks), where Go is installed
  basalt     this very process

  The first profiles arrive within about 15 s. Then, after four minutes, compare the two versions of checkout:
  ${url}/compare?leftQuery=${encodeURIComponent('wall:wall:nanoseconds:wall:nanoseconds{service_name="checkout",version="1.4.0"}')}&rightQuery=${encodeURIComponent('wall:wall:nanoseconds:wall:nanoseconds{service_name="checkout",version="1.5.0"}')}

  Ctrl-C stops everything. Data stays in data/demo.
`);
}

async function main(): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stopAll(0));
  if (await isPortTaken()) {
    say(`port ${port} is taken: stop what listens there, or set BASALT_DEMO_PORT`);
    process.exit(1);
  }
  say("Setting Basalt up");
  step("compiling", join(bin, "tsc"), ["-b"]);
  if (existsSync(join(root, "packages/ui/package.json")))
    step("building the UI", "npm", ["run", "build", "--workspace", "@basalt/ui"]);
  mkdirSync(dataPath, { recursive: true });
  start(
    "basalt",
    join(bin, "basalt"),
    [
      "-target=all",
      "-server.http-listen-address=127.0.0.1",
      `-server.http-listen-port=${port}`,
      `-data.path=${dataPath}`,
    ],
    root,
  );
  const readyMs = await until("basalt", 60_000, async () => (await fetch(`${url}/ready`)).status === 200);
  startSources();
  lookHere(readyMs);
  const firstMs = await until("first profiles", 120_000, () => hasProfiles("checkout"));
  say(`  checkout's first profiles are in after ${(firstMs / 1000).toFixed(0)} s: open ${url}`);
}

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return stopAll(1);
});
