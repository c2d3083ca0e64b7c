import { cpus } from "node:os";
import { join } from "node:path";
import {
  bytesBelow,
  cpuSeconds,
  cpuSecondsFine,
  driveLoad,
  type LoadResult,
  loadSeries,
  pushedTotals,
  readCorpus,
  repositoryRoot,
  residentMiB,
  type ScheduledPush,
  ServerUnderTest,
  schedule,
  storedTotals,
  waitUntilReady,
} from "@basalt/test-kit";
import { runMicro } from "./micro.ts";
import { type BenchOptions, edgeArguments, readOptions, usage } from "./options.ts";
import { benchQueries, measureQuery, type QueryFigure } from "./queries.ts";
import { type IngestFigures, ingestRows, printTable, queryRows } from "./report.ts";

/** Times a question is asked for its warm figure, as in the reference measurements. */
const warmRepeats = 7;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === "micro") return runMicro();
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(usage);
    return;
  }
  const isEdge = args[0] === "edge";
  const options = readOptions(isEdge ? [...edgeArguments, ...args.slice(1)] : args);
  if (isEdge) await untilBeforeEdge(90_000);
  process.stdout.write(
    `${new Date().toISOString()}  ${cpus()[0]?.model ?? "?"} × ${cpus().length}  node ${process.version}\n`,
  );
  if (options.url !== undefined) return benchForeign(options, options.url);
  const server = await ServerUnderTest.create(options.flags);
  try {
    await benchBasalt(options, server);
  } finally {
    await server.stop();
    if (!options.keep) server.removeData();
    else process.stdout.write(`data kept in ${server.dataPath}\n`);
  }
}

/** Waits until so long before the next quarter of an hour, where windows end. */
async function untilBeforeEdge(leadMs: number): Promise<void> {
  const windowMs = 900_000;
  const waitMs = (((windowMs - leadMs - Date.now()) % windowMs) + windowMs) % windowMs;
  process.stdout.write(`the load begins in ${(waitMs / 1000).toFixed(0)} s, ${leadMs / 1000} s before a window ends\n`);
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}

function plannedPushes(options: BenchOptions): readonly ScheduledPush[] {
  const corpus = readCorpus(join(repositoryRoot, "test/fixtures/corpus"));
  const endNanos = BigInt(Date.now()) * 1_000_000n + BigInt(Math.round(options.overSeconds * 1e9));
  return [...schedule(loadSeries(corpus), { ...options, endNanos })];
}

async function benchBasalt(options: BenchOptions, server: ServerUnderTest): Promise<void> {
  const pushes = plannedPushes(options);
  const readyMs = await server.start();
  const idle = residentMiB(server.pid).now;
  process.stdout.write(`start to ready ${readyMs.toFixed(0)} ms, idle RSS ${idle.toFixed(0)} MiB\n\n`);
  const load = await ingest(
    options,
    { url: server.url, pid: server.pid, dataPath: join(server.dataPath, "bucket") },
    pushes,
  );
  if (!options.queries) return;
  const warm = await ask(server, load, warmRepeats);
  const cold: QueryFigure[] = [];
  for (let index = 0; index < warm.length; index++) {
    await server.stop();
    await server.start();
    cold.push(...(await ask(server, load, 1, index)));
  }
  printTable(["question", "warm ms", "warm CPU", "cold ms", "cold CPU", "bytes", "sum"], queryRows(warm, cold));
}

async function benchForeign(options: BenchOptions, url: string): Promise<void> {
  await waitUntilReady(url, 60_000);
  const pushes = plannedPushes(options);
  const load = await ingest(options, { url, pid: options.pid, dataPath: options.dataPath }, pushes);
  if (!options.queries) return;
  const warm = await ask({ url, pid: options.pid ?? process.pid }, load, warmRepeats);
  printTable(["question", "warm ms", "warm CPU", "cold ms", "cold CPU", "bytes", "sum"], queryRows(warm, []));
}

interface Target {
  readonly url: string;
  readonly pid: number | undefined;
  readonly dataPath: string | undefined;
}

async function ingest(options: BenchOptions, target: Target, pushes: readonly ScheduledPush[]): Promise<LoadResult> {
  const cpu = (): number => (target.pid === undefined ? 0 : cpuSeconds(target.pid));
  const peak = (): number => (target.pid === undefined ? 0 : residentMiB(target.pid).peak);
  const before = cpu();
  const driverBefore = process.cpuUsage();
  const load = await driveLoad(pushes, { ...options, url: target.url });
  const driver = process.cpuUsage(driverBefore);
  const afterLoad = cpu();
  const peakMiB = peak();
  const flushStarted = performance.now();
  await flush(target.url);
  const figures: IngestFigures = {
    load,
    serverCpuSeconds: afterLoad - before,
    cpuSecondsWithFlush: cpu(),
    driverCpuSeconds: (driver.user + driver.system) / 1e6,
    peakMiB,
    peakMiBAfterFlush: peak(),
    flushSeconds: (performance.now() - flushStarted) / 1000,
    bytesAtRest: target.dataPath === undefined ? undefined : bytesBelow(target.dataPath),
    nonZeroPairs: nonZeroPairs(load, options.resample),
    areSumsExact: await areSumsExact(target.url, load),
  };
  const title = `${options.resample ? "resampled" : "rotating"}, ${pushes.length} pushes, ${options.connections} connections`;
  printTable(["ingest", title], ingestRows(figures));
  process.stdout.write("\n");
  return load;
}

async function flush(url: string): Promise<void> {
  const response = await fetch(`${url}/flush`, { method: "POST" });
  await response.arrayBuffer();
  if (!response.ok) process.stdout.write(`no flush: ${response.status}\n`);
}

/** Whether the server holds what it acknowledged, type by type, to the unit. */
async function areSumsExact(url: string, load: LoadResult): Promise<boolean> {
  const stored = await storedTotals(url, timesOf(load));
  return JSON.stringify(stored) === JSON.stringify(pushedTotals(load.acknowledged));
}

/** Unix ms of the first push acknowledged and after the last one. Milliseconds are exact in a float, nanoseconds are not. */
function timesOf(load: LoadResult): { readonly start: number; readonly end: number } {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const { push } of load.acknowledged) {
    const instant = Number(push.timeNanos / 1_000_000n);
    start = Math.min(start, instant);
    end = Math.max(end, instant + 1);
  }
  return { start, end };
}

/** Non-zero (stack, value) pairs acknowledged; of a redrawn load, those of its originals. */
function nonZeroPairs(load: LoadResult, resample: boolean): number {
  const perFile = new Map<string, number>();
  let sum = 0;
  for (const { push } of load.acknowledged) {
    let count = perFile.get(push.profile.file);
    if (count === undefined) {
      count = push.profile.samples.reduce(
        (pairs, sample) => pairs + sample.values.filter((value) => value !== 0).length,
        0,
      );
      perFile.set(push.profile.file, count);
    }
    sum += count;
  }
  // Poisson draws of a single tick are zero for one sample in e: 4.3 % of all pairs of this corpus.
  return resample ? Math.round(sum * 0.957) : sum;
}

async function ask(
  target: { readonly url: string; readonly pid: number },
  load: LoadResult,
  times: number,
  only?: number,
): Promise<readonly QueryFigure[]> {
  const { start: startMs, end: endMs } = timesOf(load);
  const figures: QueryFigure[] = [];
  for (const [index, query] of benchQueries(load.acknowledged, { startMs, endMs }).entries()) {
    if (only !== undefined && only !== index) continue;
    const cpu = (): number => cpuSecondsFine(target.pid);
    if (times > 1) await measureQuery(target.url, query, 2, cpu);
    figures.push(await measureQuery(target.url, query, times, cpu));
  }
  return figures;
}

await main();
