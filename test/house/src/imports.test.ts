import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { describe, it } from "node:test";
import type { Planted } from "./planted.ts";
import { rulesBroken } from "./planted.ts";
import { files, read, root, sources, workspaces } from "./repository.ts";

const refused = "lint/style/noRestrictedImports";
const noNode = "lint/correctness/noNodejsModules";

describe("the import table", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["a package imports what the table gives it", "packages/store/src/a.ts", "@basalt/symdb", ""],
    ["a package imports nothing else of the house", "packages/symdb/src/b.ts", "@basalt/store", refused],
    ["the model imports nothing of the house", "packages/model/src/c.ts", "@basalt/runtime", refused],
    ["no package imports a service", "packages/store/src/d.ts", "@basalt/ingester", refused],
    ["no service imports a service", "services/querier/src/e.ts", "@basalt/ingester", refused],
    ["no service imports the browser app", "services/query-frontend/src/f.ts", "@basalt/ui", refused],
    ["only services/all imports services", "services/all/src/g.ts", "@basalt/ingester", ""],
    ["nothing imports past a package's exports", "services/all/src/h.ts", "@basalt/store/src/shard.ts", refused],
    ["an entry beside the index is as good", "packages/store/src/j.ts", "@basalt/runtime/thread", ""],
    ["and counts for the table", "packages/symdb/src/k.ts", "@basalt/runtime/thread", refused],
    ["for services too", "services/querier/src/l.ts", "@basalt/distributor/processor", refused],
    ["a pure package imports no module of Node", "packages/formats/src/i.ts", "node:zlib", noNode],
    ["its tests may", "packages/formats/src/i.test.ts", "node:zlib", ""],
  ];
  const text = (imported: string): string => `import * as planted from "${imported}";\nexport const kept = planted;\n`;
  const broken = rulesBroken(cases.map(([, path, imported]) => ({ path, text: text(imported) })));
  for (const [i, [rule, , , wanted]] of cases.entries()) {
    it(rule, () => {
      const found = broken[i]?.filter((name) => name === refused || name === noNode);
      assert.deepEqual(found, wanted === "" ? [] : [wanted]);
    });
  }
});

describe("what is injected", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["the wall clock", "Date.now()", "lint/nursery/noJsRestrictedProperties"],
    ["randomness", "Math.random()", "lint/nursery/noJsRestrictedProperties"],
    ["timers", "setTimeout(() => undefined, 1)", "lint/style/noRestrictedGlobals"],
    ["the monotonic clock", "performance.now()", "lint/style/noRestrictedGlobals"],
    ["the console", 'console.log("x")', "lint/suspicious/noConsole"],
    ["the environment", "process.env", "lint/style/noProcessEnv"],
  ];
  const planted = (folder: string): readonly Planted[] =>
    cases.map(([, expression], i) => ({ path: `${folder}/x${i}.ts`, text: `export const kept = ${expression};\n` }));
  const inStore = rulesBroken(planted("packages/store/src"));
  const inRuntime = rulesBroken(planted("packages/runtime/src"));
  for (const [i, [what, , wanted]] of cases.entries()) {
    it(`${what} is reached through packages/runtime alone`, () => {
      assert.ok(inStore[i]?.includes(wanted), `${inStore[i]}`);
      // Even there nothing goes to the console: there is a log.
      assert.equal(inRuntime[i]?.includes(wanted), wanted.endsWith("noConsole"));
    });
  }

  it("is not reached by a way that the linter does not see", () => {
    const hidden =
      /\bnew Date\(\)|globalThis\.(setTimeout|setInterval|Date|Math|performance|process|console)\b|process\.hrtime/;
    const wrong = sources.filter((file) => {
      const isJudged = /^(packages|services)\//.test(file) && !file.startsWith("packages/runtime/");
      return isJudged && hidden.test(read(file));
    });
    assert.deepEqual(wrong, []);
  });
});

describe("workspaces", () => {
  const names = new Map(workspaces.map(({ folder, manifest }) => [manifest.name, folder]));

  it("reference in tsconfig.json exactly the workspaces that they depend on", () => {
    for (const { folder, manifest } of workspaces) {
      if (!files.includes(`${folder}/tsconfig.json`)) continue;
      const needed = Object.keys(manifest.dependencies ?? {}).flatMap((name) => names.get(name) ?? []);
      const { references = [] } = JSON.parse(read(`${folder}/tsconfig.json`)) as { references?: { path: string }[] };
      const referenced = references.map(({ path }) => relative(root, join(root, folder, path)));
      assert.deepEqual(referenced.sort(), needed.sort(), folder);
    }
  });

  it("are all built by the root's tsconfig.json, but for those that a bundler builds", () => {
    const { references } = JSON.parse(read("tsconfig.json")) as { references: { path: string }[] };
    const built = new Set(references.map(({ path }) => path));
    const missing = workspaces.filter(({ folder }) => {
      const config = `${folder}/tsconfig.json`;
      return files.includes(config) && !read(config).includes('"composite": false') && !built.has(folder);
    });
    assert.deepEqual(
      missing.map(({ folder }) => folder),
      [],
    );
  });

  it("import only what their manifest names", () => {
    const wrong: string[] = [];
    for (const { folder, manifest } of workspaces) {
      const known = new Set([manifest.name, ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })]);
      for (const file of sources.filter((source) => source.startsWith(`${folder}/`))) {
        for (const [, name = ""] of read(file).matchAll(/from "(@basalt\/[^"/]+)[^"]*"/g)) {
          if (!known.has(name)) wrong.push(`${file}: ${name}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("have a README each", () => {
    const missing = workspaces.filter(({ folder }) => !files.includes(`${folder}/README.md`));
    assert.deepEqual(
      missing.map(({ folder }) => folder),
      [],
    );
  });
});
