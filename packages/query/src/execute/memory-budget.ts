import type { MemoryAccount } from "@basalt/calltree";
import { BasaltError } from "@basalt/model";

/** What the queries of one thread may take of its JavaScript heap, all together: who fills a heap ends the thread. */
export class HeapShare {
  readonly bytesMax: number;
  private bytes = 0;

  /** 0 = no bound. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** Bytes in use now. */
  get bytesUsed(): number {
    return this.bytes;
  }

  /** A negative number gives back. @throws BasaltError `query_memory_limit`. */
  take(bytes: number): void {
    if (bytes > 0 && this.bytesMax > 0 && this.bytes + bytes > this.bytesMax) {
      throw new BasaltError(
        "query_memory_limit",
        `the names of what is selected need more than ${this.bytesMax} bytes, which is all that queries may have of a thread's heap, whatever -querier.max-memory-bytes says; select less`,
      );
    }
    this.bytes += bytes;
  }
}

/**
 * The memory of one query in one thread, counted before it is taken: symbols that are read, sums, trees, merged profiles,
 * and the answer while it is written. Release it when the query has ended.
 */
export class MemoryBudget implements MemoryAccount {
  private readonly bytesMax: number;
  private readonly share: HeapShare;
  private bytes = 0;
  private heapBytes = 0;

  /** `-querier.max-memory-bytes`; 0 = no bound. */
  constructor(bytesMax: number, share: HeapShare) {
    this.bytesMax = bytesMax;
    this.share = share;
  }

  /** Bytes counted now. */
  get bytesUsed(): number {
    return this.bytes;
  }

  /** @throws BasaltError `query_memory_limit`. */
  readonly columns = (bytes: number): void => {
    if (bytes > 0 && this.bytesMax > 0 && this.bytes + bytes > this.bytesMax) {
      throw new BasaltError(
        "query_memory_limit",
        `the query needs more than ${this.bytesMax} bytes of memory (-querier.max-memory-bytes)`,
      );
    }
    this.bytes += bytes;
  };

  /** @throws BasaltError `query_memory_limit`. */
  readonly heap = (bytes: number): void => {
    this.columns(bytes);
    this.share.take(bytes);
    this.heapBytes += bytes;
  };

  /** Counts columns that are needed for a part of the work. */
  lease(): MemoryLease {
    return new MemoryLease(this);
  }

  /** Gives the heap back to the queries of the thread. Idempotent. */
  release(): void {
    this.share.take(-this.heapBytes);
    this.heapBytes = 0;
  }
}

/** Columns of a part of the work, which are given back together. */
export class MemoryLease {
  private readonly budget: MemoryAccount;
  private bytes = 0;

  constructor(budget: MemoryAccount) {
    this.budget = budget;
  }

  /** @throws BasaltError `query_memory_limit`. */
  readonly columns = (bytes: number): void => {
    this.budget.columns(bytes);
    this.bytes += bytes;
  };

  giveBack(): void {
    this.budget.columns(-this.bytes);
    this.bytes = 0;
  }
}
