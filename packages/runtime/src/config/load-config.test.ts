import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "./config.ts";
import { configYaml } from "./config-document.ts";
import { exampleSchema, exampleSettings as s } from "./fixture/example-schema.ts";
import { loadConfig } from "./load-config.ts";

const load = (args: readonly string[], yaml = "", environment: Record<string, string> = {}) =>
  loadConfig(exampleSchema, {
    args: yaml === "" ? args : ["-config.file=basalt.yaml", ...args],
    environment,
    readFile: (path) => {
      assert.equal(path, "basalt.yaml");
      return Promise.resolve(new TextEncoder().encode(yaml));
    },
  });

describe("flags", () => {
  const cases: readonly (readonly [string, readonly string[], (config: Config) => unknown, unknown])[] = [
    ["a value after =", ["-server.http-listen-port=1"], (config) => config.get(s.port), 1],
    ["a value as the next word", ["-server.http-listen-port", "2"], (config) => config.get(s.port), 2],
    ["two dashes", ["--server.http-listen-port=3"], (config) => config.get(s.port), 3],
    ["the last of equal flags", ["-log.level=warn", "-log.level=debug"], (config) => config.get(s.logLevel), "debug"],
    ["a switch without a value", ["-auth.multitenancy-enabled"], (config) => config.get(s.multitenancy), true],
    ["a switch turned off", ["-auth.multitenancy-enabled=false"], (config) => config.get(s.multitenancy), false],
    ["a list", ["-target=a, b,,c"], (config) => config.get(s.target), ["a", "b", "c"]],
    ["a duration in ms", ["-server.graceful-shutdown-timeout=1m30s"], (config) => config.get(s.shutdown), 90_000],
    ["a size in bytes", ["-ingester.head-bytes-max=64MiB"], (config) => config.get(s.headBytes), 67_108_864],
    ["an empty text", ["-data.path="], (config) => config.get(s.dataPath), ""],
    ["a value with = and a dash", ["-data.path=-a=b"], (config) => config.get(s.dataPath), "-a=b"],
    ["defaults", [], (config) => config.get(s.headBytes), 134_217_728],
  ];
  for (const [name, args, read, wanted] of cases) {
    it(`take ${name}`, async () => assert.deepEqual(read((await load(args)).config), wanted));
  }

  const commands = ["help", "help-all", "version", "modules", "print-config"] as const;
  for (const command of commands) {
    it(`-${command} asks for no run`, async () => assert.equal((await load([`-${command}`])).command, command));
  }

  it("-help comes even when the rest is wrong", async () => {
    assert.equal((await load(["-nonsense", "--help"])).command, "help");
    assert.equal((await load(["-h"])).command, "help");
  });
});

describe("wrong flags and keys", () => {
  const cases: readonly (readonly [string, readonly string[], string, RegExp])[] = [
    ["a flag near none", ["-nonsense"], "", /unknown flag -nonsense \(-help-all lists every flag\)$/],
    ["a flag with a word left out", ["-server.http-port=1"], "", /\(did you mean -server.http-listen-port\?\)/],
    ["a near flag is suggested", ["-server.http-listen-prt=1"], "", /\(did you mean -server.http-listen-port\?\)/],
    ["a word that is no flag", ["serve"], "", /"serve" is not a flag/],
    ["a flag without its value", ["-data.path"], "", /-data.path needs a value/],
    ["a port out of range", ["-server.http-listen-port=70000"], "", /port=70000: must be at most 65535/],
    ["a fraction of a port", ["-server.http-listen-port=1.5"], "", /must be a whole number/],
    ["a duration without unit", ["-server.graceful-shutdown-timeout=5"], "", /must be a duration such as 15s/],
    ["a negative duration", ["-server.graceful-shutdown-timeout=-5s"], "", /must be at least 0s/],
    ["a size that is none", ["-ingester.head-bytes-max=lots"], "", /must be a size such as 128MiB/],
    ["a size under its bound", ["-ingester.head-bytes-max=1KiB"], "", /must be at least 1MiB/],
    ["a word that is no choice", ["-log.level=loud"], "", /must be one of debug, info, warn, error/],
    ["a switch that is neither", ["-auth.multitenancy-enabled=yes"], "", /must be true or false/],
    ["an unknown key names the nearest", [], "server:\n  http_listen_prt: 1", /did you mean server.http_listen_port\?/],
    ["an unknown section", [], "sever: {}", /unknown key sever \(did you mean server\?\)/],
    ["a value where a section belongs", [], "server: 4", /server must be a mapping of keys/],
    ["a list as a file", [], "- a", /the file must be a mapping of keys/],
    ["broken YAML", [], "a: [", /-config.file=basalt.yaml: /],
    ["a variable that is not set", [], "data_path: $" + "{NOWHERE}", /the environment has no NOWHERE/],
    ["a wrong value in the file", [], "server: {http_listen_port: many}", /server.http_listen_port = "many": must be/],
  ];
  for (const [name, args, yaml, wanted] of cases) {
    it(name, () => assert.rejects(load(args, yaml), { code: "config_invalid", message: wanted }));
  }

  it("are all told at once, without secrets", async () => {
    const yaml = "storage: {secret: {a: 1}}\nx: 1\n";
    await assert.rejects(load(["-nope", "-data.path"], yaml), (error: Error) => {
      assert.equal(error.message.split("\n").length, 4);
      assert.doesNotMatch(error.message, /"a"/);
      return true;
    });
  });
});

describe("the file", () => {
  it("is under flags and over defaults", async () => {
    const { config } = await load(
      ["-log.level=error"],
      "log_level: warn\nserver:\n  http_listen_port: 80\ntarget: [x, y]",
    );
    assert.equal(config.get(s.logLevel), "error");
    assert.equal(config.get(s.port), 80);
    assert.deepEqual(config.get(s.target), ["x", "y"]);
    assert.equal(config.get(s.multitenancy), false);
  });

  it("expands variables inside values only, so that nothing in one can become YAML", async () => {
    const yaml = [
      "data_path: $" + "{DIR}/$" + "{SUB:data}",
      "storage: {secret: '$" + "{SECRET:-none}'}",
      "server: {http_listen_port: '$" + "{PORT:4041}'}",
      "log_level: $" + "{LEVEL:warn}",
      "target: ['$" + "$" + "{kept}', '$" + "{LIST}']",
    ].join("\n");
    const { config } = await load([], yaml, { DIR: "/a: {b", LEVEL: "", LIST: "x" });
    assert.equal(config.get(s.dataPath), "/a: {b/data");
    assert.equal(config.get(s.secret), "none");
    assert.equal(config.get(s.port), 4041);
    assert.equal(config.get(s.logLevel), "warn");
    assert.deepEqual(config.get(s.target), ["$" + "{kept}", "x"]);
  });

  it("may be empty or have empty sections", async () => {
    assert.equal((await load([], "# nothing\n")).config.get(s.port), 4040);
    assert.equal((await load([], "server:\n")).config.get(s.port), 4040);
  });

  it("is what -print-config writes, secrets masked", async () => {
    const { config } = await load(["-ingester.head-bytes-max=1GiB", "-target=a,b", "-storage.secret=hush"]);
    const yaml = await configYaml(exampleSchema, config);
    assert.match(yaml, /secret: "\*{8}"/);
    assert.doesNotMatch(yaml, /hush/);
    const again = await load([], yaml);
    assert.equal(again.config.get(s.headBytes), 2 ** 30);
    assert.deepEqual(again.config.get(s.target), ["a", "b"]);
    assert.equal(await configYaml(exampleSchema, again.config), yaml);
  });
});
