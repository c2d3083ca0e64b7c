import { BasaltError } from "@basalt/model";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import { configYaml } from "../config/config-document.ts";
import type { ConfigSchema } from "../config/config-schema.ts";
import { helpText } from "../config/help-text.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { loadConfig } from "../config/load-config.ts";
import type { FileSystem } from "../file-system.ts";
import { createLogger, logSettings } from "../logs/create-logger.ts";
import type { Logger } from "../logs/logger.ts";
import { Metrics } from "../metrics/metrics.ts";
import type { BuildInfo } from "../metrics/process-metrics.ts";
import { registerProcessMetrics } from "../metrics/process-metrics.ts";
import type { AnyModule } from "../modules/module.ts";
import type { Readiness } from "../modules/module-graph.ts";
import { ModuleGraph, modulesNamed } from "../modules/module-graph.ts";
import { nodeFileSystem } from "../node/node-file-system.ts";
import { systemClock } from "../node/system-clock.ts";
import { systemRandom } from "../node/system-random.ts";
import type { Random } from "../random.ts";
import { createTracer } from "../tracing/create-tracer.ts";
import type { Tracer } from "../tracing/tracer.ts";
import { silentTracer } from "../tracing/tracer.ts";
import type { ProcessHost } from "./process-host.ts";
import { nodeProcessHost } from "./process-host.ts";
import { processSettings } from "./process-settings.ts";

/** What the modules of a program are built on. */
export interface Surroundings {
  readonly config: Config;
  readonly schema: ConfigSchema;
  readonly build: BuildInfo;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: FileSystem;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** What `/ready` answers; not ready from the first request to stop. */
  readonly readiness: () => Promise<Readiness>;
  /** Stops the process as SIGTERM does. */
  readonly stop: () => void;
}

/** A program: its settings and the modules that `-target` may name. */
export interface Program {
  readonly schema: ConfigSchema;
  readonly build: BuildInfo;
  readonly targets: (surroundings: Surroundings) => readonly AnyModule[];
}

/** Runs a program until it is told to stop; then, or when a module fails, the process exits. */
export async function runProgram(program: Program, host: ProcessHost = nodeProcessHost): Promise<void> {
  let loaded: LoadedConfig;
  try {
    loaded = await loadConfig(program.schema, host);
  } catch (error) {
    return refuse(host, error);
  }
  if (loaded.command === undefined) {
    const tracer = await createTracer(loaded.config, host.environment, program.build.version);
    return new RunningProgram(program, loaded.config, { host, tracer }).run();
  }
  host.print(await answer(program, loaded, loaded.command));
  host.exit(0);
}

function refuse(host: ProcessHost, error: unknown): void {
  host.printError(`basalt: ${BasaltError.from(error).message}\nbasalt -help lists the settings\n`);
  host.exit(1);
}

async function answer(
  program: Program,
  loaded: LoadedConfig,
  command: NonNullable<LoadedConfig["command"]>,
): Promise<string> {
  const { schema, build } = program;
  switch (command) {
    case "help":
      return helpText(schema, "basic");
    case "help-all":
      return helpText(schema, "all");
    case "version":
      return `basalt ${build.version} (revision ${build.revision}, branch ${build.branch}, node ${process.version})\n`;
    case "print-config":
      return configYaml(schema, loaded.config);
    case "modules":
      return new RunningProgram(program, loaded.config, { host: nodeProcessHost, tracer: silentTracer }).targetNames();
  }
}

function loggerOf(config: Config, clock: Clock, host: ProcessHost): Logger {
  const options = { level: config.get(logSettings.level), format: config.get(logSettings.format), clock };
  return createLogger(host.writeLog === undefined ? options : { ...options, write: host.writeLog });
}

class RunningProgram {
  private readonly host: ProcessHost;
  private readonly config: Config;
  private readonly surroundings: Surroundings;
  private readonly targets: readonly AnyModule[];
  private readonly stopRequest = Promise.withResolvers<string>();
  private graph: ModuleGraph | undefined;
  private hasStarted = false;
  private isStopping = false;

  constructor(program: Program, config: Config, around: { readonly host: ProcessHost; readonly tracer: Tracer }) {
    const { host, tracer } = around;
    this.host = host;
    this.config = config;
    const clock = systemClock;
    this.surroundings = {
      config,
      schema: program.schema,
      build: program.build,
      clock,
      random: systemRandom,
      disk: nodeFileSystem,
      logger: loggerOf(config, clock, host),
      metrics: new Metrics(),
      tracer,
      readiness: () => this.readiness(),
      stop: () => this.requestStop("request"),
    };
    this.targets = program.targets(this.surroundings);
  }

  targetNames(): string {
    return this.targets.map((module) => `${module.name}\n`).join("");
  }

  async run(): Promise<void> {
    const { logger, metrics, build, clock } = this.surroundings;
    this.host.onCrash((error) => this.crash(error));
    this.host.onStop((signal) => this.requestStop(signal));
    registerProcessMetrics(metrics, build);
    try {
      const named = modulesNamed(this.config.get(processSettings.target), this.targets);
      const stopTimeoutMs = this.config.get(processSettings.shutdownTimeoutMs);
      this.graph = new ModuleGraph(named, { clock, logger, stopTimeoutMs });
      logger.info("starting", { version: build.version, target: this.config.get(processSettings.target).join(",") });
      await this.graph.start();
      this.hasStarted = true;
    } catch (error) {
      // A module's failure has been logged by the graph.
      return refuse(this.host, error);
    }
    const failure = await Promise.race([this.graph.failure, this.stopRequest.promise.then(() => undefined)]);
    const status = await this.stopGraph(this.graph);
    this.host.exit(failure === undefined ? status : 1);
  }

  private async stopGraph(graph: ModuleGraph): Promise<number> {
    this.isStopping = true;
    const { clock, logger, tracer } = this.surroundings;
    const delayMs = this.config.get(processSettings.shutdownDelayMs);
    if (delayMs > 0) await clock.sleep(delayMs);
    await graph.stop();
    await tracer.stop().catch((error: unknown) => logger.warn("traces are lost", { error: BasaltError.from(error) }));
    const failed = graph.states().filter(({ state }) => state === "Failed");
    logger.info("stopped", { failed: failed.map(({ name }) => name).join(",") });
    return failed.length === 0 ? 0 : 1;
  }

  private requestStop(signal: string): void {
    // Who asks twice does not want to wait.
    if (this.isStopping && signal === "SIGINT") this.host.exit(130);
    this.isStopping = true;
    this.surroundings.logger.info("stopping", { signal });
    this.stopRequest.resolve(signal);
    if (!this.hasStarted) void this.graph?.stop();
  }

  private crash(error: unknown): void {
    this.surroundings.logger.error("crashed", { error: error instanceof Error ? error : new Error(String(error)) });
    this.host.exit(1);
  }

  private async readiness(): Promise<Readiness> {
    if (this.graph === undefined) return { isReady: false, text: "Some services are not Running:\n" };
    if (this.isStopping) return { isReady: false, text: "stopping\n" };
    return this.graph.readiness();
  }
}
