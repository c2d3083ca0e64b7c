import { assert } from "@basalt/model";

/** What every metric says of itself, declared once; docs/metrics.md is made from it. */
export interface Metric<L extends string = string> {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly name: string;
  /** One sentence; the unit is in the name. */
  readonly help: string;
  readonly labels: readonly L[];
  /** Upper bounds, ascending; of histograms only. */
  readonly buckets: readonly number[];
}

/** A value that only grows. */
export interface CounterMetric<L extends string = never> extends Metric<L> {
  readonly kind: "counter";
}

/** A value that goes up and down. */
export interface GaugeMetric<L extends string = never> extends Metric<L> {
  readonly kind: "gauge";
}

/** Counts of observations by upper bound. */
export interface HistogramMetric<L extends string = never> extends Metric<L> {
  readonly kind: "histogram";
}

interface Declaration<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

/** Declares a counter; its name ends in `_total` unless Pyroscope's does not. */
export function counterMetric<L extends string = never>(declaration: Declaration<L>): CounterMetric<L> {
  return { ...checked(declaration), kind: "counter", buckets: [] };
}

/** Declares a gauge. */
export function gaugeMetric<L extends string = never>(declaration: Declaration<L>): GaugeMetric<L> {
  return { ...checked(declaration), kind: "gauge", buckets: [] };
}

/** A histogram of 2,000 tenants and four bounds is 1.4 MB at each scrape; of thirty, 7 MB. */
const boundsByTenantMax = 4;

/** Declares a histogram; the default buckets are for requests in seconds. One by tenant has four bounds at most. */
export function histogramMetric<L extends string = never>(
  declaration: Declaration<L> & { readonly buckets?: readonly number[] },
): HistogramMetric<L> {
  const { name, labels = [], buckets = secondsBuckets } = declaration;
  const isByTenant = (labels as readonly string[]).includes("tenant");
  assert(!isByTenant || buckets.length <= boundsByTenantMax, `${name} has ${buckets.length} bounds by tenant`);
  return { ...checked(declaration), kind: "histogram", buckets };
}

function checked<L extends string>(declaration: Declaration<L>): Omit<Metric<L>, "kind" | "buckets"> {
  const { name, help, labels = [] } = declaration;
  assert(/^[a-z][a-z0-9_]*$/.test(name), `the metric ${name} is lower case with underscores`);
  return { name, help, labels };
}

/** 5 ms … 100 s: the buckets that Pyroscope's dashboards expect of request durations. */
export const secondsBuckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100];

/** `count` bounds from `first` to `last`, each the same multiple of the one before. */
export function exponentialBuckets(first: number, last: number, count: number): readonly number[] {
  const factor = (last / first) ** (1 / (count - 1));
  return Array.from({ length: count }, (_, i) => Number((first * factor ** i).toPrecision(6)));
}

/** docs/metrics.md: every metric, by name. */
export function metricsMarkdown(metrics: Iterable<Metric>): string {
  const rows = [...metrics]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((metric) => {
      const labels = metric.labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${metric.name}\` | ${metric.kind} | ${labels} | ${metric.help.replaceAll("|", "\\|")} |`;
    });
  return [
    "# Metrics",
    "",
    "Generated from the declarations in the code by `npm run docs`; do not edit. `GET /metrics` answers them in Prometheus'",
    "text format. Names and labels are Pyroscope's where it has the metric, so its dashboards and rules work.",
    "A label never has more than 2,000 values in one process: further ones are counted under `overflow`.",
    "",
    "| name | type | labels | what it tells |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
