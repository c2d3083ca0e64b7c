import type { Readable } from "node:stream";
import { BasaltError } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import { canceledError } from "../call-context.ts";
import type { BodyShare } from "./body-budget.ts";
import { BodyBuffer } from "./body-buffer.ts";

/** How a body is to be read. */
export interface BodyOptions {
  /** From content-length; undefined if not declared. */
  readonly declaredBytes: number | undefined;
  readonly bytesMax: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Counts what has come. */
  readonly share: BodyShare;
}

/** The error of a body over its limit. */
export function tooLargeError(bytesMax: number): BasaltError {
  return new BasaltError("request_too_large", `request body too large: over ${bytesMax} bytes`);
}

/** Collects one body into a buffer that nothing else refers to. */
export class BodyReader {
  private readonly source: Readable;
  private readonly options: BodyOptions;
  private readonly buffer: BodyBuffer;
  private isReading = false;
  /** Ends a reading that goes on. */
  private finish: ((error?: BasaltError) => void) | undefined;

  constructor(source: Readable, options: BodyOptions) {
    this.source = source;
    this.options = options;
    const { declaredBytes, bytesMax } = options;
    this.buffer = new BodyBuffer(declaredBytes !== undefined && declaredBytes > bytesMax ? undefined : declaredBytes);
  }

  /** Received so far. */
  get byteCount(): number {
    return this.buffer.byteCount;
  }

  /** Whether some of the body may be taken already. */
  get hasBegun(): boolean {
    return this.isReading;
  }

  /**
   * Reads to the end. After a failure the rest of the body is left unread, and the source paused.
   *
   * @throws BasaltError `request_too_large`, `queue_full`, `request_incomplete`.
   */
  async read(): Promise<Uint8Array> {
    const { declaredBytes, bytesMax } = this.options;
    if (declaredBytes !== undefined && declaredBytes > bytesMax) throw tooLargeError(bytesMax);
    this.isReading = true;
    await this.collect();
    return this.buffer.take();
  }

  /** Stops reading, when the request is answered. What arrives afterwards is the sender's. */
  stop(): void {
    this.finish?.(canceledError());
  }

  private collect(): Promise<void> {
    const { source, options } = this;
    return new Promise((resolve, reject) => {
      const finish = (error?: BasaltError): void => {
        this.finish = undefined;
        cancelTimer();
        source.off("data", onData).off("end", onEnd).off("close", onClose);
        if (error === undefined) resolve();
        else {
          source.pause();
          reject(error);
        }
      };
      const onData = (chunk: Uint8Array): void => {
        try {
          this.append(chunk);
        } catch (error) {
          finish(BasaltError.from(error));
        }
      };
      const onEnd = (): void => finish();
      const onClose = (): void => {
        const message = `request body broke off after ${this.byteCount} bytes`;
        finish(new BasaltError("request_incomplete", message, { rpcCode: "canceled" }));
      };
      const cancelTimer = options.clock.after(options.timeoutMs, () => {
        const message = `request body not received within ${options.timeoutMs} ms (-server.http-read-timeout)`;
        finish(new BasaltError("request_incomplete", message));
      });
      this.finish = finish;
      source.on("data", onData).on("end", onEnd).on("close", onClose);
    });
  }

  private append(chunk: Uint8Array): void {
    const { bytesMax, share } = this.options;
    if (this.buffer.byteCount + chunk.length > bytesMax) throw tooLargeError(bytesMax);
    share.take(chunk.length);
    this.buffer.append(chunk);
  }
}

/** The declared length of a body; undefined if absent. */
export function declaredLength(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,15}$/.test(value)) return undefined;
  return Number(value);
}
