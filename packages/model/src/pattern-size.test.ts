import assert from "node:assert/strict";
import { test } from "node:test";
import { RE2JS } from "re2js";
import { patternSize } from "./pattern-size.ts";

const words = Array.from({ length: 200 }, (_, i) => `service-${i}`).join("|");
const patterns: readonly [rule: string, source: string][] = [
  ["nothing", ""],
  ["a literal", "prod"],
  ["every character is one", "a".repeat(4000)],
  ["alternatives add up", `svc-(${words})`],
  ["what dashboards send", ".*prod.*"],
  ["a class counts once", "[^/]+"],
  ["a closing bracket may come first in a class", "[]a]{10}"],
  ["and after the caret", "[^]a]{10}"],
  ["classes hold named ones", "[[:alpha:]_]{10}"],
  ["an escape in a class does not end it", "[a\\]{1000}]"],
  ["an escaped brace repeats nothing", "a\\{1000\\}"],
  ["quoted text repeats nothing", "\\Qa{1000}\\E"],
  ["a uuid", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"],
  ["an exact count", "x{500}"],
  ["from a count on", "x{500,}"],
  ["up to a count", ".{0,1000}"],
  ["not a count at all", "a{,5}"],
  ["counts of counts multiply", "(((a{3}){5}){7}){2}"],
  ["stars of stars do not", "(((a*)*)*)*"],
  ["what may be absent", "(a?){500}"],
  ["empty alternatives", "(|)".repeat(300)],
  ["a name and flags are not content", "(?i:(?P<name>ab))(?<other>c)(?i)d"],
  ["case folding", "(?i)[a-z]{36}k{10}"],
  ["a character by its number", "\\x{41}{100}"],
  ["a class of Unicode", "\\pL{10}\\p{Greek}{10}[\\pL\\pN]{10}[^\\PL]{10}"],
];
for (const [rule, source] of patterns) {
  test(`size of a pattern: ${rule}`, () => {
    // Begin, end, failure and the like come on top of each program.
    const real = RE2JS.compile(`^(?:${source})$`, RE2JS.DOTALL).programSize() - 10;
    assert.ok(patternSize(source) >= real, `${patternSize(source)} of ${real}`);
  });
}

test("no text of 4 KiB without counts and classes of Unicode is over 4,096", () => {
  for (const piece of [
    "a",
    "|",
    "a|",
    "()",
    "(a)",
    "(?:a)*",
    ".*?",
    "[a-z]",
    "\\d",
    "(a|b)+?",
    "^$",
    "{",
    "}",
    "]",
    ")",
  ]) {
    const source = piece.repeat(4096 / piece.length);
    assert.ok(patternSize(source) <= 4096, `${piece}: ${patternSize(source)}`);
  }
});
