import type { ErrorRecord } from "@basalt/model";
import { assert, BasaltError, errorFromRecord, errorToRecord } from "@basalt/model";
import { abortError } from "../abort.ts";
import type { CallOptions, IncomingCall, InFlightBounds, Movable } from "./contract.ts";
import { runtimeHandlers } from "./live-workers.ts";

/** What travels between two peers. Ids are chosen by the side that asks. */
export type PeerMessage =
  | { readonly kind: "request"; readonly id: number; readonly method: string; readonly body: unknown }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "result"; readonly id: number; readonly body: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: ErrorRecord };

/** Sends one message to the other peer, moving the given buffers. */
export type Post = (message: PeerMessage, transfer: readonly Movable[]) => void;

/** 1024 pushes of 20 KB are 20 MB and about a second of work: a deeper queue only adds latency. */
const inFlightMaxDefault = 1024;
/** 64 MiB: sixteen of the largest profiles. */
const inFlightBytesMaxDefault = 64 * 1024 * 1024;

type AnyHandler = (request: unknown, call: IncomingCall) => unknown;

interface Pending {
  readonly line: string;
  readonly bytes: number;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: BasaltError) => void;
  readonly forget: () => void;
}

/** Puts the runtime's own methods apart from those of a contract, which are identifiers. */
export const runtimePrefix = "runtime:";

/** One end of a message channel: asks the other end and answers it. Both ends are equal. */
export class Peer {
  private readonly name: string;
  private readonly post: Post;
  private handlers: object = {};
  private readonly inFlightMax: number;
  private readonly inFlightBytesMax: number;
  private readonly settings: string;
  private readonly pending = new Map<number, Pending>();
  private readonly serving = new Map<number, ServedCall>();
  /** Calls in flight by line. */
  private readonly counts = new Map<string, number>();
  private bytes = 0;
  private nextId = 1;
  private closedBy: BasaltError | undefined;

  /** The name appears in errors. */
  constructor(name: string, post: Post, bounds: InFlightBounds = {}) {
    this.name = name;
    this.post = post;
    this.inFlightMax = bounds.inFlightMax ?? inFlightMaxDefault;
    this.inFlightBytesMax = bounds.inFlightBytesMax ?? inFlightBytesMaxDefault;
    this.settings = bounds.inFlightSettings === undefined ? "" : ` (${bounds.inFlightSettings})`;
  }

  get inFlightCount(): number {
    return this.pending.size;
  }

  get inFlightBytes(): number {
    return this.bytes;
  }

  /** Sets what this end answers: an object of functions. */
  serveWith(handlers: object): void {
    this.handlers = handlers;
  }

  /** Asks the other end; see `Caller.call`. */
  call(method: string, request: unknown, options: CallOptions = {}): Promise<unknown> {
    const { transfer = [], signal, line = "" } = options;
    const bytes = movedBytes(transfer);
    const refusal = this.refusal(line, bytes, signal);
    if (refusal !== undefined) return Promise.reject(refusal);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => this.cancel(id, signal);
      const forget = (): void => signal?.removeEventListener("abort", cancel);
      this.pending.set(id, { line, bytes, resolve, reject, forget });
      this.counts.set(line, this.countOf(line) + 1);
      this.bytes += bytes;
      signal?.addEventListener("abort", cancel);
      try {
        this.post({ kind: "request", id, method, body: request }, transfer);
      } catch (error) {
        this.settle(id)?.reject(new BasaltError("internal", `${this.name}.${method} cannot be sent`, { cause: error }));
      }
    });
  }

  /** Takes in a message from the other end. */
  receive(message: PeerMessage): void {
    switch (message.kind) {
      case "request":
        void this.serve(message.id, message.method, message.body);
        break;
      case "cancel":
        this.serving.get(message.id)?.abort();
        break;
      case "result":
        this.settle(message.id)?.resolve(message.body);
        break;
      case "error":
        this.settle(message.id)?.reject(errorFromRecord(message.error));
        break;
    }
  }

  /** Fails everything in flight and every later call. */
  close(error: BasaltError): void {
    this.closedBy ??= error;
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(error);
    for (const call of this.serving.values()) call.abort();
  }

  private countOf(line: string): number {
    return this.counts.get(line) ?? 0;
  }

  private refusal(line: string, bytes: number, signal: AbortSignal | undefined): BasaltError | undefined {
    if (this.closedBy !== undefined) return this.closedBy;
    if (signal?.aborted === true) return abortError(signal);
    const count = this.countOf(line);
    const isFull = count >= this.inFlightMax;
    // One body larger than the bound still passes when nothing else is in flight.
    const isHeavy = bytes > 0 && this.bytes > 0 && this.bytes + bytes > this.inFlightBytesMax;
    if (!isFull && !isHeavy) return undefined;
    return new BasaltError(
      "queue_full",
      `${this.name} has ${count} of ${this.inFlightMax} calls and ${this.bytes} of ${this.inFlightBytesMax} bytes in flight${this.settings}`,
      { retryAfterSeconds: 1 },
    );
  }

  private cancel(id: number, signal: AbortSignal | undefined): void {
    const pending = this.settle(id);
    if (pending === undefined || signal === undefined) return;
    this.post({ kind: "cancel", id }, []);
    pending.reject(abortError(signal));
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    if (pending === undefined) return undefined;
    this.pending.delete(id);
    this.bytes -= pending.bytes;
    this.counts.set(pending.line, this.countOf(pending.line) - 1);
    pending.forget();
    return pending;
  }

  private handlerOf(method: string): AnyHandler | undefined {
    const isRuntime = method.startsWith(runtimePrefix);
    const handlers: object = isRuntime ? runtimeHandlers : this.handlers;
    const name = isRuntime ? method.slice(runtimePrefix.length) : method;
    return (handlers as Readonly<Record<string, AnyHandler | undefined>>)[name];
  }

  private async serve(id: number, method: string, body: unknown): Promise<void> {
    const call = new ServedCall();
    this.serving.set(id, call);
    try {
      const handler = this.handlerOf(method);
      assert(typeof handler === "function", `${this.name} has no method ${method}`);
      const result = await handler.call(this.handlers, body, call);
      this.post({ kind: "result", id, body: result }, call.movables);
    } catch (error) {
      this.post({ kind: "error", id, error: errorToRecord(error) }, []);
    } finally {
      this.serving.delete(id);
    }
  }
}

class ServedCall implements IncomingCall {
  readonly movables: Movable[] = [];
  private controller: AbortController | undefined;
  private aborted = false;

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.aborted) this.abort();
    return this.controller.signal;
  }

  transfer(movable: Movable): void {
    this.movables.push(movable);
  }

  abort(): void {
    this.aborted = true;
    this.controller?.abort(new BasaltError("canceled", "the caller gave up"));
  }
}

function movedBytes(transfer: readonly Movable[]): number {
  let bytes = 0;
  for (const movable of transfer) bytes += movable.byteLength;
  return bytes;
}
