import type { ResourceLimits } from "node:worker_threads";
import { Worker } from "node:worker_threads";
import type { Clock } from "../clock.ts";
import { systemClock } from "../node/system-clock.ts";
import type { Handlers, NoHandlers, WorkerClient, WorkerOptions } from "./contract.ts";
import { addLiveWorker, removeLiveWorker } from "./live-workers.ts";
import { OwnerEnd } from "./owner-end.ts";
import { type PortLike, portChannel } from "./port-channel.ts";

/** What a thread may have besides `WorkerOptions`. */
export interface ThreadOptions<Data, Owner extends Handlers<Owner> = NoHandlers> extends WorkerOptions<Data, Owner> {
  /** Bounds of the thread's heap; the default is V8's. */
  readonly resourceLimits?: ResourceLimits;
  readonly clock?: Clock;
}

/**
 * The URL of a module beside the calling one, `.ts` when sources run and `.js` when the build does:
 * `siblingModule(import.meta.url, "ingest-worker")`.
 */
export function siblingModule(callerUrl: string, name: string): URL {
  const extension = callerUrl.endsWith(".ts") ? ".ts" : ".js";
  return new URL(`./${name}${extension}`, callerUrl);
}

/**
 * Starts a thread on a module that calls `defineWorker`; resolves when its setup is done.
 *
 * @throws BasaltError what the setup threw, or `worker_lost` when the thread ended before it was ready.
 */
export async function spawnWorker<H extends Handlers<H>, Data, Owner extends Handlers<Owner> = NoHandlers>(
  module: URL,
  options: ThreadOptions<Data, Owner>,
): Promise<WorkerClient<H>> {
  const { name, data, handlers = {}, resourceLimits, clock = systemClock, onExit = ignore, ...bounds } = options;
  const worker = new Worker(module, {
    name,
    workerData: { name, data },
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  });
  const channel = portChannel(worker as PortLike);
  const terminate = async (): Promise<void> => void (await worker.terminate());
  const owner = new OwnerEnd<H>(channel, { name, handlers, clock, terminate, onExit, ...bounds });
  addLiveWorker(owner);
  worker.on("error", (error) => owner.lost(error));
  worker.on("exit", () => {
    removeLiveWorker(owner);
    owner.lost();
  });
  try {
    await owner.started;
  } catch (error) {
    await terminate();
    throw error;
  }
  return owner;
}

function ignore(): void {
  // Who does not watch for the exit learns it from failing calls.
}
