import type { ConfigSchema } from "./config-schema.ts";
import type { Environment } from "./expand-environment.ts";
import { expandEnvironment } from "./expand-environment.ts";
import { suggestion } from "./nearest.ts";
import type { AnySetting } from "./setting.ts";

/** What a configuration file says. */
export interface YamlReading {
  readonly values: ReadonlyMap<AnySetting, unknown>;
  readonly problems: readonly string[];
}

/** A YAML document deeper than any schema, or one that refers to itself, is refused by this. */
const depthMax = 16;

/** Reads the parsed document: mappings nested by the parts of the settings' paths. Variables expand inside values. */
export function readYaml(schema: ConfigSchema, document: unknown, environment: Environment): YamlReading {
  const reader = new YamlReader(schema, environment);
  if (document !== null && document !== undefined) reader.readMapping(document, "", 0);
  return reader;
}

class YamlReader implements YamlReading {
  readonly values = new Map<AnySetting, unknown>();
  readonly problems: string[] = [];
  private readonly schema: ConfigSchema;
  private readonly environment: Environment;
  private readonly sections = new Set<string>();

  constructor(schema: ConfigSchema, environment: Environment) {
    this.schema = schema;
    this.environment = environment;
    for (const path of schema.byPath.keys()) {
      for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1))
        this.sections.add(path.slice(0, dot));
    }
  }

  readMapping(mapping: unknown, path: string, depth: number): void {
    if (typeof mapping !== "object" || mapping === null || Array.isArray(mapping) || depth > depthMax) {
      this.problems.push(`${path === "" ? "the file" : path} must be a mapping of keys`);
      return;
    }
    for (const [key, value] of Object.entries(mapping))
      this.readKey(path === "" ? key : `${path}.${key}`, value, depth);
  }

  private readKey(path: string, value: unknown, depth: number): void {
    const setting = this.schema.byPath.get(path);
    if (setting !== undefined) this.take(setting, value);
    else if (!this.sections.has(path)) this.problems.push(`unknown key ${path.slice(0, 200)}${this.suggest(path)}`);
    // An empty section is how YAML writes "nothing changed here".
    else if (value !== null) this.readMapping(value, path, depth + 1);
  }

  private take(setting: AnySetting, value: unknown): void {
    try {
      this.values.set(setting, setting.type.read(this.expand(value)));
    } catch (error) {
      const shown = setting.isSecret ? "" : ` = ${JSON.stringify(value)?.slice(0, 200)}`;
      this.problems.push(`${setting.path}${shown}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private expand(value: unknown): unknown {
    if (typeof value === "string") return expandEnvironment(value, this.environment);
    return Array.isArray(value) ? value.map((part) => this.expand(part)) : value;
  }

  private suggest(path: string): string {
    return suggestion(path, [...this.schema.byPath.keys(), ...this.sections]);
  }
}
