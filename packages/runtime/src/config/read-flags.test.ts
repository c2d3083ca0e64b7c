import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exampleSchema } from "./fixture/example-schema.ts";
import { type FlagRules, readFlags } from "./read-flags.ts";

/** The command line of a tool that works on files. */
const toolRules: FlagRules = { commands: ["help"], takesConfigFile: false, takesOperands: true };
const [flag = ""] = [...exampleSchema.byFlag].flatMap(([name, { type }]) => (type.name === "string" ? [name] : []));

describe("a command line with operands", () => {
  const cases: readonly (readonly [name: string, args: readonly string[], operands: readonly string[]])[] = [
    ["words", ["a", "b"], ["a", "b"]],
    ["words around flags", ["a", `-${flag}=x`, "b", `-${flag}`, "y", "c"], ["a", "b", "c"]],
    ["the standard input", ["-"], ["-"]],
    ["what begins with a dash, after two", ["a", "--", "-b", "--", `-${flag}`], ["a", "-b", "--", `-${flag}`]],
  ];
  for (const [name, args, operands] of cases) {
    it(`takes ${name}`, () => {
      const reading = readFlags(exampleSchema, args, toolRules);
      assert.deepEqual([reading.operands, reading.problems], [operands, []]);
    });
  }

  it("refuses what only a server takes", () => {
    const { problems } = readFlags(exampleSchema, ["-config.file=x", "-modules"], toolRules);
    assert.deepEqual(
      problems,
      ["-config.file", "-modules"].map((flag) => `unknown flag ${flag} (-help lists every flag)`),
    );
  });

  it("does not exist for a server", () => {
    const { problems, operands } = readFlags(exampleSchema, ["a", "-", "--"]);
    assert.deepEqual([problems, operands], [['"a" is not a flag', '"-" is not a flag', '"--" is not a flag'], []]);
  });
});
