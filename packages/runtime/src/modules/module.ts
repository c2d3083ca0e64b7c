import type { BasaltError } from "@basalt/model";

/** Where a module is in its life; it goes forward only. */
export type ModuleState = "New" | "Starting" | "Running" | "Stopping" | "Terminated" | "Failed";

/** What a module gives and how it lives. All parts but the value are optional: a plain value needs none. */
export interface ModuleInstance<T> {
  /** What the modules that need this one get. */
  readonly value: T;
  /** Resolves when it can serve. */
  start?(signal: AbortSignal): Promise<void>;
  /** Resolves when it has let go of everything. Called once, also after a start that failed half-way. */
  stop?(): Promise<void>;
  /** Why it cannot serve just now; undefined when it can. */
  notReady?(): string | undefined | Promise<string | undefined>;
}

/** What a module may tell the process while it runs. */
export interface ModuleContext {
  /** Ends the process: what this module guards is lost, such as a log that cannot be synced. */
  fail(error: BasaltError): void;
}

/** A part of a process: what it needs and how it is made. Needed modules are named by reference, so cycles cannot be written. */
export interface Module<T, N extends Needs = Needs> {
  readonly name: string;
  readonly needs: N;
  /** Wires the module; nothing acts before `start`. */
  readonly create: (needed: Needed<N>, context: ModuleContext) => ModuleInstance<T>;
}

/** A module that gives a value of some type, whatever it needs itself. */
export interface ModuleOf<T> {
  readonly name: string;
  readonly needs: Needs;
  readonly create: (needed: never, context: ModuleContext) => ModuleInstance<T>;
}

/** A module of whatever value. */
export type AnyModule = ModuleOf<unknown>;

/** The modules that one needs, by the name it uses for them. */
export type Needs = Readonly<Record<string, { readonly name: string }>>;

/** The values of needed modules. */
export type Needed<N extends Needs> = { readonly [K in keyof N]: N[K] extends ModuleOf<infer T> ? T : never };

/** Declares a module. */
export function defineModule<T, N extends Needs>(module: Module<T, N>): Module<T, N> {
  return module;
}

/** Declares a module that only stands for others, such as the target `all`. */
export function defineTarget(name: string, needs: Needs): Module<undefined> {
  return { name, needs, create: () => ({ value: undefined }) };
}
