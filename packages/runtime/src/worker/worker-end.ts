import { errorToRecord } from "@basalt/model";
import type { Channel } from "./channel.ts";
import type { Handlers, WorkerHost, WorkerSetup } from "./contract.ts";
import { Peer } from "./peer.ts";

/** The worker's end of a channel: builds the handlers, reports that it is ready, answers calls and stops when told. */
export async function runWorkerEnd<Data, H extends Handlers<H>, Owner extends Handlers<Owner>>(
  channel: Channel,
  setup: WorkerSetup<Data, H, Owner>,
  start: { readonly name: string; readonly data: Data },
): Promise<void> {
  const hooks: (() => Promise<void> | void)[] = [];
  const peer = new Peer(start.name, (message, transfer) => channel.post(message, transfer));
  const host = {
    name: start.name,
    call: (method: string, request: unknown, options?: object) => peer.call(method, request, options),
    onStop: (hook: () => Promise<void> | void): void => void hooks.push(hook),
  } as WorkerHost<Owner>;
  channel.onMessage((message) => {
    if (message.kind === "stop") void runStopHooks(hooks).then((end) => channel.post(end, []));
    else if (message.kind !== "ready" && message.kind !== "failed" && message.kind !== "stopped") peer.receive(message);
  });
  try {
    peer.serveWith(await setup(start.data, host));
    channel.post({ kind: "ready" }, []);
  } catch (error) {
    channel.post({ kind: "failed", error: errorToRecord(error) }, []);
  }
}

type End = { readonly kind: "stopped" } | { readonly kind: "failed"; readonly error: ReturnType<typeof errorToRecord> };

/** Runs every hook, last first, also when one fails; the first failure is reported. */
async function runStopHooks(hooks: (() => Promise<void> | void)[]): Promise<End> {
  let end: End = { kind: "stopped" };
  for (const hook of hooks.reverse()) {
    try {
      await hook();
    } catch (error) {
      if (end.kind === "stopped") end = { kind: "failed", error: errorToRecord(error) };
    }
  }
  return end;
}
