/** What a log line may carry besides its message. Never a secret. */
export type LogFields = Readonly<Record<string, string | number | bigint | boolean | Error | undefined>>;

/** The levels, from the least to the most serious. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where a process says what it does: one line an event, lower case, values as fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds some fields to each line. */
  with(fields: LogFields): Logger;
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  with: () => silentLogger,
};

/** A line as a test sees it. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps lines for a test to look at. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[];
  private readonly fields: LogFields;

  constructor(entries: LogEntry[] = [], fields: LogFields = {}) {
    this.entries = entries;
    this.fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.keep("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.keep("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.keep("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.keep("error", message, fields);
  }

  with(fields: LogFields): RecordingLogger {
    return new RecordingLogger(this.entries, { ...this.fields, ...fields });
  }

  private keep(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.entries.push({ level, message, fields: { ...this.fields, ...fields } });
  }
}

function ignore(): void {
  // Nobody listens.
}
