import type { BasaltError } from "@basalt/model";

/** What one side of a message channel answers: method name → handler. Handlers of a contract are declared as an interface. */
export type Handlers<H> = { readonly [M in keyof H]: (request: never, call: IncomingCall) => unknown };

/** The request that a method takes. */
export type RequestOf<H extends Handlers<H>, M extends keyof H> = Parameters<H[M]>[0];

/** What a method answers. */
export type ResultOf<H extends Handlers<H>, M extends keyof H> = Awaited<ReturnType<H[M]>>;

/** A buffer that moves to the other thread instead of being copied; the sender must not use it afterwards. */
export type Movable = ArrayBuffer;

/** The buffers behind some arrays that can move as a whole: a view of a part, such as of Node's buffer pool, is copied. */
export function movableBuffers(...views: readonly ArrayBufferView[]): Movable[] {
  const movables = new Set<Movable>();
  for (const { buffer, byteLength } of views) {
    if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength && byteLength > 0) movables.add(buffer);
  }
  return [...movables];
}

/** One request as its handler sees it. */
export interface IncomingCall {
  /** Aborted when the caller gives up. Made on first use: most handlers never look. */
  readonly signal: AbortSignal;
  /** Moves a buffer of the result to the caller instead of copying it. */
  transfer(movable: Movable): void;
}

/** What may come with a call besides its request. */
export interface CallOptions {
  /** Buffers of the request that move to the other thread. */
  readonly transfer?: readonly Movable[];
  readonly signal?: AbortSignal;
  /** Calls are bounded line by line, so that those of one kind cannot keep others out. Default: one line for all. */
  readonly line?: string;
}

/** The way to ask one other thread, or what stands for it. */
export interface Caller<H extends Handlers<H>> {
  /**
   * Asks and waits for the answer.
   *
   * @throws BasaltError what the handler threw; `queue_full` when too much is in flight; `canceled` or the reason of the
   * signal; `worker_lost` when the other side ends before it answers.
   */
  call<M extends keyof H & string>(method: M, request: RequestOf<H, M>, options?: CallOptions): Promise<ResultOf<H, M>>;
}

/** A worker as its owner sees it. */
export interface WorkerClient<H extends Handlers<H>> extends Caller<H> {
  readonly name: string;
  /** Calls sent and not yet answered. */
  readonly inFlightCount: number;
  /** Bytes moved with those calls. */
  readonly inFlightBytes: number;
  /** Runs the worker's stop hooks, waits for them at most so long, then ends the thread. Idempotent. */
  stop(graceMs?: number): Promise<void>;
}

/** A worker's view of who started it. */
export interface WorkerHost<Owner extends Handlers<Owner>> extends Caller<Owner> {
  readonly name: string;
  /** Registers what runs when the owner stops the worker; the last one registered runs first. */
  onStop(hook: () => Promise<void> | void): void;
}

/** Builds a worker's handlers from the data it was started with; runs in the worker, before any call. */
export type WorkerSetup<Data, H extends Handlers<H>, Owner extends Handlers<Owner> = NoHandlers> = (
  data: Data,
  host: WorkerHost<Owner>,
) => H | Promise<H>;

/** The contract of an owner that answers nothing. */
export type NoHandlers = Readonly<Record<never, never>>;

/** Bounds of what one caller may have in flight. */
export interface InFlightBounds {
  /** Calls of one line; over it a call fails with `queue_full`. Default 1024. */
  readonly inFlightMax?: number;
  /** Bytes moved with calls; over it a call fails with `queue_full`. Default 64 MiB. */
  readonly inFlightBytesMax?: number;
  /** The flags that widen them, for who reads the error. */
  readonly inFlightSettings?: string;
}

/** What a worker is started with. */
export interface WorkerOptions<Data, Owner extends Handlers<Owner> = NoHandlers> extends InFlightBounds {
  /** Shown in profiles, logs and metrics. */
  readonly name: string;
  /** Handed to the worker's setup; structured-cloneable. */
  readonly data: Data;
  /** What the worker may ask of its owner. */
  readonly handlers?: Owner;
  /** Called once when the worker has ended: with the error if nobody stopped it. */
  readonly onExit?: (error: BasaltError | undefined) => void;
}
