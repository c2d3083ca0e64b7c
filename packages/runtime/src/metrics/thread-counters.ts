import type { CounterMetric } from "./metric.ts";
import type { LabelValues } from "./metrics.ts";

/** What one counter of one thread came to. */
export interface ThreadCount {
  /** Of the metric. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A counter of this thread, which may be added to directly. */
export interface ThreadCounter {
  value: number;
}

interface CountedSet extends ThreadCounter {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The counters that this thread tells of. What a thread is made of is global to it. */
const counters = new Map<string, CountedSet>();

/**
 * The counter of a metric and label values in this thread. Threads have no `Metrics`, which would cost each 25 MB: the main
 * thread asks for these at each scrape, where `registerThreadCounters` names the metric.
 */
export function threadCounter<L extends string = never>(
  metric: CounterMetric<L>,
  ...labels: [L] extends [never] ? [] : [LabelValues<L>]
): ThreadCounter {
  const values: Readonly<Record<string, string>> = labels[0] ?? {};
  const key = [metric.name, ...metric.labels.map((label) => values[label] ?? "")].join("\xff");
  let counter = counters.get(key);
  if (counter === undefined) counters.set(key, (counter = { name: metric.name, labels: values, value: 0 }));
  return counter;
}

/** The counts of this thread. */
export function threadCounts(): readonly ThreadCount[] {
  return [...counters.values()];
}
