import { BasaltError, errorToRecord } from "@basalt/model";
import type { Channel, WorkerMessage } from "./channel.ts";
import type { Movable } from "./contract.ts";

/** What a port or a worker has of a message port. */
export interface PortLike {
  postMessage(message: unknown, transfer: readonly Movable[]): void;
  on(event: "message", listener: (message: WorkerMessage | readonly WorkerMessage[]) => void): unknown;
}

/**
 * One end of a channel between threads. Answers that are ready in one turn of the event loop travel as one message: those
 * of a group of pushes that one sync made durable wake the other thread once, not sixteen times.
 */
export function portChannel(port: PortLike): Channel {
  const answers: WorkerMessage[] = [];
  const moved: Movable[] = [];
  const flush = (): void => {
    if (answers.length === 0) return;
    const batch = answers.splice(0);
    const transfer = moved.splice(0);
    try {
      port.postMessage(batch, transfer);
    } catch {
      // One of them cannot be cloned: its caller learns that, the others get what is theirs.
      for (const message of batch) postAlone(port, message);
    }
  };
  return {
    post: (message, transfer) => {
      if (message.kind !== "result" && message.kind !== "error") {
        flush();
        port.postMessage(message, transfer);
        return;
      }
      if (answers.push(message) === 1) setImmediate(flush);
      moved.push(...transfer);
    },
    onMessage: (take) => {
      port.on("message", (message) => {
        if ("kind" in message) take(message);
        else for (const one of message) take(one);
      });
    },
  };
}

function postAlone(port: PortLike, message: WorkerMessage): void {
  try {
    port.postMessage(message, []);
  } catch (error) {
    if (!("id" in message)) throw error;
    const cause = new BasaltError("internal", "an answer cannot be sent to another thread", { cause: error });
    port.postMessage({ kind: "error", id: message.id, error: errorToRecord(cause) }, []);
  }
}
