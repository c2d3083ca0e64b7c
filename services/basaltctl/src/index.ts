export type { Command, CommandContext } from "./command.ts";
export { commands } from "./commands.ts";
export { exitStatus } from "./exit-status.ts";
export { runCommandLine } from "./run-command-line.ts";
