import assert from "node:assert/strict";
import { posix } from "node:path";
import { describe, it } from "node:test";
import { files, read } from "./repository.ts";

const documents = files.filter((file) => file.endsWith(".md") && !file.startsWith("test/fixtures/"));
const known = new Set(files.flatMap((file) => [file, ...foldersOf(file)]));
/** Every end of every path: documents name a file by as much of its path as it takes. */
const pathEnds = new Set(files.flatMap((file) => file.split("/").map((_, i, parts) => parts.slice(i).join("/"))));

function foldersOf(file: string): string[] {
  const folder = posix.dirname(file);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
}

describe("documents", () => {
  it("name only source files that exist", () => {
    const wrong = documents.flatMap((document) =>
      [...read(document).matchAll(/`([\w@./-]+\.(?:ts|tsx|mjs|proto|css))`/g)]
        .map(([, path = ""]) => path)
        .filter((path) => !pathEnds.has(path))
        .map((path) => `${document}: ${path}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("name only folders and files of the root that exist", () => {
    const wrong = documents.flatMap((document) =>
      [...read(document).matchAll(/`((?:packages|services|test|docs|tools|examples)\/[\w@./-]+)`/g)]
        .map(([, path = ""]) => path.replace(/\/$/, ""))
        // What a build makes is not there always, and a decision goes by its number.
        .filter((path) => !known.has(path) && !/\/dist(\/|$)/.test(path))
        .filter((path) => !files.some((file) => file.startsWith(`${path}-`)))
        .map((path) => `${document}: ${path}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("link only to files that exist", () => {
    const wrong = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map(([, path = ""]) => posix.join(posix.dirname(document), path).replace(/\/$/, ""))
        .filter((path) => !known.has(path))
        .map((path) => `${document}: ${path}`),
    );
    assert.deepEqual(wrong, []);
  });
});
