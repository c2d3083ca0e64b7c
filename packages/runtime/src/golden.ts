import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";

/**
 * Compares a text with the file beside the calling test: `matchesGolden(import.meta.url, "fixture/help.txt", text)`.
 * With `UPDATE_GOLDEN=1` in the environment it writes the file instead.
 */
export async function matchesGolden(testUrl: string, name: string, actual: string): Promise<void> {
  // A build runs from dist/, the golden files stay in src/.
  const file = new URL(name, testUrl.replace("/dist/", "/src/"));
  if (process.env["UPDATE_GOLDEN"] === "1") await writeFile(file, actual);
  assert.equal(actual, await readFile(file, "utf8"), `${name} differs; UPDATE_GOLDEN=1 rewrites it`);
}
