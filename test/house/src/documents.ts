import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { program } from "@basalt/all";
import type { ConfigSchema, Metric } from "@basalt/runtime";
import { configMarkdown, metricsMarkdown } from "@basalt/runtime";
import { read, root, sources } from "./repository.ts";

/** What every setting of the server is made from. */
export const schema: ConfigSchema = program.schema;

const declaration = /\b(?:counter|gauge|histogram)Metric(?:<[^(]*>)?\(\{/g;

/** Files that declare metrics, with how many. */
export function metricDeclarations(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const file of sources) {
    if (!/^(packages|services)\//.test(file) || file.endsWith(".test.ts")) continue;
    const count = [...read(file).matchAll(declaration)].length;
    if (count > 0) counts.set(file, count);
  }
  return counts;
}

/** Every metric that some list exports, by name; the lists lie in the files that declare metrics. */
export async function declaredMetrics(): Promise<ReadonlyMap<string, Metric>> {
  const metrics = new Map<string, Metric>();
  for (const file of metricDeclarations().keys()) {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(join(root, file)).href);
    for (const exported of Object.values(module)) {
      for (const metric of metricsIn(exported)) metrics.set(metric.name, metric);
    }
  }
  return metrics;
}

function metricsIn(exported: unknown): readonly Metric[] {
  if (typeof exported !== "object" || exported === null) return [];
  return [exported, ...Object.values(exported)].filter(isMetric);
}

function isMetric(value: unknown): value is Metric {
  return typeof value === "object" && value !== null && "kind" in value && "help" in value && "buckets" in value;
}

/** docs/config.md as it should be. */
export function configDocument(): string {
  return configMarkdown(schema);
}

/** docs/metrics.md as it should be. */
export async function metricsDocument(): Promise<string> {
  return metricsMarkdown((await declaredMetrics()).values());
}
