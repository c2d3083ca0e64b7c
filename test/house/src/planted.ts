import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { read, runTool } from "./repository.ts";

/** A file that breaks a rule, or keeps it, and where it would lie. */
export interface Planted {
  readonly path: string;
  readonly text: string;
}

interface BiomeReport {
  readonly diagnostics: readonly { readonly category: string; readonly location: { readonly path: string } }[];
}

/** Which rules of the repository's biome.json the files break, in their order. The files lie outside the repository. */
export function rulesBroken(planted: readonly Planted[]): readonly (readonly string[])[] {
  const folder = mkdtempSync(join(tmpdir(), "basalt-planted-"));
  try {
    const { $schema: _schema, vcs: _vcs, ...config } = JSON.parse(read("biome.json")) as Record<string, unknown>;
    writeFileSync(join(folder, "biome.json"), JSON.stringify(config));
    for (const { path, text } of planted) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const output = runTool("biome", ["lint", "--reporter=json", "--max-diagnostics=none", "."], folder);
    const { diagnostics } = JSON.parse(output) as BiomeReport;
    return planted.map(({ path }) => {
      const found = diagnostics.filter(({ location }) => location.path === path || location.path.endsWith(`/${path}`));
      return [...new Set(found.map(({ category }) => category))];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
