import { parseArgs } from "node:util";

/** What a run of the bench does. */
export interface BenchOptions {
  /** A running server of any make; undefined = start Basalt. */
  readonly url: string | undefined;
  /** Its process, for CPU and memory. */
  readonly pid: number | undefined;
  /** Its data folder, for bytes at rest. */
  readonly dataPath: string | undefined;
  readonly ticks: number;
  readonly tickSeconds: number;
  readonly connections: number;
  readonly resample: boolean;
  readonly queries: boolean;
  readonly overSeconds: number;
  readonly flags: readonly string[];
  readonly keep: boolean;
}

export const usage = `npm run bench -- [options]           load and questions of docs/bench.md, on a Basalt it starts
npm run bench -- edge [options]      a third of full load for 5 minutes, begun 90 s before a window ends: seal and cut under load
npm run bench -- micro               kernels alone, per core
  --url URL --pid PID --data DIR     any server that speaks Pyroscope's API instead
  --ticks N                          pushes of each of the 470 series (10)
  --tick-seconds N                   time between them in the data (15)
  --connections N                    (16)
  --resample                         redraw values, so that no two pushes repeat
  --queries                          ask the questions of the table afterwards, warm and cold
  --over-seconds N                   spread the load over real time, 0 = as fast as it goes
  --flag FLAG                        a flag for the Basalt that is started; may be repeated
  --keep                             leave the data folder
`;

/** Options of the word `edge`: 94,000 pushes in 300 s. */
export const edgeArguments: readonly string[] = ["--ticks", "200", "--tick-seconds", "1.5", "--over-seconds", "300"];

/** Reads the command line; throws with the usage on what it does not know. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: "string" },
      pid: { type: "string" },
      data: { type: "string" },
      ticks: { type: "string", default: "10" },
      "tick-seconds": { type: "string", default: "15" },
      connections: { type: "string", default: "16" },
      resample: { type: "boolean", default: false },
      queries: { type: "boolean", default: false },
      "over-seconds": { type: "string", default: "0" },
      flag: { type: "string", multiple: true, default: [] },
      keep: { type: "boolean", default: false },
    },
  });
  return {
    url: values.url,
    pid: values.pid === undefined ? undefined : Number(values.pid),
    dataPath: values.data,
    ticks: Number(values.ticks),
    tickSeconds: Number(values["tick-seconds"]),
    connections: Number(values.connections),
    resample: values.resample,
    queries: values.queries,
    overSeconds: Number(values["over-seconds"]),
    flags: values.flag,
    keep: values.keep,
  };
}
