import { formatByteSize, parseByteSize } from "./byte-size.ts";
import { formatDuration, parseDuration } from "./duration.ts";

/** How values of one type are read and written. */
export interface ValueType<T> {
  /** For help and documents: `int`, `duration`, `choice of a, b`. */
  readonly name: string;
  /**
   * Reads a flag's text or a YAML value.
   *
   * @throws Error that says what would be right, without the value.
   */
  read(raw: unknown): T;
  /** The value as a flag's text; `read` reads it back. */
  show(value: T): string;
}

interface Bounds<D> {
  readonly min?: D;
  readonly max?: D;
}

/** Text, also of a YAML number or boolean. */
export function textType(name: "string" | "secret"): ValueType<string> {
  return {
    name,
    read: (raw) => {
      if (raw === null || raw === undefined) return "";
      if (typeof raw === "object") throw new Error("must be text");
      return String(raw);
    },
    show: (value) => value,
  };
}

/** `true` or `false`. */
export const boolType: ValueType<boolean> = {
  name: "bool",
  read: (raw) => {
    if (raw === true || raw === "true" || raw === "1") return true;
    if (raw === false || raw === "false" || raw === "0") return false;
    throw new Error("must be true or false");
  },
  show: String,
};

/** A number in a range; `int` has no fraction. */
export function numberType(name: "int" | "float", bounds: Bounds<number>): ValueType<number> {
  const wanted = name === "int" ? "a whole number" : "a number";
  return {
    name,
    read: (raw) => {
      const value = typeof raw === "number" ? raw : Number(typeof raw === "string" && raw !== "" ? raw : Number.NaN);
      const isRight = name === "int" ? Number.isSafeInteger(value) : Number.isFinite(value);
      if (!isRight) throw new Error(`must be ${wanted}`);
      return inBounds(value, bounds, String);
    },
    show: String,
  };
}

/** A duration; the value is milliseconds. */
export function durationType(bounds: Bounds<string>): ValueType<number> {
  const limits = { ...parsed("min", bounds.min, parseDuration), ...parsed("max", bounds.max, parseDuration) };
  return {
    name: "duration",
    read: (raw) => {
      const value = raw === 0 ? 0 : parseDuration(String(raw));
      if (value === undefined) throw new Error("must be a duration such as 15s, 1h30m or 0");
      return inBounds(value, { min: 0, ...limits }, formatDuration);
    },
    show: formatDuration,
  };
}

/** A size; the value is bytes. */
export function sizeType(bounds: Bounds<string>): ValueType<number> {
  const limits = { ...parsed("min", bounds.min, parseByteSize), ...parsed("max", bounds.max, parseByteSize) };
  return {
    name: "bytes",
    read: (raw) => {
      const value = parseByteSize(String(raw));
      if (value === undefined || !Number.isSafeInteger(value)) throw new Error("must be a size such as 128MiB or 4096");
      return inBounds(value, limits, formatByteSize);
    },
    show: formatByteSize,
  };
}

/** Words. */
export const listType: ValueType<readonly string[]> = {
  name: "list",
  read: (raw) => {
    if (raw === null || raw === undefined) return [];
    const parts: readonly unknown[] = Array.isArray(raw) ? raw : String(raw).split(",");
    return parts.map((part) => String(part).trim()).filter((part) => part !== "");
  },
  show: (value) => value.join(","),
};

/** One of some words. */
export function choiceType<C extends string>(choices: readonly C[]): ValueType<C> {
  return {
    name: `choice of ${choices.join(", ")}`,
    read: (raw) => {
      const found = choices.find((choice) => choice === raw);
      if (found === undefined) throw new Error(`must be one of ${choices.join(", ")}`);
      return found;
    },
    show: (value) => value,
  };
}

function parsed(
  key: "min" | "max",
  text: string | undefined,
  parse: (text: string) => number | undefined,
): Bounds<number> {
  const value = text === undefined ? undefined : parse(text);
  return value === undefined ? {} : { [key]: value };
}

function inBounds(value: number, bounds: Bounds<number>, show: (value: number) => string): number {
  const { min, max } = bounds;
  if (min !== undefined && value < min) throw new Error(`must be at least ${show(min)}`);
  if (max !== undefined && value > max) throw new Error(`must be at most ${show(max)}`);
  return value;
}
