import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository; this file lies in test/house/src or, built, in test/house/dist. */
export const root: string = fileURLToPath(new URL("../../../", import.meta.url));

/** Every file that is under version control or would be, from the root, sorted. */
export const files: readonly string[] = listFiles();

/** TypeScript that people wrote: no generated code, no fixtures. */
export const sources: readonly string[] = files.filter(
  (file) => /\.tsx?$/.test(file) && !file.includes("/gen/") && !file.startsWith("test/fixtures/"),
);

/** The text of a file. */
export function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** The part of a package.json that the rules look at. */
export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The workspaces, each with its folder and manifest. */
export const workspaces: readonly { readonly folder: string; readonly manifest: Manifest }[] = files
  .filter((file) => /^(packages|services|test|examples)\/[^/]+\/package\.json$/.test(file))
  .map((file) => ({ folder: file.replace("/package.json", ""), manifest: JSON.parse(read(file)) as Manifest }));

/** Runs a tool of the repository in a folder, the root by default; gives what it wrote to standard output. */
export function runTool(tool: string, args: readonly string[], cwd: string = root): string {
  return spawnSync(join(root, "node_modules/.bin", tool), args, { cwd, encoding: "utf8", maxBuffer: 1 << 26 }).stdout;
}

function listFiles(): readonly string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const listed = execFileSync("git", args, { cwd: root, maxBuffer: 1 << 26 }).toString();
  const deleted = new Set(execFileSync("git", ["ls-files", "--deleted", "-z"], { cwd: root }).toString().split("\0"));
  return [...new Set(listed.split("\0"))].filter((file) => file !== "" && !deleted.has(file)).sort();
}
