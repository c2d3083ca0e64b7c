import { assert } from "@basalt/model";
import type { ValueType } from "./value-type.ts";
import { boolType, choiceType, durationType, listType, numberType, sizeType, textType } from "./value-type.ts";

/** `basic` settings appear in `-help`, all of them in `-help-all` and in docs/config.md. */
export type SettingCategory = "basic" | "advanced";

/** One knob of a process: declared once, it is a flag, a YAML key, a line of help, a row of docs/config.md and a check. */
export interface Setting<T> {
  /** The YAML key with those around it: `server.http_listen_port`. */
  readonly path: string;
  /** The flag without its dash: `server.http-listen-port`. */
  readonly flag: string;
  readonly type: ValueType<T>;
  readonly defaultValue: T;
  readonly description: string;
  readonly category: SettingCategory;
  /** Never shown: `-print-config`, logs and errors say `********`. */
  readonly isSecret: boolean;
}

/** A setting of whatever type. */
export type AnySetting = Setting<unknown>;

/** What every declaration says. Whole sentences; the unit is in the name or the type. */
interface Declaration {
  readonly path: string;
  readonly flag: string;
  readonly description: string;
  /** Default `advanced`. */
  readonly category?: SettingCategory;
}

interface Bounded<D> {
  readonly default: D;
  readonly min?: D;
  readonly max?: D;
}

type TextDeclaration = Declaration & { readonly type: "string" | "secret"; readonly default: string };
type BoolDeclaration = Declaration & { readonly type: "bool"; readonly default: boolean };
type NumberDeclaration = Declaration & Bounded<number> & { readonly type: "int" | "float" };
type DurationDeclaration = Declaration & Bounded<string> & { readonly type: "duration" };
type SizeDeclaration = Declaration & Bounded<string> & { readonly type: "bytes" };
type ListDeclaration = Declaration & { readonly type: "list"; readonly default: readonly string[] };
type ChoiceDeclaration<C extends string> = Declaration & {
  readonly type: "choice";
  readonly choices: readonly C[];
  readonly default: C;
};

type AnyDeclaration =
  | TextDeclaration
  | BoolDeclaration
  | NumberDeclaration
  | DurationDeclaration
  | SizeDeclaration
  | ListDeclaration
  | ChoiceDeclaration<string>;

/** Declares a setting that is text; a `secret` is never shown. */
export function setting(declaration: TextDeclaration): Setting<string>;
/** Declares a switch. */
export function setting(declaration: BoolDeclaration): Setting<boolean>;
/** Declares a number; a duration (`15s`) has its value in milliseconds, a size (`128MiB`) in bytes. */
export function setting(declaration: NumberDeclaration | DurationDeclaration | SizeDeclaration): Setting<number>;
/** Declares a list: comma-separated in a flag, a sequence or comma-separated in YAML. */
export function setting(declaration: ListDeclaration): Setting<readonly string[]>;
/** Declares a choice of words. */
export function setting<C extends string>(declaration: ChoiceDeclaration<C>): Setting<C>;
export function setting(declaration: AnyDeclaration): AnySetting {
  const { path, flag, description, category = "advanced" } = declaration;
  assert(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/.test(path), `the path ${path} is lower case with underscores`);
  assert(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(flag), `the flag ${flag} is words joined by dots and dashes`);
  const { type, defaultValue } = typeOf(declaration);
  return { path, flag, type, defaultValue, description, category, isSecret: declaration.type === "secret" };
}

function typeOf(declaration: AnyDeclaration): { readonly type: ValueType<unknown>; readonly defaultValue: unknown } {
  switch (declaration.type) {
    case "string":
    case "secret":
      return { type: textType(declaration.type), defaultValue: declaration.default };
    case "bool":
      return { type: boolType, defaultValue: declaration.default };
    case "int":
    case "float":
      return { type: numberType(declaration.type, declaration), defaultValue: declaration.default };
    case "duration":
      return readable(durationType(declaration), declaration.default);
    case "bytes":
      return readable(sizeType(declaration), declaration.default);
    case "list":
      return { type: listType, defaultValue: declaration.default };
    case "choice":
      return { type: choiceType(declaration.choices), defaultValue: declaration.default };
  }
}

function readable<T>(type: ValueType<T>, text: string): { readonly type: ValueType<T>; readonly defaultValue: T } {
  return { type, defaultValue: type.read(text) };
}
