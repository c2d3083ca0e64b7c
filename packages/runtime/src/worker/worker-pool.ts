import { BasaltError } from "@basalt/model";
import { abortError, throwIfAborted } from "../abort.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { Caller, CallOptions, Handlers, RequestOf, ResultOf, WorkerClient } from "./contract.ts";

/** What a pool is made of. */
export interface WorkerPoolOptions<H extends Handlers<H>> {
  readonly name: string;
  /** At most so many workers. */
  readonly sizeMax: number;
  /** Starts one; must call `onExit` when it has ended. */
  readonly spawn: (name: string, onExit: () => void) => Promise<WorkerClient<H>>;
  readonly clock: Clock;
  /** A worker without work for so long is stopped. Default one minute. */
  readonly idleMs?: number;
  /** Calls at once in one worker. Default 1. */
  readonly callsPerWorker?: number;
  /** Calls that wait for a worker; over it a call fails with `queue_full`. Default 256. */
  readonly queueMax?: number;
}

interface Slot<H extends Handlers<H>> {
  readonly client: Promise<WorkerClient<H>>;
  callCount: number;
  stopTimer: Cancel | undefined;
}

interface Waiter<H extends Handlers<H>> {
  readonly take: (slot: Slot<H>) => void;
  readonly fail: (error: BasaltError) => void;
}

/** Equal workers that start on first use, up to a maximum, and stop when idle. */
export class WorkerPool<H extends Handlers<H>> implements Caller<H> {
  private readonly options: WorkerPoolOptions<H>;
  private readonly slots = new Set<Slot<H>>();
  private readonly waiters = new Set<Waiter<H>>();
  private startCount = 0;
  private isStopped = false;

  constructor(options: WorkerPoolOptions<H>) {
    this.options = options;
  }

  get workerCount(): number {
    return this.slots.size;
  }

  /** Calls that wait for a worker. */
  get queuedCount(): number {
    return this.waiters.size;
  }

  async call<M extends keyof H & string>(
    method: M,
    request: RequestOf<H, M>,
    options: CallOptions = {},
  ): Promise<ResultOf<H, M>> {
    const slot = await this.acquire(options.signal);
    try {
      const client = await slot.client;
      return await client.call(method, request, options);
    } finally {
      this.release(slot);
    }
  }

  /** Asks every worker that runs now; starts none. Those that end meanwhile are left out. */
  async callRunning<M extends keyof H & string>(method: M, request: RequestOf<H, M>): Promise<ResultOf<H, M>[]> {
    const asked = [...this.slots].map(async (slot) => (await slot.client).call(method, request));
    const settled = await Promise.allSettled(asked);
    return settled.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  }

  /** Refuses what waits and stops every worker. Idempotent. */
  async stop(graceMs?: number): Promise<void> {
    this.isStopped = true;
    for (const waiter of [...this.waiters]) waiter.fail(this.stoppedError());
    await Promise.all([...this.slots].map((slot) => this.stopSlot(slot, graceMs)));
  }

  private acquire(signal: AbortSignal | undefined): Promise<Slot<H>> {
    if (this.isStopped) return Promise.reject(this.stoppedError());
    const slot = this.freeSlot();
    if (slot === undefined) return this.wait(signal);
    this.occupy(slot);
    return Promise.resolve(slot);
  }

  /** The least busy running worker that has room, or a new one while there may be more. */
  private freeSlot(): Slot<H> | undefined {
    const { sizeMax, callsPerWorker = 1 } = this.options;
    let best: Slot<H> | undefined;
    for (const slot of this.slots) if (best === undefined || slot.callCount < best.callCount) best = slot;
    if (best !== undefined && best.callCount === 0) return best;
    if (this.slots.size < sizeMax) return this.startSlot();
    return best !== undefined && best.callCount < callsPerWorker ? best : undefined;
  }

  private startSlot(): Slot<H> {
    const forget = (): void => this.forget(slot);
    const client = this.options.spawn(`${this.options.name}-${this.startCount++}`, forget);
    const slot: Slot<H> = { client, callCount: 0, stopTimer: undefined };
    client.catch(forget);
    this.slots.add(slot);
    return slot;
  }

  private occupy(slot: Slot<H>): void {
    slot.callCount++;
    slot.stopTimer?.();
    slot.stopTimer = undefined;
  }

  private release(slot: Slot<H>): void {
    slot.callCount--;
    if (!this.slots.has(slot)) return;
    this.serveWaiter();
    if (slot.callCount > 0 || this.isStopped) return;
    const { clock, idleMs = 60_000 } = this.options;
    slot.stopTimer = clock.after(idleMs, () => void this.stopSlot(slot).catch(ignoreLateStop));
  }

  /** A worker that has ended or never started makes room for another. */
  private forget(slot: Slot<H>): void {
    slot.stopTimer?.();
    if (this.slots.delete(slot)) this.serveWaiter();
  }

  private serveWaiter(): void {
    const waiter: Waiter<H> | undefined = this.waiters.values().next().value;
    if (waiter === undefined || this.isStopped) return;
    const slot = this.freeSlot();
    if (slot === undefined) return;
    this.occupy(slot);
    waiter.take(slot);
  }

  private wait(signal: AbortSignal | undefined): Promise<Slot<H>> {
    const { name, queueMax = 256 } = this.options;
    if (this.waiters.size >= queueMax) {
      const message = `${this.waiters.size} of ${queueMax} calls wait for the pool ${name}`;
      return Promise.reject(new BasaltError("queue_full", message, { retryAfterSeconds: 1 }));
    }
    return new Promise((resolve, reject) => {
      const abort = (): void => waiter.fail(signal === undefined ? this.stoppedError() : abortError(signal));
      const leave = (): void => {
        this.waiters.delete(waiter);
        signal?.removeEventListener("abort", abort);
      };
      const waiter: Waiter<H> = {
        take: (slot) => {
          leave();
          resolve(slot);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      throwIfAborted(signal);
      this.waiters.add(waiter);
      signal?.addEventListener("abort", abort);
    });
  }

  private async stopSlot(slot: Slot<H>, graceMs?: number): Promise<void> {
    slot.stopTimer?.();
    this.slots.delete(slot);
    const client = await slot.client.catch(() => undefined);
    await client?.stop(graceMs);
  }

  private stoppedError(): BasaltError {
    return new BasaltError("shutting_down", `the pool ${this.options.name} has been stopped`);
  }
}

function ignoreLateStop(): void {
  // The worker was idle, so a stop that fails loses nothing, and the thread is gone either way.
}
