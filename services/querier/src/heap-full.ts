import { BasaltError } from "@basalt/model";

/**
 * What a query that failed is answered: one that filled the heap of its thread will do so again, whatever the accounts of its
 * memory said, so it is not told to retry.
 */
export function failureOf(thrown: unknown): unknown {
  if (!(thrown instanceof BasaltError) || thrown.code !== "worker_lost") return thrown;
  const { cause } = thrown;
  const isFull = cause instanceof Error && "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY";
  if (!isFull) return thrown;
  return new BasaltError("query_memory_limit", "the query filled the heap of its thread; select less", {
    cause: thrown,
  });
}
