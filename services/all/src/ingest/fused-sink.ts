import type { ProfileOutcome, RawPush, RawPushSink } from "@basalt/distributor";
import type { SeriesCounters } from "@basalt/ingester";
import { shardOf } from "@basalt/ingester";
import type { TenantId } from "@basalt/model";
import { defined } from "@basalt/model";
import type { Caller, Movable } from "@basalt/runtime";
import { movableBuffers } from "@basalt/runtime";
import type { IngestHandlers } from "./setup-ingest-worker.ts";

/** A thread that decodes and stores raw pushes. */
export type PushCaller = Caller<Pick<IngestHandlers, "pushRaw">>;

/** Hands raw pushes to the threads that own their services; their bytes move. */
export class FusedSink implements RawPushSink {
  private readonly workers: readonly PushCaller[];
  private readonly counters: SeriesCounters;

  constructor(workers: readonly PushCaller[], counters: SeriesCounters) {
    this.workers = workers;
    this.counters = counters;
  }

  ownerOf(tenant: TenantId, service: string): number {
    return shardOf(tenant, service, this.workers.length);
  }

  push(push: RawPush, owner: number): Promise<readonly ProfileOutcome[]> {
    const worker = defined(this.workers[owner], "worker");
    const { own, transfer } = movable(push);
    return this.counters.during(push.tenant, (tenantSlot) =>
      worker.call("pushRaw", { push: own, tenantSlot }, { transfer }),
    );
  }
}

/**
 * The push with bytes that are its alone. Profiles of one request share its buffer, and a message with a view clones the
 * whole buffer behind it: once for each thread, and past the bounds of what is in flight.
 */
function movable(push: RawPush): { readonly own: RawPush; readonly transfer: readonly Movable[] } {
  if (push.kind === "ingest") return { own: push, transfer: movableBuffers(push.body) };
  let byteCount = 0;
  for (const { profile } of push.samples) byteCount += profile.length;
  const bytes = new Uint8Array(byteCount);
  let end = 0;
  const samples = push.samples.map((sample) => {
    const start = end;
    end += sample.profile.length;
    bytes.set(sample.profile, start);
    return { ...sample, profile: bytes.subarray(start, end) };
  });
  return { own: { ...push, samples }, transfer: movableBuffers(bytes) };
}
