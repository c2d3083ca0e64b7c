import { BasaltError, errorFromRecord } from "@basalt/model";
import type { Clock } from "../clock.ts";
import type { Channel, WorkerMessage } from "./channel.ts";
import type { CallOptions, Handlers, InFlightBounds, RequestOf, ResultOf, WorkerClient } from "./contract.ts";
import type { LiveWorker, RuntimeMethods } from "./live-workers.ts";
import { Peer, runtimePrefix } from "./peer.ts";

/** 20 s: a worker that stops writes and syncs at most a head; the process as a whole has 30 s. */
const graceMsDefault = 20_000;

/** What the owner's end works with. */
export interface OwnerEndOptions extends InFlightBounds {
  readonly name: string;
  readonly handlers: object;
  readonly clock: Clock;
  /** Ends the thread at once; resolves when it is gone. */
  readonly terminate: () => Promise<void>;
  readonly onExit: (error: BasaltError | undefined) => void;
}

/** The owner's end of a channel: asks the worker, answers it, stops it, and notices when it is gone. */
export class OwnerEnd<H extends Handlers<H>> implements WorkerClient<H>, LiveWorker {
  readonly name: string;
  /** Resolves when the worker's setup is done; rejects with what it threw. */
  readonly started: Promise<void>;
  private readonly peer: Peer;
  private readonly channel: Channel;
  private readonly options: OwnerEndOptions;
  private readonly start = Promise.withResolvers<void>();
  private readonly stopped = Promise.withResolvers<void>();
  private stopping: Promise<void> | undefined;
  private hasExited = false;

  constructor(channel: Channel, options: OwnerEndOptions) {
    this.name = options.name;
    this.channel = channel;
    this.options = options;
    this.started = this.start.promise;
    this.started.catch(() => undefined);
    this.stopped.promise.catch(() => undefined);
    this.peer = new Peer(options.name, (message, transfer) => channel.post(message, transfer), options);
    this.peer.serveWith(options.handlers);
    channel.onMessage((message) => this.take(message));
  }

  get inFlightCount(): number {
    return this.peer.inFlightCount;
  }

  get inFlightBytes(): number {
    return this.peer.inFlightBytes;
  }

  call<M extends keyof H & string>(
    method: M,
    request: RequestOf<H, M>,
    options?: CallOptions,
  ): Promise<ResultOf<H, M>> {
    return this.peer.call(method, request, options) as Promise<ResultOf<H, M>>;
  }

  callRuntime<M extends keyof RuntimeMethods>(
    method: M,
    ...[request]: Parameters<RuntimeMethods[M]>
  ): ReturnType<RuntimeMethods[M]> {
    return this.peer.call(runtimePrefix + method, request) as ReturnType<RuntimeMethods[M]>;
  }

  stop(graceMs: number = graceMsDefault): Promise<void> {
    this.stopping ??= this.stopOnce(graceMs);
    return this.stopping;
  }

  /** The thread is gone; with the error that ended it, or none when it ended by itself. */
  lost(cause?: unknown): void {
    if (this.hasExited) return;
    this.hasExited = true;
    const error = new BasaltError("worker_lost", `worker ${this.name} has ended`, cause === undefined ? {} : { cause });
    this.start.reject(error);
    this.stopped.resolve();
    this.peer.close(this.stopping === undefined ? error : stoppedError(this.name));
    this.options.onExit(this.stopping === undefined ? error : undefined);
  }

  private take(message: WorkerMessage): void {
    if (message.kind === "ready") this.start.resolve();
    else if (message.kind === "stopped") this.stopped.resolve();
    else if (message.kind === "failed") this.fail(errorFromRecord(message.error));
    else if (message.kind !== "stop") this.peer.receive(message);
  }

  /** The setup or a stop hook threw: whichever is awaited gets it. */
  private fail(error: BasaltError): void {
    this.start.reject(error);
    this.stopped.reject(error);
  }

  private async stopOnce(graceMs: number): Promise<void> {
    if (this.hasExited) return;
    this.channel.post({ kind: "stop" }, []);
    const late = Promise.withResolvers<void>();
    const cancel = this.options.clock.after(graceMs, () => {
      late.reject(new BasaltError("internal", `worker ${this.name} did not stop within ${graceMs} ms`));
    });
    try {
      await Promise.race([this.stopped.promise, late.promise]);
    } finally {
      cancel();
      await this.options.terminate();
      this.lost();
    }
  }
}

function stoppedError(name: string): BasaltError {
  return new BasaltError("shutting_down", `worker ${name} has been stopped`);
}
