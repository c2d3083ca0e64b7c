import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "./server-under-test.ts";

const run = promisify(execFile);

/** What tests build is kept between runs; git ignores it. */
export const toolCacheFolder: string = join(repositoryRoot, ".cache", "tools");

/** A program that Go builds. */
export interface GoTool {
  /** Of the program, which is called as the last part of it. */
  readonly module: string;
  readonly version: string;
}

/** Whether there is a Go toolchain. */
export async function hasGo(): Promise<boolean> {
  try {
    await run("go", ["version"]);
    return true;
  } catch {
    return false;
  }
}

/** Where a tool lies, or will. */
export function goToolPath({ module, version }: GoTool): string {
  const name = module.slice(module.lastIndexOf("/") + 1);
  return join(toolCacheFolder, `${name}@${version}`, name);
}

/** Whether a tool can be used: it was built before, or can be. */
export async function isGoToolAtHand(tool: GoTool): Promise<boolean> {
  return existsSync(goToolPath(tool)) || hasGo();
}

/**
 * Builds a tool into the cache unless it is there; minutes with an empty Go cache.
 *
 * @returns its path.
 */
export async function installGoTool(tool: GoTool): Promise<string> {
  const { module, version } = tool;
  return buildGoTool(tool, (folder) =>
    run("env", [`GOBIN=${folder}`, "CGO_ENABLED=0", "go", "install", `${module}@${version}`]),
  );
}

/** Has a tool built into the cache unless it is there: `build` puts the program into the folder that it is given. */
export async function buildGoTool(tool: GoTool, build: (folder: string) => Promise<unknown>): Promise<string> {
  const path = goToolPath(tool);
  if (existsSync(path)) return path;
  await mkdir(toolCacheFolder, { recursive: true });
  // Built aside and renamed, so that a run that is stopped leaves nothing half done.
  const folder = await mkdtemp(join(toolCacheFolder, "building-"));
  try {
    await build(folder);
    await rename(folder, join(path, ".."));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
  return path;
}
