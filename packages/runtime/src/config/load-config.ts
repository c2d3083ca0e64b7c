import { BasaltError } from "@basalt/model";
import { Config } from "./config.ts";
import type { ConfigSchema } from "./config-schema.ts";
import type { Environment } from "./expand-environment.ts";
import type { Command } from "./read-flags.ts";
import { readFlags } from "./read-flags.ts";
import { readYaml } from "./read-yaml.ts";

/** Where a configuration comes from. */
export interface ConfigSources {
  /** The command line without the program. */
  readonly args: readonly string[];
  readonly environment: Environment;
  /** Reads the file that `-config.file` names. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
}

/** A configuration, and what the command line asks for instead of running. */
export interface LoadedConfig {
  readonly config: Config;
  readonly command: Command | undefined;
}

/** 1 MiB: a hundred times the longest configuration. */
const fileBytesMax = 1024 * 1024;

/**
 * Reads flags and the file, flags winning over the file and the file over defaults.
 *
 * @throws BasaltError `config_invalid` that lists everything wrong at once.
 */
export async function loadConfig(schema: ConfigSchema, sources: ConfigSources): Promise<LoadedConfig> {
  const flags = readFlags(schema, sources.args);
  // Help must come even when the rest is wrong.
  const command = [...flags.commands][0];
  if (command !== undefined && command !== "print-config") return { config: Config.of(schema.settings), command };
  const problems = [...flags.problems];
  const values = new Map(schema.settings.map((setting) => [setting.path, setting.defaultValue]));
  if (flags.configFile !== undefined) {
    const yaml = readYaml(schema, await parseFile(flags.configFile, sources), sources.environment);
    problems.push(...yaml.problems.map((problem) => `${flags.configFile}: ${problem}`));
    for (const [setting, value] of yaml.values) values.set(setting.path, value);
  }
  for (const [setting, value] of flags.values) values.set(setting.path, value);
  if (problems.length > 0) throw new BasaltError("config_invalid", problems.join("\n"));
  return { config: new Config(values), command };
}

async function parseFile(path: string, sources: ConfigSources): Promise<unknown> {
  try {
    const bytes = await sources.readFile(path);
    if (bytes.length > fileBytesMax) throw new Error(`${bytes.length} bytes are over ${fileBytesMax}`);
    // Loaded on demand: a process without a file does without the parser.
    const { parse } = await import("yaml");
    return parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BasaltError("config_invalid", `-config.file=${path}: ${reason}`, { cause: error });
  }
}
