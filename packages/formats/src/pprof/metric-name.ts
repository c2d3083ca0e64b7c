import { type ProfileColumns, stringAt } from "@basalt/model";
import type { SampleTypeConfig } from "./sample-type-config.ts";

/** What a sample type's name must hold for the profile to be of a metric; the first that fits is taken. */
const metrics: readonly (readonly [RegExp, string])[] = [
  [/cpu/, "process_cpu"],
  [/alloc_|inuse_|^space$|^objects$/, "memory"],
  [/mutex_/, "mutex"],
  [/block_/, "block"],
  [/goroutines/, "goroutines"],
];

/**
 * The metric that /ingest gives a profile, from its sample types and the names under which the client shows them: `wall` if
 * that is one of the types; else the metric of the first type that has one; else the last type's shown name. Empty if there
 * are no sample types.
 */
export function metricName(columns: ProfileColumns, config: SampleTypeConfig): string {
  const types = Array.from(columns.sampleTypeName.subarray(0, columns.sampleTypeCount), (name) =>
    stringAt(columns, name),
  );
  if (types.includes("wall")) return "wall";
  const shown = types.map((type) => config.get(type)?.displayName || type);
  for (const name of shown) {
    const metric = metrics.find(([pattern]) => pattern.test(name));
    if (metric !== undefined) return metric[1];
  }
  return shown.at(-1) ?? "";
}
