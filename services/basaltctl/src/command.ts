import type { AnySetting, Clock, Config, FileSystem } from "@basalt/runtime";
import type { ExitStatus } from "./exit-status.ts";
import type { Output } from "./output/output.ts";

/** What a command runs with. */
export interface CommandContext {
  readonly config: Config;
  /** Words of the command line that are no flags, the command's name left out. */
  readonly operands: readonly string[];
  readonly output: Output;
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  /** Aborted at SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** One command: what help says of it, what it takes, what it does. */
export interface Command {
  /** Its words: `blocks ls`. */
  readonly name: string;
  /** One line for lists of commands. */
  readonly summary: string;
  /** Paragraphs of `-help`. */
  readonly details: string;
  /** Operands as help shows them: `[block…]`; empty if it takes none. */
  readonly operands: string;
  /** The fewest operands that it takes. */
  readonly operandsMin?: number;
  readonly settings: readonly AnySetting[];
  /** @throws BasaltError that is shown with its code. */
  run(context: CommandContext): Promise<ExitStatus>;
}
