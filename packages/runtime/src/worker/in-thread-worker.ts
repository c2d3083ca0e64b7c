import type { Clock } from "../clock.ts";
import { channelPair } from "./channel.ts";
import type { Handlers, NoHandlers, WorkerClient, WorkerOptions, WorkerSetup } from "./contract.ts";
import { OwnerEnd } from "./owner-end.ts";
import { runWorkerEnd } from "./worker-end.ts";

/** A worker that runs in the calling thread, for tests and simulation. */
export interface InThreadWorker<H extends Handlers<H>> extends WorkerClient<H> {
  /** Ends it as a crash would: nothing that it does afterwards is heard. */
  crash(cause: unknown): void;
}

/** Runs a worker's setup in this thread. Messages are cloned and moved as between threads. */
export async function runInThread<Data, H extends Handlers<H>, Owner extends Handlers<Owner> = NoHandlers>(
  setup: WorkerSetup<Data, H, Owner>,
  options: WorkerOptions<Data, Owner> & { readonly clock: Clock },
): Promise<InThreadWorker<H>> {
  const { name, data, handlers = {}, clock, onExit = (): undefined => undefined, ...bounds } = options;
  const [ownerSide, workerSide] = channelPair();
  const terminate = (): Promise<void> => Promise.resolve();
  const owner = new OwnerEnd<H>(ownerSide, { name, handlers, clock, terminate, onExit, ...bounds });
  await Promise.all([runWorkerEnd(workerSide, setup, { name, data: structuredClone(data) }), owner.started]);
  return Object.assign(owner, { crash: (cause: unknown): void => owner.lost(cause) });
}
