import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { repositoryRoot } from "@basalt/test-kit";

interface Budget {
  readonly initialScriptGzipBytes: number;
  readonly styleGzipBytes: number;
  readonly allBrotliBytes: number;
}

const ui: string = join(repositoryRoot, "packages/ui");
const budget: Budget = JSON.parse(readFileSync(join(ui, "budget.json"), "utf8"));

function bytesOf(suffix: string): number {
  const files = readdirSync(join(ui, "dist"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(suffix),
  );
  assert.ok(files.length > 0, `npm run build --workspace @basalt/ui writes *${suffix}`);
  return files.reduce((sum, file) => sum + statSync(join(ui, "dist", file)).size, 0);
}

describe("size of the browser app", () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["scripts", ".js.gz", budget.initialScriptGzipBytes],
    ["styles", ".css.gz", budget.styleGzipBytes],
    ["everything, as brotli", ".br", budget.allBrotliBytes],
  ];
  for (const [what, suffix, bytesMax] of cases) {
    it(`keeps ${what} within ${bytesMax} bytes`, () => {
      const bytes = bytesOf(suffix);
      assert.ok(bytes <= bytesMax, `${bytes} bytes`);
    });
  }
});
