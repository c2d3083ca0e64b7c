import { settingHelp } from "@basalt/runtime";
import type { Command } from "./command.ts";

const statuses = `Exit status: 0 done, 1 failed, 2 wrong command line, 3 damage found (blocks verify), 4 answered in part, 130 stopped.
`;

/** What `basaltctl -help` and `basaltctl blocks -help` print. */
export function programHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}\n`);
  return `Usage: basaltctl <command> [flags]

Looks into a bucket of Basalt and talks to its server. Flags take one dash or two.

${list.join("")}
basaltctl <command> -help says what a command does and takes; basaltctl -version prints the version.
${statuses}`;
}

/** What `basaltctl <command> -help` prints. */
export function commandHelp({ name, summary, details, operands, settings }: Command): string {
  const usage = `Usage: basaltctl ${name}${settings.length > 0 ? " [flags]" : ""}${operands === "" ? "" : ` ${operands}`}`;
  const flags = settings.map((setting) => settingHelp(setting)).join("");
  return `${usage}\n\n${summary}.\n\n${details.trim()}\n\n${flags}\n${statuses}`;
}

/** What `basaltctl -version` prints. */
export function versionText(): string {
  return "basaltctl 0.1.0\n";
}
