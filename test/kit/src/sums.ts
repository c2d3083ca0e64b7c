import { ask } from "./ask.ts";
import type { Acknowledged } from "./push.ts";

/** Sums by `type:unit`, sorted by it; those of 0 are left out, as they leave no trace. */
export type Totals = Readonly<Record<string, string>>;

/** Exact sum of one sample type (`type:unit`) over the pushes that meet a condition. */
export function sumOf(items: readonly Acknowledged[], type: string, where: (item: Acknowledged) => boolean): bigint {
  let sum = 0n;
  for (const item of items) {
    const column = item.push.profile.sampleTypes.indexOf(type);
    if (column >= 0 && where(item)) sum += item.totals[column] ?? 0n;
  }
  return sum;
}

/** What was pushed. */
export function pushedTotals(items: readonly Acknowledged[]): Totals {
  const sums = new Map<string, bigint>();
  for (const { push, totals } of items) {
    for (const [column, type] of push.profile.sampleTypes.entries()) {
      sums.set(type, (sums.get(type) ?? 0n) + (totals[column] ?? 0n));
    }
  }
  return totalsOf(sums);
}

/** Which rows to sum up. */
export interface StoredRange {
  /** Unix ms, both inclusive. */
  readonly start: number;
  readonly end: number;
  readonly labelSelector?: string;
}

/** What is stored, asked of the server for each profile type that it knows. */
export async function storedTotals(
  url: string,
  range: StoredRange,
  headers: Readonly<Record<string, string>> = {},
): Promise<Totals> {
  const types = await ask(url, "querier.v1.QuerierService/ProfileTypes", range, headers);
  if (types.status !== 200) throw new Error(`ProfileTypes answered ${types.status}: ${types.text.slice(0, 300)}`);
  const sums = new Map<string, bigint>();
  for (const type of (types.json["profileTypes"] ?? []) as readonly ProfileTypeAnswer[]) {
    const key = `${type.sampleType}:${type.sampleUnit}`;
    const total = await mergedTotal(url, { profileTypeID: type.ID, labelSelector: "{}", ...range }, headers);
    sums.set(key, (sums.get(key) ?? 0n) + total);
  }
  return totalsOf(sums);
}

/** Sums in the form in which they are compared. */
export function totalsOf(sums: ReadonlyMap<string, bigint>): Totals {
  const kept = [...sums].filter(([, total]) => total !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept.map(([type, total]) => [type, String(total)]));
}

interface ProfileTypeAnswer {
  readonly ID: string;
  readonly sampleType: string;
  readonly sampleUnit: string;
}

/** The total of a merged flame graph, which no truncation changes. Throws unless the answer is 200 and whole. */
export async function mergedTotal(
  url: string,
  question: StoredRange & { readonly profileTypeID: string; readonly labelSelector: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<bigint> {
  const answer = await ask(
    url,
    "querier.v1.QuerierService/SelectMergeStacktraces",
    { maxNodes: 8, ...question },
    headers,
  );
  const warning = answer.headers.get("basalt-warning") ?? "";
  if (answer.status !== 200 || answer.headers.has("basalt-partial")) {
    throw new Error(`merge answered ${answer.status}: ${warning} ${answer.text.slice(0, 300)}`);
  }
  const flamegraph = answer.json["flamegraph"] as { readonly total?: string } | undefined;
  return BigInt(flamegraph?.total ?? "0");
}
