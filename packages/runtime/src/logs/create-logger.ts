import { BasaltError } from "@basalt/model";
import type { Logger as Pino } from "pino";
import { destination, pino } from "pino";
import type { Clock } from "../clock.ts";
import type { Setting } from "../config/setting.ts";
import { setting } from "../config/setting.ts";
import { formatLogfmt } from "./logfmt.ts";
import type { LogFields, Logger, LogLevel } from "./logger.ts";

/** How log lines are written. */
export type LogFormat = "logfmt" | "json";

/** The settings of the log. */
export const logSettings: { readonly level: Setting<LogLevel>; readonly format: Setting<LogFormat> } = {
  level: setting({
    path: "server.log_level",
    flag: "log.level",
    type: "choice",
    choices: ["debug", "info", "warn", "error"],
    default: "info",
    category: "basic",
    description: "Lines below this level are left out.",
  }),
  format: setting({
    path: "server.log_format",
    flag: "log.format",
    type: "choice",
    choices: ["logfmt", "json"],
    default: "logfmt",
    category: "basic",
    description: "How log lines are written, on standard error.",
  }),
};

/** What a logger is made of: plain data but for the clock, so that each thread makes its own. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly clock: Clock;
  /** Takes whole lines; standard error by default. */
  readonly write?: (line: string) => void;
}

/** A logger on pino that writes each line at once: what a process said before it died is not lost. */
export function createLogger(options: LogOptions): Logger {
  const { level, format, clock, write } = options;
  const output = write === undefined ? destination({ fd: 2, sync: true }) : { write };
  const stream = format === "json" ? output : { write: (line: string): void => void output.write(asLogfmt(line)) };
  const root = pino(
    {
      level,
      base: null,
      timestamp: () => `,"ts":"${new Date(clock.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return new PinoLogger(root);
}

class PinoLogger implements Logger {
  private readonly pino: Pino;

  constructor(inner: Pino) {
    this.pino = inner;
  }

  debug(message: string, fields?: LogFields): void {
    // Not even the fields are looked at when the level is off.
    if (this.pino.isLevelEnabled("debug")) this.pino.debug(plainFields(fields), message);
  }

  info(message: string, fields?: LogFields): void {
    this.pino.info(plainFields(fields), message);
  }

  warn(message: string, fields?: LogFields): void {
    this.pino.warn(plainFields(fields), message);
  }

  error(message: string, fields?: LogFields): void {
    this.pino.error(plainFields(fields), message);
  }

  with(fields: LogFields): Logger {
    return new PinoLogger(this.pino.child(plainFields(fields)));
  }
}

function plainFields(fields: LogFields = {}): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === "bigint") plain[key] = String(value);
    else plain[key] = value instanceof Error ? errorText(value) : value;
  }
  return plain;
}

/** The message of an error that was foreseen, the stack of one that was not. */
function errorText(error: Error): string {
  if (!(error instanceof BasaltError)) return error.stack ?? error.message;
  if (error.cause === undefined) return error.publicMessage;
  const cause = error.cause instanceof Error ? errorText(error.cause) : String(error.cause);
  return `${error.publicMessage}: ${cause}`;
}

function asLogfmt(line: string): string {
  const { ts, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  return `${formatLogfmt({ ts, level, msg, ...fields })}\n`;
}
