import type { Config } from "./config.ts";
import type { ConfigSchema } from "./config-schema.ts";
import type { AnySetting } from "./setting.ts";

const masked = "********";

/** A value as people may see it. */
export function shownValue(setting: AnySetting, value: unknown): string {
  if (setting.isSecret) return value === "" ? "" : masked;
  return setting.type.show(value);
}

/** The effective configuration as YAML that `-config.file` reads back, except for secrets, which are masked. */
export async function configYaml(schema: ConfigSchema, config: Config): Promise<string> {
  const { stringify } = await import("yaml");
  const root: Record<string, unknown> = {};
  for (const setting of schema.settings) {
    const parts = setting.path.split(".");
    const key = parts.pop() ?? "";
    let mapping = root;
    for (const part of parts) mapping = (mapping[part] ??= {}) as Record<string, unknown>;
    mapping[key] = yamlValue(setting, config.get(setting));
  }
  return stringify(root, { lineWidth: 0 });
}

function yamlValue(setting: AnySetting, value: unknown): unknown {
  const isPlain = typeof value === "number" || typeof value === "boolean" || Array.isArray(value);
  const isMeasure = setting.type.name === "duration" || setting.type.name === "bytes";
  return isPlain && !isMeasure ? value : shownValue(setting, value);
}

/** docs/config.md: every setting, by section. */
export function configMarkdown(schema: ConfigSchema): string {
  const lines = [
    "# Configuration",
    "",
    "Generated from the declarations in the code by `npm run docs`; do not edit. Each setting is a flag (one dash or two) and a",
    "key of the YAML file that `-config.file` names, nested by its parts; a flag wins over the file. In the file, `${NAME}` and",
    "`${NAME:default}` are replaced by variables of the environment. `-print-config` shows what is in force.",
  ];
  for (const [section, settings] of schema.sections()) {
    if (settings.length === 0) continue;
    lines.push("", `## ${section === "" ? "Process" : `\`${section}\``}`, "");
    lines.push("| flag | key | type | default | what it does |", "|---|---|---|---|---|");
    for (const setting of settings) lines.push(markdownRow(setting));
  }
  return `${lines.join("\n")}\n`;
}

function markdownRow(setting: AnySetting): string {
  const text = shownValue(setting, setting.defaultValue);
  const shown = text === "" ? "" : `\`${text}\``;
  const cells = [`\`-${setting.flag}\``, `\`${setting.path}\``, setting.type.name, shown, setting.description];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
