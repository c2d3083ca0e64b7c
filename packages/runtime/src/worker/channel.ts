import type { ErrorRecord } from "@basalt/model";
import type { Movable } from "./contract.ts";
import type { PeerMessage } from "./peer.ts";

/** Everything that travels between an owner and its worker. */
export type WorkerMessage =
  | PeerMessage
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly error: ErrorRecord }
  | { readonly kind: "stop" }
  | { readonly kind: "stopped" };

/** One end of the pipe between an owner and its worker. */
export interface Channel {
  post(message: WorkerMessage, transfer: readonly Movable[]): void;
  /** Sets who takes the messages; those that came before wait for it. */
  onMessage(take: (message: WorkerMessage) => void): void;
}

/** Two ends in one thread. Messages are cloned and moved as between threads, and arrive in order, in a later microtask. */
export function channelPair(): [Channel, Channel] {
  const left = new LocalEnd();
  const right = new LocalEnd();
  left.other = right;
  right.other = left;
  return [left, right];
}

class LocalEnd implements Channel {
  other: LocalEnd | undefined;
  private take: ((message: WorkerMessage) => void) | undefined;
  private readonly waiting: WorkerMessage[] = [];

  post(message: WorkerMessage, transfer: readonly Movable[]): void {
    const copy = structuredClone(message, { transfer: [...transfer] });
    queueMicrotask(() => this.other?.deliver(copy));
  }

  onMessage(take: (message: WorkerMessage) => void): void {
    this.take = take;
    for (const message of this.waiting.splice(0)) take(message);
  }

  private deliver(message: WorkerMessage): void {
    if (this.take === undefined) this.waiting.push(message);
    else this.take(message);
  }
}
