import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BasaltError } from "@basalt/model";
import { ConfigSchema } from "../config/config-schema.ts";
import type { ModuleContext } from "../modules/module.ts";
import { defineModule } from "../modules/module.ts";
import type { ProcessHost } from "./process-host.ts";
import { runtimeSettings } from "./process-settings.ts";
import type { Program, Surroundings } from "./run-program.ts";
import { runProgram } from "./run-program.ts";

/** A program with one module, and the process that it runs in. */
function play(args: readonly string[], start: () => Promise<void> = () => Promise.resolve()) {
  const exited = Promise.withResolvers<number>();
  const started = Promise.withResolvers<void>();
  let output = "";
  let errors = "";
  let signal = (_signal: string): void => assert.fail("no one listens yet");
  let surroundings: Surroundings | undefined;
  let context: ModuleContext | undefined;
  const program: Program = {
    schema: new ConfigSchema(runtimeSettings),
    build: { version: "1.2.3", revision: "abc", branch: "main" },
    targets: (given) => {
      surroundings = given;
      const create = (_needed: object, moduleContext: ModuleContext) => {
        context = moduleContext;
        return { value: 0, start: () => start().then(() => setImmediate(started.resolve) && undefined) };
      };
      return [defineModule({ name: "all", needs: {}, create })];
    },
  };
  const host: ProcessHost = {
    args,
    writeLog: () => undefined,
    environment: {},
    readFile: () => Promise.reject(new Error("no file")),
    print: (text) => void (output += text),
    printError: (text) => void (errors += text),
    onStop: (act) => {
      signal = act;
    },
    onCrash: () => undefined,
    exit: (status) => exited.resolve(status),
  };
  const running = runProgram(program, host);
  return {
    started: started.promise,
    signal: (name: string): void => signal(name),
    ready: async () => (await surroundings?.readiness())?.text,
    fail: (error: BasaltError): void => context?.fail(error),
    end: async () => {
      const status = await exited.promise;
      await running;
      return { status, output, errors };
    },
  };
}

describe("a program", () => {
  it("runs until SIGTERM, is ready meanwhile, and exits with 0", async () => {
    const played = play([]);
    await played.started;
    assert.equal(await played.ready(), "ready\n");
    played.signal("SIGTERM");
    assert.equal(await played.ready(), "stopping\n");
    assert.deepEqual(await played.end(), { status: 0, output: "", errors: "" });
  });

  it("exits with 1 when a module fails", async () => {
    const played = play([]);
    await played.started;
    played.fail(new BasaltError("internal", "planted: fsync failed"));
    assert.equal((await played.end()).status, 1);
  });

  it("exits with 1 and says why when a start fails", async () => {
    const played = play([], () => Promise.reject(new BasaltError("data_folder_version", "planted: version 9")));
    const { status, errors } = await played.end();
    assert.equal(status, 1);
    assert.match(errors, /planted: version 9/);
  });

  const answers: readonly (readonly [string, RegExp, number])[] = [
    ["-version", /^basalt 1\.2\.3 \(revision abc, branch main, node v/, 0],
    ["-help", /-target list/, 0],
    ["-help-all", /-shutdown-delay duration/, 0],
    ["-modules", /^all\n$/, 0],
    ["-print-config", /\n {2}path: \.\/data\n/, 0],
  ];
  for (const [flag, wanted, wantedStatus] of answers) {
    it(`answers ${flag}`, async () => {
      const { status, output } = await play([flag]).end();
      assert.equal(status, wantedStatus);
      assert.match(output, wanted);
    });
  }

  const refusals: readonly (readonly [string, RegExp])[] = [
    ["-tarket=all", /unknown flag -tarket \(did you mean -target\?\)/],
    ["-target=al", /unknown module "al" \(did you mean all\?\)/],
    ["-config.file=x.yaml", /-config.file=x.yaml: no file/],
  ];
  for (const [flag, wanted] of refusals) {
    it(`refuses ${flag}`, async () => {
      const { status, errors } = await play([flag]).end();
      assert.equal(status, 1);
      assert.match(errors, wanted);
    });
  }
});
