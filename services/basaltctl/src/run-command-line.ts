import { BasaltError } from "@basalt/model";
import {
  Config,
  ConfigSchema,
  type FlagRules,
  nodeFileSystem,
  readFlags,
  suggestion,
  systemClock,
  type Terminal,
} from "@basalt/runtime";
import type { Command } from "./command.ts";
import { errorText } from "./error-text.ts";
import { type ExitStatus, exitStatus } from "./exit-status.ts";
import { commandHelp, programHelp, versionText } from "./help.ts";
import { Output } from "./output/output.ts";

const flagRules: FlagRules = { commands: ["help"], takesConfigFile: false, takesOperands: true };

/** Finds the command that a command line names, runs it, and ends the process with its status. */
export async function runCommandLine(commands: readonly Command[], terminal: Terminal): Promise<void> {
  const stop = new AbortController();
  terminal.onStop(() => stop.abort(new BasaltError("canceled", "stopped")));
  try {
    terminal.exit(await runWords(commands, terminal, stop.signal));
  } catch (error) {
    // Who reads the output has gone: that is their way to say that they have enough.
    if (isBrokenPipe(error)) return terminal.exit(exitStatus.ok);
    terminal.writeError(errorText(error));
    terminal.exit(statusOf(error, stop.signal));
  }
}

function statusOf(error: unknown, signal: AbortSignal): ExitStatus {
  if (signal.aborted) return exitStatus.stopped;
  return error instanceof BasaltError && error.code === "config_invalid" ? exitStatus.usage : exitStatus.failed;
}

async function runWords(commands: readonly Command[], terminal: Terminal, signal: AbortSignal): Promise<ExitStatus> {
  const words = leadingWords(terminal.args);
  const command = commands.find(({ name }) => name.split(" ").every((word, i) => words[i] === word));
  if (command === undefined) return answerWithoutCommand(commands, terminal, words);
  const rest = terminal.args.slice(command.name.split(" ").length);
  const schema = new ConfigSchema(command.settings);
  const { values, operands, commands: asked, problems } = readFlags(schema, rest, flagRules);
  if (asked.has("help")) {
    await terminal.write(commandHelp(command));
    return exitStatus.ok;
  }
  const wrong = [...problems, ...wrongOperands(command, operands)];
  if (wrong.length > 0) throw usageError(wrong.join("\n"), command.name);
  const byPath = new Map(schema.settings.map((setting) => [setting.path, values.get(setting) ?? setting.defaultValue]));
  const output = new Output(terminal, systemClock);
  const context = {
    config: new Config(byPath),
    operands,
    output,
    clock: systemClock,
    fileSystem: nodeFileSystem,
    signal,
  };
  try {
    return await command.run(context);
  } finally {
    output.endProgress();
  }
}

/** Words before the first flag. */
function leadingWords(args: readonly string[]): readonly string[] {
  const end = args.findIndex((arg) => arg.startsWith("-"));
  return end < 0 ? args : args.slice(0, end);
}

async function answerWithoutCommand(
  commands: readonly Command[],
  terminal: Terminal,
  words: readonly string[],
): Promise<ExitStatus> {
  const flag = terminal.args[words.length]?.replace(/^--?/, "");
  const group = commands.filter(({ name }) => words.every((word, i) => name.split(" ")[i] === word));
  if (flag === "version" && words.length === 0) await terminal.write(versionText());
  else if ((flag === "help" || flag === "h") && group.length > 0) await terminal.write(programHelp(group));
  else throw usageError(unknownCommand(commands, words, flag), group.length > 0 ? words.join(" ") : "");
  return exitStatus.ok;
}

function unknownCommand(commands: readonly Command[], words: readonly string[], flag: string | undefined): string {
  const said = words.join(" ");
  const below = commands.filter(({ name }) => name.startsWith(`${said} `)).map(({ name }) => name);
  if (below.length > 0) return `${said} is not a whole command: ${below.join(", ")}`;
  if (said === "")
    return flag === undefined ? "no command given" : `unknown flag -${flag.slice(0, 200)} before a command`;
  // Two words are a command at the most; what follows are operands.
  const tried = words.slice(0, 2).join(" ");
  const known = commands.map(({ name }) => name);
  const near = suggestion(tried, known) || suggestion(words[0] ?? "", known);
  return `unknown command ${JSON.stringify(tried.slice(0, 200))}${near}`;
}

function wrongOperands({ operands: taken, operandsMin = 0 }: Command, given: readonly string[]): readonly string[] {
  if (taken === "" && given.length > 0) return given.map((word) => `${JSON.stringify(word)} is not a flag`);
  return given.length < operandsMin ? [`${taken} is missing`] : [];
}

function usageError(problem: string, command: string): BasaltError {
  const help = `basaltctl ${command === "" ? "" : `${command} `}-help`;
  return new BasaltError("config_invalid", problem, { details: { help } });
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
