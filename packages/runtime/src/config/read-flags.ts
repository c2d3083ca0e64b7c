import type { ConfigSchema } from "./config-schema.ts";
import { suggestion } from "./nearest.ts";
import type { AnySetting } from "./setting.ts";

/** Flags that are not settings; each is a switch, except `config.file`. */
export type Command = "help" | "help-all" | "version" | "print-config" | "modules";

/** What a command line may hold besides settings. */
export interface FlagRules {
  readonly commands: readonly Command[];
  readonly takesConfigFile: boolean;
  /** Whether it may hold words that are no flags; after `--` every word is one. */
  readonly takesOperands: boolean;
}

/** The command line of the server. */
export const serverFlagRules: FlagRules = {
  commands: ["help", "help-all", "version", "print-config", "modules"],
  takesConfigFile: true,
  takesOperands: false,
};

/** What a command line says. */
export interface FlagReading {
  readonly values: ReadonlyMap<AnySetting, unknown>;
  readonly configFile: string | undefined;
  readonly commands: ReadonlySet<Command>;
  /** Words that are no flags, in order. */
  readonly operands: readonly string[];
  /** Everything that is wrong, in order. */
  readonly problems: readonly string[];
}

/** The names that flags have beside the settings. */
export const configFileFlag = "config.file";

/**
 * Reads flags as Go does: `-flag=value`, `-flag value`, `-switch`, with one dash or two; the last of equal flags wins.
 * Unlike Go's, flags may stand behind operands.
 */
export function readFlags(
  schema: ConfigSchema,
  args: readonly string[],
  rules: FlagRules = serverFlagRules,
): FlagReading {
  const values = new Map<AnySetting, unknown>();
  const given = new Set<Command>();
  const problems: string[] = [];
  const operands: string[] = [];
  const { flagged, after } = splitAtDashes(args, rules);
  let configFile: string | undefined;
  for (let i = 0; i < flagged.length; i++) {
    const arg = flagged[i] ?? "";
    const { name, text } = splitFlag(arg);
    const setting = schema.byFlag.get(name);
    const command = commandNamed(name, rules);
    if (isOperand(arg, rules)) operands.push(arg);
    else if (name === "") problems.push(`${JSON.stringify(arg)} is not a flag`);
    else if (command !== undefined) given.add(command);
    else if (setting === undefined && !isConfigFile(name, rules)) problems.push(unknownFlag(schema, rules, name));
    else {
      const isSwitch = setting?.type.name === "bool";
      const value = text ?? (isSwitch ? "true" : flagged[++i]);
      if (value === undefined) problems.push(`-${name} needs a value`);
      else if (setting === undefined) configFile = value;
      else take(values, problems, { setting, value });
    }
  }
  return { values, configFile, commands: given, operands: [...operands, ...after], problems };
}

function splitAtDashes(
  args: readonly string[],
  { takesOperands }: FlagRules,
): { readonly flagged: readonly string[]; readonly after: readonly string[] } {
  const end = takesOperands ? args.indexOf("--") : -1;
  return end < 0 ? { flagged: args, after: [] } : { flagged: args.slice(0, end), after: args.slice(end + 1) };
}

function commandNamed(name: string, rules: FlagRules): Command | undefined {
  return rules.commands.find((known) => known === name || (known === "help" && name === "h"));
}

function isConfigFile(name: string, rules: FlagRules): boolean {
  return rules.takesConfigFile && name === configFileFlag;
}

/** `-` alone is one: it stands for the standard input. */
function isOperand(arg: string, rules: FlagRules): boolean {
  return rules.takesOperands && (arg === "-" || !arg.startsWith("-"));
}

/** Reads one value and says what is wrong with it; a secret's value is not repeated. */
function take(
  values: Map<AnySetting, unknown>,
  problems: string[],
  given: { readonly setting: AnySetting; readonly value: string },
): void {
  const { setting, value } = given;
  try {
    values.set(setting, setting.type.read(value));
  } catch (error) {
    const shown = setting.isSecret ? "" : `=${value.slice(0, 200)}`;
    problems.push(`-${setting.flag}${shown}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function splitFlag(arg: string): { readonly name: string; readonly text: string | undefined } {
  const match = /^--?([^-=][^=]*)(?:=([\s\S]*))?$/.exec(arg);
  return { name: match?.[1] ?? "", text: match?.[2] };
}

function unknownFlag(schema: ConfigSchema, rules: FlagRules, name: string): string {
  const configFile = rules.takesConfigFile ? [configFileFlag] : [];
  const known = [...schema.byFlag.keys(), ...configFile, ...rules.commands];
  const list = rules.commands.includes("help-all") ? "-help-all" : "-help";
  return `unknown flag -${name.slice(0, 200)}${suggestion(name, known, "-") || ` (${list} lists every flag)`}`;
}
