/**
 * Runs a program of this repository on the Node that the lockfile brings, from a bare checkout:
 *
 *   node tools/run.mjs tools/demo.ts
 *
 * It is the one file that an older Node executes, before anything is installed, so it is JavaScript and uses nothing that
 * Node 18 lacks. It installs what the lockfile asks for, then hands over arguments, terminal, signals and exit status.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync, utimesSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const nodeMajorMin = 24;
const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules/.bin");
const lockfile = join(root, "package-lock.json");
/** npm writes it at the end of an install, so one that broke off is repeated. */
const installed = join(root, "node_modules/.package-lock.json");

/** When a file last changed, ms; 0 if there is none. */
function changedAtMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The installed Node, or this one where it is new enough; undefined if there is neither. */
function findNode() {
  if (existsSync(join(bin, "node"))) return join(bin, "node");
  return Number.parseInt(process.versions.node, 10) >= nodeMajorMin ? process.execPath : undefined;
}

/** Installs as the lockfile says: from nothing by `npm ci`, else what is missing. stdout belongs to the program. */
function install() {
  const command = existsSync(installed) ? ["install", "--no-save"] : ["ci"];
  console.error("installing dependencies (half a minute the first time) …");
  const npm = spawnSync("npm", [...command, "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (npm.error) throw npm.error;
  if (npm.status !== 0) process.exit(npm.status ?? 1);
  // npm leaves the file alone when nothing was missing.
  const now = new Date();
  utimesSync(installed, now, now);
}

// npm skips an optional dependency that it cannot fetch and still succeeds: without a Node, try once more.
for (let tries = 0; tries < 2; tries++) {
  if (changedAtMs(installed) >= changedAtMs(lockfile) && findNode() !== undefined) break;
  install();
}
const node = findNode();
if (node === undefined) {
  console.error(
    `no Node ${nodeMajorMin} for ${process.platform}-${process.arch} was installed, and this is ${process.version}`,
  );
  process.exit(1);
}
const child = spawn(node, process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, PATH: bin + delimiter + (process.env.PATH ?? ""), TURBO_TELEMETRY_DISABLED: "1" },
});
// A terminal sends SIGINT to the whole group, so the child has it already; a supervisor signals this process alone.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
