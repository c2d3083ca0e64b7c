import type { PathTables } from "./path-tables.ts";

const lineages = new WeakMap<PathTables, object>();

/**
 * What tables have in common with those that they grew from: the ids of the one mean the same in the other. A key for
 * what is remembered about tables. Tables that do not grow are alone.
 */
export function lineageOf(tables: PathTables): object {
  return lineages.get(tables) ?? tables;
}

/** Says that tables are a view of something that grows. */
export function setLineage(tables: PathTables, lineage: object): void {
  lineages.set(tables, lineage);
}
