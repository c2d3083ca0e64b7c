import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ErrorCode, errorCodes, rpcCodes, warningCodes } from "@basalt/model";
import { configDocument, declaredMetrics, metricDeclarations, metricsDocument, schema } from "./documents.ts";
import { read, sources } from "./repository.ts";

/** Flags that are no settings. */
const otherFlags = new Set(["config.file"]);
const flags = new Set([...schema.byFlag.keys(), ...otherFlags]);

describe("docs/config.md", () => {
  it("is what the settings say (npm run docs writes it)", () => assert.equal(read("docs/config.md"), configDocument()));

  it("describes no setting that nothing reads", () => {
    const code = sources.filter((file) => !file.endsWith(".test.ts"));
    const unread = code.flatMap((file) => {
      const declared = [...read(file).matchAll(/^ {2}(\w+): setting\(\{/gm)].map(([, name = ""]) => name);
      return declared.filter(
        (name) => !code.some((other) => other !== file && new RegExp(`\\b${name}\\b`).test(read(other))),
      );
    });
    assert.deepEqual(unread, []);
  });
});

describe("docs/metrics.md", () => {
  it("is what the metrics say (npm run docs writes it)", async () => {
    assert.equal(read("docs/metrics.md"), await metricsDocument());
  });

  it("has every metric that is declared: each declaration is in an exported list", async () => {
    const declared = [...metricDeclarations().values()].reduce((sum, count) => sum + count, 0);
    assert.equal((await declaredMetrics()).size, declared, [...metricDeclarations().keys()].join(" "));
  });
});

describe("docs/errors.md", () => {
  const rows = [
    ...read("docs/errors.md").matchAll(/^\| `(\w+)` \| (\w+), (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$/gm),
  ];
  const documented = new Map(rows.map(([, code = "", rpcCode, http]) => [code, `${rpcCode}, ${http}`]));

  it("explains every code, and no other", () => {
    assert.deepEqual([...documented.keys()].sort(), Object.keys(errorCodes).sort());
  });

  it("gives each code its RPC code and HTTP status", () => {
    for (const [code, rpcCode] of Object.entries(errorCodes)) {
      assert.equal(documented.get(code), `${rpcCode}, ${rpcCodes[rpcCode].http}`, code);
    }
  });

  it("names only flags that exist", () => {
    for (const [, code, , , , , setting = ""] of rows) {
      for (const [, flag = ""] of setting.matchAll(/`-([^`]+)`/g)) assert.ok(flags.has(flag), `${code}: -${flag}`);
    }
  });

  it("explains every code that only warns, and no other", () => {
    const warnings =
      read("docs/errors.md")
        .split("\n## ")
        .find((section) => section.startsWith("Warnings")) ?? "";
    const codes = [...warnings.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    assert.deepEqual(codes, [...warningCodes]);
  });

  it("has no code that nothing throws", () => {
    const thrown = sources.filter((file) => !file.endsWith(".test.ts") && file !== "packages/model/src/error.ts");
    const text = thrown.map(read).join("\n");
    const unused = Object.keys(errorCodes).filter((code) => !text.includes(`"${code}"`));
    assert.deepEqual(unused satisfies string[] as ErrorCode[], []);
  });
});

describe("messages", () => {
  it("name only flags that exist", () => {
    const groups = [...new Set([...flags].filter((flag) => flag.includes(".")).map((flag) => flag.split(".")[0]))].join(
      "|",
    );
    const mention = new RegExp(`[ (\`"]-((?:${groups})\\.[a-zA-Z][a-zA-Z.-]*[a-zA-Z])\\b`, "g");
    const wrong: string[] = [];
    for (const file of sources) {
      if (!/^(packages|services)\//.test(file) || file.endsWith(".test.ts") || file.includes("/fixture/")) continue;
      for (const [, flag = ""] of read(file).matchAll(mention)) if (!flags.has(flag)) wrong.push(`${file}: -${flag}`);
    }
    assert.deepEqual(wrong, []);
  });
});
