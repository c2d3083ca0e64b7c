import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { files, read, runTool, sources, workspaces } from "./repository.ts";

const linesMax = 400;

describe("files", () => {
  it("have at most 400 lines", () => {
    const long = sources.filter((file) => read(file).split("\n").length - 1 > linesMax);
    assert.deepEqual(long, []);
  });

  it("name no place of a machine that they were written on", () => {
    const places = /(^|["'`\s(=:])\/(home|root|work|Users)\/[a-z]/m;
    const texts = files.filter((file) => /\.(tsx?|m?js|json|md|sh|ya?ml|css|html|proto)$|\/bin\/|\/run$/.test(file));
    const wrong = texts.filter((file) => !file.startsWith("test/fixtures/") && places.test(read(file)));
    assert.deepEqual(wrong, []);
  });

  it("leave nothing for later, and skip no test", () => {
    const later = /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.(skip|only|todo)\(/;
    const wrong = sources.filter((file) => !file.startsWith("test/house/") && later.test(read(file)));
    assert.deepEqual(wrong, []);
  });
});

describe("functions", () => {
  it("of tests have at most 70 lines; a suite may be longer", () => {
    const tests = sources.filter((file) => file.endsWith(".test.ts"));
    const rule = "complexity/noExcessiveLinesPerFunction";
    const output = runTool("biome", ["lint", `--only=${rule}`, "--reporter=json", "--max-diagnostics=none", ...tests]);
    const { diagnostics } = JSON.parse(output) as BiomeReport;
    const wrong = diagnostics.filter(({ location }) => {
      const line = read(location.path).split("\n")[location.start.line - 1] ?? "";
      return !/^\s*(describe|suite)\(/.test(line);
    });
    assert.deepEqual(
      wrong.map(({ location }) => `${location.path}:${location.start.line}`),
      [],
    );
  });
});

interface BiomeReport {
  readonly diagnostics: readonly {
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
}

interface LockEntry {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe("package-lock.json", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Readonly<Record<string, LockEntry>> };

  it("has the binaries of every platform, or npm ci refuses it (npm run lock adds them)", () => {
    const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    assert.deepEqual(
      optional.filter((name) => !(`node_modules/${name}` in packages)),
      [],
    );
  });

  it("names no registry: whoever installs uses their own", () => {
    const wrong = Object.entries(packages).filter(([, { resolved, link }]) => resolved !== undefined && link !== true);
    assert.deepEqual(
      wrong.map(([name]) => name),
      [],
    );
  });
});

describe("dependencies", () => {
  it("have an exact version", () => {
    for (const { folder, manifest } of workspaces) {
      for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
        assert.match(version, /^\d+\.\d+\.\d+/, `${folder}: ${name}`);
      }
    }
  });

  it("have a line of reason in docs/adr", () => {
    const records = files
      .filter((file) => file.startsWith("docs/adr/"))
      .map(read)
      .join("\n");
    const root = JSON.parse(read("package.json")) as (typeof workspaces)[number]["manifest"];
    const manifests = [root, ...workspaces.map(({ manifest }) => manifest)];
    const names = manifests.flatMap((manifest) =>
      Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }),
    );
    const wrong = [...new Set(names)].filter((name) => !name.startsWith("@basalt/") && !records.includes(name));
    assert.deepEqual(wrong, []);
  });
});

describe("docs/adr", () => {
  it("numbers each decision once", () => {
    const records = files.filter((file) => file.startsWith("docs/adr/") && file.endsWith(".md"));
    const numbers = records.map((file) => /^docs\/adr\/(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1] ?? file);
    assert.equal(new Set(numbers).size, numbers.length, numbers.join(" "));
    for (const file of records) assert.match(read(file), /^# .*\n\n/, `${file} has a title`);
  });
});
