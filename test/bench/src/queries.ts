import { type Acknowledged, sumOf } from "@basalt/test-kit";

/** One question of the table, with the sum that its answer must have. */
export interface BenchQuery {
  readonly name: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The sum in an answer; undefined where there is none to check. */
  readonly sumOf: ((answer: never) => bigint) | undefined;
  readonly expected: bigint | undefined;
}

interface Range {
  readonly startMs: number;
  readonly endMs: number;
}

const cpu = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const inuse = "memory:inuse_space:bytes:space:bytes";
const service = "svc-00";
const querier = "/querier.v1.QuerierService";

/** The questions of reference table, over the acknowledged pushes of a range. */
export function benchQueries(acknowledged: readonly Acknowledged[], range: Range): readonly BenchQuery[] {
  const middleMs = Math.floor((range.startMs + range.endMs) / 2);
  const base = { start: range.startMs, end: range.endMs };
  const one = `{service_name="${service}"}`;
  const sum = (type: string, where: (one: Acknowledged) => boolean): bigint => sumOf(acknowledged, type, where);
  const ofService = (item: Acknowledged): boolean => item.push.series.service === service;
  const ofPod = (item: Acknowledged): boolean => item.push.series.pod === `${service}-0`;
  const all = (): boolean => true;
  /** Node's heap profiles have another period type, so another profile type id. */
  const ofGo = (item: Acknowledged): boolean => item.push.series.kind === "memory";
  const merge = (profileTypeID: string, labelSelector: string): Record<string, unknown> => ({
    profileTypeID,
    labelSelector,
    ...base,
    maxNodes: 16384,
  });
  // Whole steps, so that no point falls behind the last one.
  const series = (labelSelector: string, groupBy: string): Record<string, unknown> => ({
    profileTypeID: cpu,
    labelSelector,
    start: Math.floor(range.startMs / 15000) * 15000,
    end: Math.ceil(range.endMs / 15000) * 15000,
    groupBy: [groupBy],
    step: 15,
  });
  const flame = { path: `${querier}/SelectMergeStacktraces`, sumOf: flameSum };
  const points = { path: `${querier}/SelectSeries`, sumOf: seriesSum };
  const plain = { sumOf: undefined, expected: undefined };
  return [
    { name: "merge CPU, one service", ...flame, body: merge(cpu, one), expected: sum("cpu:nanoseconds", ofService) },
    {
      name: "merge CPU, one pod",
      ...flame,
      body: merge(cpu, `{pod="${service}-0"}`),
      expected: sum("cpu:nanoseconds", ofPod),
    },
    { name: "merge CPU, all services", ...flame, body: merge(cpu, "{}"), expected: sum("cpu:nanoseconds", all) },
    {
      name: "merge inuse_space, all services",
      ...flame,
      body: merge(inuse, "{}"),
      expected: sum("inuse_space:bytes", ofGo),
    },
    {
      name: "merge goroutines, all services",
      ...flame,
      body: merge("goroutines:goroutine:count:goroutine:count", "{}"),
      expected: sum("goroutine:count", all),
    },
    { name: "series by service", ...points, body: series("{}", "service_name"), expected: sum("cpu:nanoseconds", all) },
    {
      name: "series by pod, one service",
      ...points,
      body: series(one, "pod"),
      expected: sum("cpu:nanoseconds", ofService),
    },
    {
      name: "pprof, one service",
      path: `${querier}/SelectMergeProfile`,
      body: { profileTypeID: cpu, labelSelector: one, ...base },
      sumOf: pprofSum,
      expected: sum("cpu:nanoseconds", ofService),
    },
    {
      name: "pprof, all services",
      path: `${querier}/SelectMergeProfile`,
      body: { profileTypeID: cpu, labelSelector: "{}", ...base },
      sumOf: pprofSum,
      expected: sum("cpu:nanoseconds", all),
    },
    {
      name: "diff, one service, two halves",
      path: `${querier}/Diff`,
      body: {
        left: { ...merge(cpu, one), end: middleMs },
        right: { ...merge(cpu, one), start: middleMs + 1 },
      },
      sumOf: diffSum,
      expected: sum("cpu:nanoseconds", ofService),
    },
    { name: "label names", path: `${querier}/LabelNames`, body: base, ...plain },
    { name: "label values of pod", path: `${querier}/LabelValues`, body: { name: "pod", ...base }, ...plain },
    { name: "all series, all labels", path: `${querier}/Series`, body: base, ...plain },
  ];
}

function flameSum(answer: { flamegraph?: { total?: string } }): bigint {
  return BigInt(answer.flamegraph?.total ?? "0");
}

function diffSum(answer: { flamegraph?: { leftTicks?: string; rightTicks?: string } }): bigint {
  return BigInt(answer.flamegraph?.leftTicks ?? "0") + BigInt(answer.flamegraph?.rightTicks ?? "0");
}

function seriesSum(answer: { series?: readonly { points?: readonly { value?: number }[] }[] }): bigint {
  let sum = 0n;
  for (const one of answer.series ?? []) for (const point of one.points ?? []) sum += BigInt(point.value ?? 0);
  return sum;
}

function pprofSum(answer: { sample?: readonly { value?: readonly string[] }[] }): bigint {
  let sum = 0n;
  for (const one of answer.sample ?? []) sum += BigInt(one.value?.[0] ?? "0");
  return sum;
}

/** The wall time and CPU of one question. */
export interface QueryFigure {
  readonly name: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly bytes: number;
  readonly isExact: boolean | undefined;
}

/** Asks a question so many times; the median wall time and the mean CPU of the server. */
export async function measureQuery(
  url: string,
  query: BenchQuery,
  times: number,
  cpuSecondsNow: () => number,
): Promise<QueryFigure> {
  const walls: number[] = [];
  let bytes = 0;
  let isExact: boolean | undefined;
  const cpuBefore = cpuSecondsNow();
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    const text = await ask(url, query);
    walls.push(performance.now() - started);
    bytes = text.length;
    if (query.sumOf !== undefined && i === 0) {
      const answer: never = JSON.parse(text) as never;
      isExact = query.sumOf(answer) === query.expected;
    }
  }
  const cpuMs = ((cpuSecondsNow() - cpuBefore) * 1000) / times;
  walls.sort((a, b) => a - b);
  return { name: query.name, wallMs: walls[walls.length >> 1] ?? 0, cpuMs, bytes, isExact };
}

async function ask(url: string, query: BenchQuery): Promise<string> {
  const response = await fetch(`${url}${query.path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(query.body),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${query.name}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}
