import type { ConfigSchema } from "./config-schema.ts";
import { suggestion } from "./nearest.ts";
import type { AnySetting } from "./setting.ts";

/** Flags that are not settings; each is a switch, except `config.file`. */
export type Command = "help" | "help-all" | "version" | "print-config" | "modules";

const commands: readonly Command[] = ["help", "help-all", "version", "print-config", "modules"];

/** What a command line says. */
export interface FlagReading {
  readonly values: ReadonlyMap<AnySetting, unknown>;
  readonly configFile: string | undefined;
  readonly commands: ReadonlySet<Command>;
  /** Everything that is wrong, in order. */
  readonly problems: readonly string[];
}

/** The names that flags have beside the settings. */
export const configFileFlag = "config.file";

/**
 * Reads flags as Go does: `-flag=value`, `-flag value`, `-switch`, with one dash or two; the last of equal flags wins.
 */
export function readFlags(schema: ConfigSchema, args: readonly string[]): FlagReading {
  const values = new Map<AnySetting, unknown>();
  const given = new Set<Command>();
  const problems: string[] = [];
  let configFile: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const { name, text } = splitFlag(args[i] ?? "");
    const setting = schema.byFlag.get(name);
    const command = commands.find((known) => known === name || (known === "help" && name === "h"));
    if (name === "") problems.push(`${JSON.stringify(args[i])} is not a flag`);
    else if (command !== undefined) given.add(command);
    else if (setting === undefined && name !== configFileFlag) problems.push(unknownFlag(schema, name));
    else {
      const isSwitch = setting?.type.name === "bool";
      const value = text ?? (isSwitch ? "true" : args[++i]);
      if (value === undefined) problems.push(`-${name} needs a value`);
      else if (setting === undefined) configFile = value;
      else take(values, problems, { setting, value });
    }
  }
  return { values, configFile, commands: given, problems };
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

function unknownFlag(schema: ConfigSchema, name: string): string {
  const known = [...schema.byFlag.keys(), configFileFlag, ...commands];
  return `unknown flag -${name.slice(0, 200)}${suggestion(name, known, "-")}`;
}
