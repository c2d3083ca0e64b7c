import { BasaltError, type BlockId } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import type { ReadCost, RowSource } from "@basalt/store";
import type { QueryLimits } from "../plan/query-plan.ts";
import { MemoryBudget } from "./memory-budget.ts";
import type { QueryMemory } from "./query-memory.ts";

/** Where a plan runs: its bounds, the time, and who may stop it. */
export interface ExecuteContext {
  readonly limits: QueryLimits;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly memory: QueryMemory;
  /** Counts what the query takes in this thread beyond this execution, too. Default: one of its own. */
  readonly memoryBudget?: MemoryBudget;
  /** Sources whose being missing is damage. Any other's rows have moved, and the query is asked anew. */
  readonly lost?: ReadonlySet<BlockId>;
}

/** 5 ms: a push that waits behind a query in an ingest worker waits no longer than this. */
const sliceMs = 5;

/** Watches the bounds of one execution, and lets other work of the thread run in between. */
export class Budget {
  /** Counts what is taken. */
  readonly memory: MemoryBudget;
  private readonly context: ExecuteContext;
  private readonly startMs: number;
  private sliceStartMs: number;
  private readonly costs: { readonly cost: ReadCost; readonly before: ReadCost }[] = [];

  constructor(context: ExecuteContext) {
    this.context = context;
    this.startMs = context.clock.monotonicMs();
    this.sliceStartMs = this.startMs;
    const { limits, memory, memoryBudget } = context;
    this.memory = memoryBudget ?? new MemoryBudget(limits.memoryBytesMax, memory.heap);
  }

  /** Ends reading when the query is given up. */
  get signal(): AbortSignal | undefined {
    return this.context.signal;
  }

  /** Counts what is read from a source from now on. */
  watch(source: RowSource): void {
    this.costs.push({ cost: source.cost, before: { ...source.cost } });
  }

  /** What was read from all sources since they are watched. */
  cost(): ReadCost {
    const sum: ReadCost = { bytesRead: 0, rowsRead: 0, samplesRead: 0 };
    for (const { cost, before } of this.costs) {
      sum.bytesRead += cost.bytesRead - before.bytesRead;
      sum.rowsRead += cost.rowsRead - before.rowsRead;
      sum.samplesRead += cost.samplesRead - before.samplesRead;
    }
    return sum;
  }

  /** Called at the end: what the thread lent to this execution alone is given back. */
  release(): void {
    if (this.context.memoryBudget === undefined) this.memory.release();
    this.context.memory.trim();
  }

  /**
   * Called between batches: refuses to go on over a bound, and gives the thread away when this slice was long enough.
   *
   * @throws BasaltError `query_timeout`, `query_bytes_limit`, or the signal's reason.
   */
  async pause(): Promise<void> {
    this.check();
    const { clock, signal } = this.context;
    if (clock.monotonicMs() - this.sliceStartMs < sliceMs) return;
    await clock.sleep(0, signal);
    this.sliceStartMs = clock.monotonicMs();
    this.check();
  }

  private check(): void {
    const { clock, signal, limits } = this.context;
    if (signal?.aborted === true) throw signal.reason;
    if (limits.timeoutMs > 0 && clock.monotonicMs() - this.startMs >= limits.timeoutMs) {
      throw new BasaltError("query_timeout", "the query took longer than -querier.query-timeout allows");
    }
    if (limits.bytesReadMax === 0) return;
    const { bytesRead } = this.cost();
    if (bytesRead > limits.bytesReadMax) {
      throw new BasaltError(
        "query_bytes_limit",
        `the query reads more than ${limits.bytesReadMax} bytes (-querier.max-bytes-read)`,
      );
    }
  }
}
