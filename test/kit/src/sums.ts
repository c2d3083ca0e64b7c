import type { Acknowledged } from "./push.ts";

/** Exact sum of one sample type (`type:unit`) over the pushes that meet a condition. */
export function sumOf(items: readonly Acknowledged[], type: string, where: (item: Acknowledged) => boolean): bigint {
  let sum = 0n;
  for (const item of items) {
    const column = item.push.profile.sampleTypes.indexOf(type);
    if (column >= 0 && where(item)) sum += item.totals[column] ?? 0n;
  }
  return sum;
}
