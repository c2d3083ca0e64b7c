import type { Clock, Logger } from "@basalt/runtime";
import { siblingModule, spawnWorker, WorkerPool } from "@basalt/runtime";
import type { QueryWorkerData, QueryWorkerHandlers } from "./setup-query-worker.ts";

/** What a pool of query threads is made of. */
export interface QueryPoolOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `-querier.max-concurrent`: threads at most, one query each. */
  readonly sizeMax: number;
  /** `-querier.worker-idle-timeout`. */
  readonly idleMs: number;
  readonly worker: QueryWorkerData;
}

/** 512 MiB of JavaScript heap: the columns of a query lie outside it and have a bound of their own. Beyond, the thread ends, not the process. */
const heapMegabytesMax = 512;

/** Threads that run queries: none while there is nothing to ask. */
export function queryPool(options: QueryPoolOptions): WorkerPool<QueryWorkerHandlers> {
  const { clock, logger, sizeMax, idleMs, worker } = options;
  return new WorkerPool<QueryWorkerHandlers>({
    name: "query",
    sizeMax,
    idleMs,
    clock,
    // The querier lets no more queries in than there are threads; who waits, waits there in turn.
    queueMax: sizeMax,
    spawn: (name, onExit) =>
      spawnWorker<QueryWorkerHandlers, QueryWorkerData>(siblingModule(import.meta.url, "query-worker"), {
        name,
        data: worker,
        clock,
        resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
        onExit: (error) => {
          if (error !== undefined) logger.error("query thread ended", { worker: name, error });
          onExit();
        },
      }),
  });
}
