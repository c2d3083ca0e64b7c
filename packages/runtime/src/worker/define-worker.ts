import { parentPort, workerData } from "node:worker_threads";
import { assert } from "@basalt/model";
import type { Handlers, NoHandlers, WorkerSetup } from "./contract.ts";
import { type PortLike, portChannel } from "./port-channel.ts";
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
  void runWorkerEnd(portChannel(port as PortLike), setup, workerData as { name: string; data: Data });
}
