import { BasaltError, errorToRecord } from "@basalt/model";
import type { Channel, WorkerMessage } from "./channel.ts";
import type { Movable } from "./contract.ts";

/** What a port or a worker has of a message port. */
export interface PortLike {
  postMessage(message: unknown, transfer: readonly Movable[]): void;
  on(event: "message", listener: (message: WorkerMessage | readonly WorkerMessage[]) => void): unknown;
}

/**
 * One end of a channel between threads. Calls and answers of one turn of the event loop travel as one message: those of a
 * group of pushes wake the other thread once, not sixteen times. What is posted to be moved is the channel's at once.
 */
export function portChannel(port: PortLike): Channel {
  const waiting: WorkerMessage[] = [];
  const moved: Movable[] = [];
  let take: (message: WorkerMessage) => void = () => undefined;
  const flush = (): void => {
    if (waiting.length === 0) return;
    const batch = waiting.splice(0);
    const transfer = moved.splice(0);
    try {
      port.postMessage(batch, transfer);
    } catch {
      // One of them cannot be cloned: its caller learns that, the others get what is theirs.
      for (const message of batch) postAlone(port, message, take);
    }
  };
  return {
    post: (message, transfer) => {
      if (!mayWait.has(message.kind)) {
        flush();
        port.postMessage(message, transfer);
        return;
      }
      if (waiting.push(message) === 1) setImmediate(flush);
      moved.push(...transfer);
    },
    onMessage: (listener) => {
      take = listener;
      port.on("message", (message) => {
        if ("kind" in message) take(message);
        else for (const one of message) take(one);
      });
    },
  };
}

const mayWait: ReadonlySet<WorkerMessage["kind"]> = new Set(["request", "result", "error"] as const);

function postAlone(port: PortLike, message: WorkerMessage, take: (message: WorkerMessage) => void): void {
  try {
    port.postMessage(message, []);
  } catch (error) {
    if (!("id" in message)) throw error;
    const what = message.kind === "request" ? "a call" : "an answer";
    const cause = new BasaltError("internal", `${what} cannot be sent to another thread`, { cause: error });
    const refusal = { kind: "error", id: message.id, error: errorToRecord(cause) } as const;
    // Who called is here, who waits for an answer is there.
    if (message.kind === "request") take(refusal);
    else port.postMessage(refusal, []);
  }
}
