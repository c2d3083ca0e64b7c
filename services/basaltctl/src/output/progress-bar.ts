import type { Clock } from "@basalt/runtime";

/** 10 a second: smooth enough, and no work. */
const intervalMs = 100;

/** What a bar shows and where. */
export interface ProgressBarOptions {
  readonly title: string;
  /** Units of the whole. */
  readonly total: number;
  readonly columns: number;
  readonly clock: Clock;
  /** Undefined: nobody watches. */
  readonly write: ((text: string) => void) | undefined;
}

/** One line that says how far work has come: `verify [=====>    ]  52 %  3 s left`. */
export class ProgressBar {
  readonly #options: ProgressBarOptions;
  readonly #startMs: number;
  #done = 0;
  #shownMs: number = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(options: ProgressBarOptions) {
    this.#options = options;
    this.#startMs = options.clock.monotonicMs();
  }

  /** So many units more are done. */
  advance(units: number = 1): void {
    this.#done += units;
    const { write, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    if (write === undefined || nowMs - this.#shownMs < intervalMs) return;
    this.#shownMs = nowMs;
    this.#isShown = true;
    write(`\r${this.#line(nowMs - this.#startMs)}\u001b[K`);
  }

  /** Wipes the line, so that other output can stand there. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#options.write?.("\r\u001b[K");
  }

  #line(elapsedMs: number): string {
    const { title, total, columns } = this.#options;
    const share = total === 0 ? 1 : Math.min(1, this.#done / total);
    const leftSeconds = share === 0 ? undefined : Math.round((elapsedMs * (1 - share)) / share / 1000);
    const left = leftSeconds === undefined ? "" : `  ${leftSeconds} s left`;
    const percent = `${Math.floor(share * 100)}`.padStart(3);
    const width = Math.max(5, Math.min(40, columns - title.length - left.length - 12));
    const filled = Math.floor(share * width);
    const bar = `${"=".repeat(filled)}${filled < width ? ">" : ""}`.padEnd(width);
    return `${title} [${bar}] ${percent} %${left}`.slice(0, columns - 1);
  }
}
