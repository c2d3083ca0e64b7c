import { parentPort, workerData } from "node:worker_threads";
import { assert } from "@basalt/model";
import type { WorkerMessage } from "./channel.ts";
import type { Handlers, Movable, NoHandlers, WorkerSetup } from "./contract.ts";
import { runWorkerEnd } from "./worker-end.ts";

/**
 * Makes the module that calls it a worker, to be started by `spawnWorker`. It is the whole entry module:
 * `defineWorker(setupIngestWorker)`, with the setup in a module of its own, so that tests can run it in their thread.
 */
export function defineWorker<Data, H extends Handlers<H>, Owner extends Handlers<Owner> = NoHandlers>(
  setup: WorkerSetup<Data, H, Owner>,
): void {
  const port = parentPort;
  assert(port !== null, "defineWorker runs in a worker thread only");
  const channel = {
    post: (message: WorkerMessage, transfer: readonly Movable[]): void =>
      port.postMessage(message, transfer as Movable[]),
    onMessage: (take: (message: WorkerMessage) => void): void => void port.on("message", take),
  };
  void runWorkerEnd(channel, setup, workerData as { name: string; data: Data });
}
