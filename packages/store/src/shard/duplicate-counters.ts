import type { SeriesBatch } from "@basalt/model";

/** Entries of the counters; services beyond are counted together. */
const entriesMax = 10_000;

/** Rows that were pushed once more, by `tenant/service`; `/` for services beyond the bound. */
export class DuplicateCounters {
  readonly counts: Map<string, number> = new Map();

  add({ tenant, service }: SeriesBatch, count: number): void {
    if (count === 0) return;
    const name = `${tenant}/${service}`;
    const key = this.counts.has(name) || this.counts.size < entriesMax ? name : "/";
    this.counts.set(key, (this.counts.get(key) ?? 0) + count);
  }
}
