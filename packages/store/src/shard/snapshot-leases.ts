import { BasaltError } from "@basalt/model";
import type { Cancel, Clock } from "@basalt/runtime";

/** Names a snapshot that is still read, until its lease ends; see {@link SnapshotLeases}. */
export type LeaseId = number;

/** A reader that does not say that it is done is taken for gone after so long. */
const leaseMs = 30_000;

interface Lease {
  readonly cancelEnd: Cancel;
  readonly release: () => Promise<void>;
}

/** What is kept for readers in other threads, who know it by a number: until they let it go, or for 30 s. */
export class SnapshotLeases {
  readonly #clock: Clock;
  readonly #onProblem: (error: BasaltError) => void;
  readonly #leases = new Map<LeaseId, Lease>();
  #lastId = 0;

  constructor(clock: Clock, onProblem: (error: BasaltError) => void) {
    this.#clock = clock;
    this.#onProblem = onProblem;
  }

  /** Leases that have not ended. */
  get count(): number {
    return this.#leases.size;
  }

  add(release: () => Promise<void>): LeaseId {
    const id = ++this.#lastId;
    const end = (): void => void this.end(id).catch((error: unknown) => this.#onProblem(BasaltError.from(error)));
    this.#leases.set(id, { release, cancelEnd: this.#clock.after(leaseMs, end) });
    return id;
  }

  /** Ends a lease; nothing if it has ended. */
  async end(id: LeaseId): Promise<void> {
    const lease = this.#leases.get(id);
    this.#leases.delete(id);
    lease?.cancelEnd();
    await lease?.release();
  }
}
