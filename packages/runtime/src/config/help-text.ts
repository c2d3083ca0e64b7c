import { shownValue } from "./config-document.ts";
import type { ConfigSchema } from "./config-schema.ts";
import type { AnySetting } from "./setting.ts";

/** Columns of a terminal that need no wrapping. */
const widthMax = 100;
const indent = "      ";

const usage = `Usage: basalt [flags]

One process of Basalt, a continuous-profiling backend. Flags take one dash or two.

  -config.file string
      YAML file with settings; flags win over it. \${NAME} and \${NAME:default} expand in it.
  -print-config
      Print the settings in force as YAML and exit.
  -modules
      List what -target may name and exit.
  -version
      Print the version and exit.
  -help, -help-all
      Print the usual settings, or all of them, and exit.
`;

/** What `-help` (the usual settings) or `-help-all` prints. */
export function helpText(schema: ConfigSchema, which: "basic" | "all"): string {
  let text = usage;
  for (const [section, settings] of schema.sections()) {
    const shown = settings.filter((setting) => which === "all" || setting.category === "basic");
    if (shown.length === 0) continue;
    text += `\n${section === "" ? "process" : section.replaceAll("_", " ")}\n`;
    for (const setting of shown) text += settingHelp(setting);
  }
  return text;
}

/** The lines of help of one setting. */
export function settingHelp(setting: AnySetting): string {
  const isChoice = setting.type.name.startsWith("choice");
  const type = isChoice ? "word" : setting.type.name;
  const choices = isChoice ? ` One of ${setting.type.name.slice("choice of ".length)}.` : "";
  const value = shownValue(setting, setting.defaultValue);
  const suffix = value === "" ? "" : ` (default ${value})`;
  return `  -${setting.flag} ${type}\n${wrap(`${setting.description}${choices}${suffix}`)}`;
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > widthMax) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each) => `${indent}${each}\n`).join("");
}
