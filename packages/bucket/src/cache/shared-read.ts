import { abortError, throwIfAborted } from "@basalt/runtime/thread";

/** A read that several wait for; it is given up when all of them have given up. */
export class SharedRead {
  private readonly controller = new AbortController();
  /** Settles as the read does. */
  readonly ended: Promise<Uint8Array>;
  private waiting = 0;

  constructor(read: (signal: AbortSignal) => Promise<Uint8Array>) {
    this.ended = read(this.controller.signal);
    // Those who wait are told; when nobody does any more, nobody needs to be.
    this.ended.catch(() => undefined);
  }

  /** Nobody waits for it any more: whoever comes now begins anew. */
  get isGivenUp(): boolean {
    return this.controller.signal.aborted;
  }

  /** What was read, or the reason why this caller gave up. */
  async wait(signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal);
    const { promise, reject } = Promise.withResolvers<never>();
    const leave = (): void => {
      if (signal !== undefined) reject(abortError(signal));
    };
    signal?.addEventListener("abort", leave, { once: true });
    this.waiting++;
    try {
      return await Promise.race([this.ended, promise]);
    } finally {
      signal?.removeEventListener("abort", leave);
      if (--this.waiting === 0) this.controller.abort();
    }
  }
}
