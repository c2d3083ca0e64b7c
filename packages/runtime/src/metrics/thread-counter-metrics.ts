import { askThreads } from "../worker/ask-threads.ts";
import type { CounterMetric } from "./metric.ts";
import type { Metrics } from "./metrics.ts";
import { type ThreadCount, threadCounts } from "./thread-counters.ts";

/** The counts of each thread, by a key that is the thread's own. */
type CountsByThread = ReadonlyMap<object, readonly ThreadCount[]>;

/**
 * Registers counters that threads keep by `threadCounter`; they are asked at each scrape. What a thread counted after the
 * last scrape before its end is lost.
 */
export function registerThreadCounters(
  metrics: Metrics,
  registered: readonly CounterMetric<string>[],
  ask: () => Promise<CountsByThread> = askCounts,
): void {
  const told = new WeakMap<object, Map<string, number>>();
  const adders = new Map<string, (labels: ThreadCount["labels"], by: number) => void>();
  const collect = async (): Promise<void> => {
    for (const [thread, counts] of await ask()) {
      const before = told.get(thread) ?? new Map<string, number>();
      told.set(thread, before);
      for (const { name, labels, value } of counts) {
        const add = adders.get(name);
        if (add === undefined) continue;
        const key = JSON.stringify([name, labels]);
        add(labels, value - (before.get(key) ?? 0));
        before.set(key, value);
      }
    }
  };
  // All metrics of a scrape are collected in one turn: the first asks for all of them.
  let asked: Promise<void> | undefined;
  const collectOnce = (): Promise<void> => {
    asked ??= collect().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  for (const metric of registered) adders.set(metric.name, adderOf(metrics, metric, collectOnce));
}

/** A metric without labels is added to without them. */
function adderOf(
  metrics: Metrics,
  metric: CounterMetric<string>,
  collect: () => Promise<void>,
): (labels: ThreadCount["labels"], by: number) => void {
  if (metric.labels.length > 0) return metrics.counter(metric, collect).add;
  const { add } = metrics.counter({ ...metric, labels: [] } satisfies CounterMetric, collect);
  return (_, by) => add(by);
}

function askCounts(): Promise<CountsByThread> {
  return askThreads((worker) => worker.callRuntime("threadCounts"), threadCounts());
}
