import { assert, BasaltError } from "@basalt/model";
import type { Clock } from "../clock.ts";
import { suggestion } from "../config/nearest.ts";
import type { Logger } from "../logs/logger.ts";
import type { AnyModule, ModuleInstance, ModuleState } from "./module.ts";

/** What `/ready` answers. */
export interface Readiness {
  readonly isReady: boolean;
  readonly text: string;
}

/** What a graph works with. */
export interface ModuleGraphOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long all stops together may take; each module gets at most half of what is left. */
  readonly stopTimeoutMs: number;
}

interface Entry {
  readonly module: AnyModule;
  state: ModuleState;
  instance: ModuleInstance<unknown> | undefined;
}

/** The modules of a process: started in the order of their needs, stopped in reverse. The order is the same at each run. */
export class ModuleGraph {
  /** Settles when a running module failed: the process must stop. */
  readonly failure: Promise<BasaltError>;
  private readonly options: ModuleGraphOptions;
  private readonly entries: readonly Entry[];
  private readonly failing = Promise.withResolvers<BasaltError>();
  private readonly stopSignal = new AbortController();
  private starting: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  /** Takes the modules to run; what they need comes along. */
  constructor(targets: readonly AnyModule[], options: ModuleGraphOptions) {
    this.options = options;
    this.failure = this.failing.promise;
    this.entries = inOrder(targets).map((module) => ({ module, state: "New", instance: undefined }));
  }

  /** The modules in the order of their start. */
  states(): readonly { readonly name: string; readonly state: ModuleState }[] {
    return this.entries.map(({ module, state }) => ({ name: module.name, state }));
  }

  /**
   * Makes and starts every module in turn, or until told to stop.
   *
   * @throws what a module threw; those that run by then have been stopped.
   */
  async start(): Promise<void> {
    try {
      this.starting = this.startAll();
      await this.starting;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops every module in reverse order, within the time; a module that is starting ends that first. Idempotent; failures are logged. */
  stop(): Promise<void> {
    this.stopSignal.abort(new BasaltError("shutting_down", "the process stops"));
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /** Whether every module runs and says that it can serve. */
  async readiness(): Promise<Readiness> {
    const waiting = this.notRunning();
    if (waiting !== "") return { isReady: false, text: `Some services are not Running:\n${waiting}` };
    for (const { module, instance } of this.entries) {
      const reason = await instance?.notReady?.();
      if (reason !== undefined) return { isReady: false, text: `${module.name} not ready: ${reason}\n` };
    }
    return { isReady: true, text: "ready\n" };
  }

  private notRunning(): string {
    const byState = new Map<ModuleState, string[]>();
    for (const { module, state } of this.entries) {
      if (state === "Running") continue;
      byState.set(state, [...(byState.get(state) ?? []), module.name]);
    }
    return [...byState].map(([state, names]) => `${state}: [${names.join(", ")}]\n`).join("");
  }

  private async startAll(): Promise<void> {
    const startedMs = this.options.clock.monotonicMs();
    for (const entry of this.entries) {
      if (this.stopSignal.signal.aborted) return;
      try {
        await this.startOne(entry);
      } catch (error) {
        this.enter(entry, "Failed", { error: BasaltError.from(error) });
        throw error;
      }
    }
    const tookMs = Math.round(this.options.clock.monotonicMs() - startedMs);
    this.options.logger.info("modules started", { modules: this.entries.length, took_ms: tookMs });
  }

  private async startOne(entry: Entry): Promise<void> {
    this.enter(entry, "Starting");
    const needed: Record<string, unknown> = {};
    for (const [name, need] of Object.entries<{ readonly name: string }>(entry.module.needs)) {
      needed[name] = this.entries.find(({ module }) => module === need)?.instance?.value;
    }
    const fail = (error: BasaltError): void => this.fail(entry, error);
    entry.instance = entry.module.create(needed as never, { fail });
    await entry.instance.start?.(this.stopSignal.signal);
    this.enter(entry, "Running");
  }

  private fail(entry: Entry, error: BasaltError): void {
    this.enter(entry, "Failed", { error });
    this.failing.resolve(error);
  }

  private async stopAll(): Promise<void> {
    const endMs = this.options.clock.monotonicMs() + this.options.stopTimeoutMs;
    const started = this.starting?.catch(() => undefined);
    await this.within(this.options.stopTimeoutMs / 2, started).catch(() => undefined);
    for (const entry of [...this.entries].reverse()) {
      if (entry.instance === undefined) continue;
      const hadFailed = entry.state === "Failed";
      this.enter(entry, "Stopping");
      try {
        await this.within((endMs - this.options.clock.monotonicMs()) / 2, entry.instance.stop?.());
        this.enter(entry, hadFailed ? "Failed" : "Terminated");
      } catch (error) {
        this.enter(entry, "Failed", { error: BasaltError.from(error) });
      }
    }
  }

  /** Waits for the work, but no longer than so long. */
  private async within(timeoutMs: number, work: Promise<void> | undefined): Promise<void> {
    const late = Promise.withResolvers<never>();
    const cancel = this.options.clock.after(timeoutMs, () => {
      late.reject(new BasaltError("deadline_exceeded", `not stopped within ${Math.round(timeoutMs)} ms`));
    });
    try {
      await Promise.race([work, late.promise]);
    } finally {
      cancel();
    }
  }

  private enter(entry: Entry, state: ModuleState, fields: { readonly error?: BasaltError } = {}): void {
    entry.state = state;
    const line = { module: entry.module.name, state, ...fields };
    if (fields.error === undefined) this.options.logger.debug("module changes state", line);
    else this.options.logger.error("module failed", line);
  }
}

/**
 * The modules that a list of targets names.
 *
 * @throws BasaltError `config_invalid` with the nearest name.
 */
export function modulesNamed(names: readonly string[], targets: readonly AnyModule[]): readonly AnyModule[] {
  return names.map((name) => {
    const found = targets.find((module) => module.name === name);
    if (found !== undefined) return found;
    const known = targets.map((module) => module.name);
    const hint = suggestion(name, known) || ` (one of ${known.join(", ")})`;
    throw new BasaltError("config_invalid", `-target names the unknown module ${JSON.stringify(name)}${hint}`);
  });
}

/** Depth first, needs in the order in which they are declared: each module once, after all that it needs. */
function inOrder(targets: readonly AnyModule[]): readonly AnyModule[] {
  const ordered = new Map<string, AnyModule>();
  const visit = (module: AnyModule): void => {
    const known = ordered.get(module.name);
    assert(known === undefined || known === module, `two modules are named ${module.name}`);
    if (known !== undefined) return;
    for (const need of Object.values<unknown>(module.needs)) visit(need as AnyModule);
    ordered.set(module.name, module);
  };
  for (const target of targets) visit(target);
  return [...ordered.values()];
}
