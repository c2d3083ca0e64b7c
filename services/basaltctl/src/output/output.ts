import type { Clock, Terminal } from "@basalt/runtime";
import { ProgressBar } from "./progress-bar.ts";
import { type Column, tableText } from "./table.ts";

/** 64 KiB: lines are written together, as a pipe takes them. */
const batchCharacters = 65_536;

/** Where a command's results and its progress go. */
export class Output {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  #bar: ProgressBar | undefined;
  #pending = "";

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  /** Rows for people; a title of each column stands above. */
  async table(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<void> {
    await this.text(tableText(columns, rows));
  }

  /** One JSON value on one line. Integers beyond 2^53 are bigint here and text there. */
  async json(value: unknown): Promise<void> {
    await this.text(jsonLine(value));
  }

  async text(text: string): Promise<void> {
    await this.flush();
    this.#bar?.clear();
    await this.#terminal.write(text);
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.#terminal.write(bytes);
  }

  /** A line of many; `flush` writes those that wait. */
  async line(line: string): Promise<void> {
    this.#pending += `${line}\n`;
    if (this.#pending.length >= batchCharacters) await this.flush();
  }

  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = "";
    if (pending === "") return;
    this.#bar?.clear();
    await this.#terminal.write(pending);
  }

  /** What is not a result: goes to the standard error. */
  note(text: string): void {
    this.#bar?.clear();
    this.#terminal.writeError(`basaltctl: ${text}\n`);
  }

  /** Shows how far long work has come, while somebody watches. */
  progress(title: string, total: number): ProgressBar {
    this.endProgress();
    const { isWatched, columns } = this.#terminal;
    const write = isWatched ? (text: string) => this.#terminal.writeError(text) : undefined;
    this.#bar = new ProgressBar({ title, total, columns, clock: this.#clock, write });
    return this.#bar;
  }

  endProgress(): void {
    this.#bar?.clear();
    this.#bar = undefined;
  }

  /** The bytes of a file, or of the standard input for `-`. */
  read(path: string): Promise<Uint8Array> {
    return this.#terminal.read(path);
  }
}

/** JSON on one line; bigint becomes text. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part))}\n`;
}
