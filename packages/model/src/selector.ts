import { type CompiledPattern, compiledPattern, programSize } from "./compiled-pattern.ts";
import { BasaltError } from "./error.ts";
import type { Labels } from "./labels.ts";
import { labelNames, labelValue } from "./labels.ts";

/** How a matcher compares. */
export type MatchOperator = "=" | "!=" | "=~" | "!~";

/** One condition on one label. A label that a series lacks counts as the empty string. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** Whether a label value meets the condition. Linear in the value's length. */
  readonly matches: (value: string) => boolean;
}

/** 4 KiB: no honest selector comes near, and RE2 compiles it in milliseconds. */
export const selectorLengthMax = 4096;

/**
 * 5,000 instructions of all regular expressions of a request: any text of 4 KiB that repeats nothing is below it. Larger
 * programs are made of counted repetitions; a label of 2 KiB against one of this size takes some 100 ms at worst.
 */
export const programSizeMax = 5000;

/** 500 instructions: compiled in less than 5 ms, also on the main thread, which learns from it whether they are well-formed. */
const checkedSizeMax = 500;

/**
 * Builds a matcher. Regular expressions have RE2's syntax, are anchored at both ends and run in linear time (re2js).
 * They are compiled when they are first asked, once a thread: `matches` throws `selector_malformed` for a malformed one.
 */
export function matcher(name: string, operator: MatchOperator, value: string): Matcher {
  if (operator === "=") return { name, operator, value, matches: (other) => other === value };
  if (operator === "!=") return { name, operator, value, matches: (other) => other !== value };
  const wanted = operator === "=~";
  let pattern: CompiledPattern | undefined;
  return {
    name,
    operator,
    value,
    matches: (other) => {
      pattern ??= compiledPattern(value);
      return pattern.test(other) === wanted;
    },
  };
}

/** Whether a label set meets every matcher. */
export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  for (const condition of matchers) {
    if (!condition.matches(labelValue(labels, condition.name) ?? "")) return false;
  }
  return true;
}

/** Writes matchers as a selector that {@link parseSelector} reads back. */
export function formatSelector(matchers: readonly Matcher[]): string {
  const parts = matchers.map(({ name, operator, value }) => {
    const shown = plainName.test(name) ? name : JSON.stringify(name);
    return `${shown}${operator}${JSON.stringify(value)}`;
  });
  return `{${parts.join(",")}}`;
}

const plainName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const identifier = /[a-zA-Z_:][a-zA-Z0-9_:.]*/y;
const labelIdentifier = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const spaces = /\s*/y;
const operators: readonly MatchOperator[] = ["=~", "!~", "!=", "="];

/**
 * Parses a PromQL series selector: `{a="b", c!="d", e=~"re", f!~"re"}`, an optional metric name in front, quotes `"`,
 * `'` or backtick, quoted UTF-8 label names, a trailing comma. `{}` selects everything; the empty text is an error.
 *
 * @throws BasaltError `selector_malformed` with the position; as {@link parseSelectors}.
 */
export function parseSelector(text: string): readonly Matcher[] {
  return parseSelectors([text])[0] ?? [];
}

/**
 * Parses the selectors of one request.
 *
 * @throws BasaltError `selector_malformed`, also when the regular expressions of all are too large together. Whether a large
 * one is well-formed is known when it is first asked; see {@link matcher}.
 */
export function parseSelectors(texts: readonly string[]): (readonly Matcher[])[] {
  let size = 0;
  return texts.map((text) => {
    if (text.length > selectorLengthMax) {
      throw new BasaltError("selector_malformed", `selector of ${text.length} characters is over ${selectorLengthMax}`);
    }
    const matchers = new SelectorParser(text).parse();
    for (const { operator, value } of matchers) {
      if (operator === "=" || operator === "!=") continue;
      size += programSize(value);
      if (size > programSizeMax) throw tooLarge(value);
      if (size <= checkedSizeMax) compiledPattern(value);
    }
    return matchers;
  });
}

function tooLarge(pattern: string): BasaltError {
  const shown = JSON.stringify(pattern.slice(0, 200));
  const reason = `the regular expressions of the request, up to ${shown}, need more than ${programSizeMax} instructions`;
  return new BasaltError("selector_malformed", `${reason}; counted repetitions multiply`);
}

class SelectorParser {
  private position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  parse(): readonly Matcher[] {
    const matchers: Matcher[] = [];
    this.skipSpaces();
    const metric = this.take(identifier);
    if (metric !== undefined) matchers.push(matcher(labelNames.name, "=", metric));
    this.skipSpaces();
    if (this.position === this.text.length && metric !== undefined) return matchers;
    this.expect("{");
    for (;;) {
      this.skipSpaces();
      if (this.takeText("}")) break;
      matchers.push(this.parseMatcher());
      this.skipSpaces();
      if (this.takeText(",")) continue;
      this.expect("}");
      break;
    }
    this.skipSpaces();
    if (this.position !== this.text.length) this.fail("unexpected text after the selector");
    return matchers;
  }

  private parseMatcher(): Matcher {
    const isQuoted = `"'\``.includes(this.text[this.position] ?? " ");
    const name = isQuoted ? this.takeString() : this.take(labelIdentifier);
    if (name === undefined || name === "") this.fail("expected a label name");
    this.skipSpaces();
    const operator = operators.find((candidate) => this.takeText(candidate));
    if (operator === undefined) {
      // A quoted name alone is the metric: {"process_cpu"}.
      if (isQuoted) return matcher(labelNames.name, "=", name);
      this.fail("expected one of = != =~ !~");
    }
    this.skipSpaces();
    return matcher(name, operator, this.takeString());
  }

  private takeString(): string {
    const quote = this.text[this.position];
    if (quote !== '"' && quote !== "'" && quote !== "`") this.fail("expected a quoted string");
    this.position++;
    let value = "";
    for (;;) {
      const char = this.text[this.position];
      if (char === undefined || (char === "\n" && quote !== "`")) this.fail("unterminated string");
      this.position++;
      if (char === quote) return value;
      value += char === "\\" && quote !== "`" ? this.takeEscape() : char;
    }
  }

  private takeEscape(): string {
    const char = this.text[this.position++] ?? "";
    const simple = escapes.get(char);
    if (simple !== undefined) return simple;
    const digits = char === "x" ? 2 : char === "u" ? 4 : char === "U" ? 8 : undefined;
    if (digits === undefined) this.fail(`unknown escape \\${char}`);
    const hex = this.text.slice(this.position, this.position + digits);
    const point = Number.parseInt(hex, 16);
    if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length !== digits || point > 0x10ffff) this.fail("bad escape");
    this.position += digits;
    return String.fromCodePoint(point);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  private takeText(wanted: string): boolean {
    if (!this.text.startsWith(wanted, this.position)) return false;
    this.position += wanted.length;
    return true;
  }

  private skipSpaces(): void {
    this.take(spaces);
  }

  private expect(wanted: string): void {
    if (!this.takeText(wanted)) this.fail(`expected ${JSON.stringify(wanted)}`);
  }

  private fail(reason: string): never {
    throw new BasaltError(
      "selector_malformed",
      `selector ${JSON.stringify(this.text.slice(0, 200))}: ${reason} at character ${this.position}`,
    );
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ['"', '"'],
  ["'", "'"],
]);
