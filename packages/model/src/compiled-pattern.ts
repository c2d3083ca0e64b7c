import { RE2JS } from "re2js";
import { BasaltError } from "./error.ts";
import { patternSize } from "./pattern-size.ts";

/** A regular expression that is anchored at both ends. */
export interface CompiledPattern {
  /** Linear in the text's length. */
  test(text: string): boolean;
}

/** 20,000 instructions: a dozen dashboards, or four of the largest patterns that a request may have. */
const keptSizeMax = 20_000;

/** The patterns that this thread asked lately, the last one last. */
const kept = new Map<string, { readonly pattern: CompiledPattern; readonly size: number }>();
let keptSize = 0;

/** Compiles a pattern, or finds it among those asked lately. @throws BasaltError `selector_malformed`. */
export function compiledPattern(source: string): CompiledPattern {
  const known = kept.get(source);
  if (known !== undefined) {
    kept.delete(source);
    kept.set(source, known);
    return known.pattern;
  }
  const made = { pattern: compile(source), size: source.length + programSize(source) };
  kept.set(source, made);
  keptSize += made.size;
  for (const [oldest, { size }] of kept) {
    if (keptSize <= keptSizeMax || oldest === source) break;
    kept.delete(oldest);
    keptSize -= size;
  }
  return made.pattern;
}

/** About how many instructions a pattern is compiled to; 0 for alternatives without any special character. */
export function programSize(source: string): number {
  return literalAlternatives.test(source) ? 0 : patternSize(source);
}

function compile(source: string): CompiledPattern {
  if (literalAlternatives.test(source)) {
    const literals = new Set(source.split("|"));
    return { test: (text) => literals.has(text) };
  }
  try {
    // (?s): Prometheus lets the dot match a newline.
    const compiled = RE2JS.compile(`^(?:${source})$`, RE2JS.DOTALL);
    return { test: (text) => compiled.matcher(text).find() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BasaltError(
      "selector_malformed",
      `regular expression ${JSON.stringify(source.slice(0, 200))}: ${reason}`,
    );
  }
}

/** `a|b|c` without any special character is a set: what Grafana sends for multi-value variables. */
const literalAlternatives = /^[A-Za-z0-9_:/ |-]+$/;
