import type { Clock } from "@basalt/runtime";
import { storageUnavailable } from "../storage-error.ts";

/** Gives up a request from which nothing has come for a time, or when the caller gives it up. */
export class StallGuard {
  readonly signal: AbortSignal;
  private readonly clock: Pick<Clock, "after">;
  private readonly timeoutMs: number;
  private readonly controller = new AbortController();
  private readonly parent: AbortSignal | undefined;
  private readonly follow = (): void => this.controller.abort(this.parent?.reason);
  private cancelTimer: () => void = () => undefined;

  constructor(clock: Pick<Clock, "after">, timeoutMs: number, parent?: AbortSignal) {
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.parent = parent;
    this.signal = this.controller.signal;
    if (parent?.aborted === true) this.follow();
    else parent?.addEventListener("abort", this.follow, { once: true });
    this.sawProgress();
  }

  /** The time begins anew. */
  sawProgress(): void {
    this.cancelTimer();
    this.cancelTimer = this.clock.after(this.timeoutMs, () => {
      const text = `nothing came for ${this.timeoutMs} ms (-storage.s3.http.response-header-timeout)`;
      this.controller.abort(storageUnavailable(text, { reason: "timeout" }));
    });
  }

  /** Lets go of timer and caller; when the request has ended. */
  release(): void {
    this.cancelTimer();
    this.parent?.removeEventListener("abort", this.follow);
  }
}
