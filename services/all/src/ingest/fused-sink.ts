import type { ProfileOutcome, RawPush, RawPushSink } from "@basalt/distributor";
import type { SeriesCounters } from "@basalt/ingester";
import { shardOf } from "@basalt/ingester";
import { defined } from "@basalt/model";
import type { Caller, Movable } from "@basalt/runtime";
import { movableBuffers } from "@basalt/runtime";
import type { IngestHandlers } from "./setup-ingest-worker.ts";

/** Hands raw pushes to the thread that owns their service, with their bytes moved, not copied. */
export class FusedSink implements RawPushSink {
  private readonly workers: readonly Caller<IngestHandlers>[];
  private readonly counters: SeriesCounters;

  constructor(workers: readonly Caller<IngestHandlers>[], counters: SeriesCounters) {
    this.workers = workers;
    this.counters = counters;
  }

  push(push: RawPush, service: string): Promise<readonly ProfileOutcome[]> {
    const worker = defined(this.workers[shardOf(push.tenant, service, this.workers.length)], "worker");
    const tenantSlot = this.counters.slotOf(push.tenant);
    return worker.call("pushRaw", { push, tenantSlot }, { transfer: buffersOf(push) });
  }
}

/** Profiles of a Push share the request's buffer: it may move only when one thread gets them all, and once. */
function buffersOf(push: RawPush): readonly Movable[] {
  return push.kind === "ingest" ? movableBuffers(push.body) : [];
}
