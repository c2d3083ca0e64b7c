import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The version whose 730 cases are asserted. v1.0.7 does not build: one of its dependencies is not published. */
export const runnerVersion = "v1.0.6";
const runnerModule = "connectrpc.com/conformance/cmd/connectconformance";

/** Whether there is a Go toolchain to build the runner with. */
export async function hasGo(): Promise<boolean> {
  try {
    await run("go", ["version"]);
    return true;
  } catch {
    return false;
  }
}

/** Where the runner lies, or will. */
export function runnerPath(cacheFolder: string): string {
  return join(cacheFolder, `connectconformance@${runnerVersion}`, "connectconformance");
}

/**
 * Builds the runner into the cache unless it is there; 2 to 3 minutes with an empty Go cache.
 *
 * @returns its path.
 */
export async function installRunner(cacheFolder: string): Promise<string> {
  const path = runnerPath(cacheFolder);
  if (existsSync(path)) return path;
  await mkdir(cacheFolder, { recursive: true });
  // Built aside and renamed, so that a run that is stopped leaves nothing half done.
  const folder = await mkdtemp(join(cacheFolder, "building-"));
  try {
    await run("env", [`GOBIN=${folder}`, "CGO_ENABLED=0", "go", "install", `${runnerModule}@${runnerVersion}`]);
    await rename(folder, join(cacheFolder, `connectconformance@${runnerVersion}`));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
  return path;
}
