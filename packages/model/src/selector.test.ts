import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "./error.ts";
import { labelsFrom } from "./labels.ts";
import {
  formatSelector,
  matchesAll,
  parseSelector,
  parseSelectors,
  programSizeMax,
  selectorLengthMax,
} from "./selector.ts";

const series = labelsFrom({ __name__: "process_cpu", service_name: "web", pod: "web-0", "my.label": "é" });

const selected: readonly [name: string, selector: string, matches: boolean][] = [
  ["everything", "{}", true],
  ["equal", '{service_name="web"}', true],
  ["metric name in front", 'process_cpu{pod="web-0"}', true],
  ["metric name alone", "process_cpu", true],
  ["metric name with colons", "process_cpu:cpu:nanoseconds:cpu:nanoseconds{}", false],
  ["not equal", '{service_name!="web"}', false],
  ["regex is anchored", '{pod=~"web"}', false],
  ["regex", '{pod=~"web-[0-9]+"}', true],
  ["negative regex", '{pod!~"web-.*"}', false],
  ["alternatives", '{pod=~"a|web-0|c"}', true],
  ["the dot matches a newline", '{pod=~"web.0"}', true],
  ["a missing label is empty", '{zone=""}', true],
  ["a regex that matches empty selects the missing label", '{zone=~".*"}', true],
  ["not empty", '{zone!=""}', false],
  ["single quotes, spaces, trailing comma", "{ service_name = 'web' , }", true],
  ["backticks", "{pod=~`web-\\d`}", true],
  ["quoted utf-8 name", '{"my.label"="é"}', true],
  ["escapes", '{"my.label"="\\u00e9"}', true],
  ["quoted metric", '{"process_cpu"}', true],
];
for (const [name, selector, matches] of selected) {
  test(`selector: ${name}`, () => {
    assert.equal(matchesAll(series, parseSelector(selector)), matches);
    assert.equal(matchesAll(series, parseSelector(formatSelector(parseSelector(selector)))), matches);
  });
}

const malformed: readonly string[] = [
  "",
  " ",
  "{",
  "}",
  '{a="b"',
  "{a=b}",
  '{a~"b"}',
  '{="b"}',
  '{a="b"}}',
  '{a="b" c="d"}',
  '{a=~"("}',
  '{a=~"(?=x)"}',
  '{a=~"(a)\\\\1"}',
  '{a="\\q"}',
  '{a="unterminated}',
  `{a="${"x".repeat(5000)}"}`,
];
for (const selector of malformed) {
  test(`selector refused: ${JSON.stringify(selector.slice(0, 30))}`, () => {
    assert.throws(
      () => parseSelector(selector),
      (error) => error instanceof BasaltError && error.code === "selector_malformed",
    );
  });
}

test("a pattern that explodes in a backtracking engine runs in linear time", () => {
  const [condition] = parseSelector('{a=~"(a+)+$"}');
  // Backtracking would take 2^5000 steps: that the test ends is the assertion.
  assert.equal(condition?.matches(`${"a".repeat(5000)}!`), false);
});

/** `{a=~"pattern"}` */
function selecting(pattern: string): string {
  return `{a=~${JSON.stringify(pattern)}}`;
}

const names = Array.from({ length: 200 }, (_, i) => `s${i}`);
const usual: readonly [pattern: string, value: string][] = [
  [`svc-(${names.join("|")})`, "svc-s199"],
  [names.map((name) => `${name}[.]x`).join("|"), "s7.x"],
  [".*prod.*", "eu-prod-1"],
  ["[^/]+", "web"],
  ["(?i)[a-z0-9-]{1,63}([.][a-z0-9-]{1,63}){0,3}", "Web.Example.Org"],
  ["[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "01234567-89ab-cdef-0123-456789abcdef"],
  ["\\pL{1,100}", "grün"],
  [".".repeat(selectorLengthMax - 8), "x".repeat(selectorLengthMax - 8)],
];
for (const [pattern, value] of usual) {
  test(`a usual pattern is compiled: ${pattern.slice(0, 40)}`, () => {
    const [condition] = parseSelector(selecting(pattern));
    assert.equal(condition?.matches(value), true);
    assert.equal(condition?.matches(""), false);
  });
}

const explosive: readonly string[] = [
  "[\\pL\\pN]{1000}".repeat(250),
  "(?i)[\\pL]{1000}".repeat(200),
  "\\pL{1000}",
  ".{0,1000}".repeat(400),
  "(.?){1000}".repeat(350),
  "((((a{9}){9}){9}){9}){9}",
  "(?:(a|b|cd){100}|[x-z]{100}){10}",
  "(?P<n>(?i:k{1000}){0,9})",
  "\\pL".repeat(1000),
];
for (const pattern of explosive) {
  test(`a pattern of too large a program is refused before it is compiled: ${pattern.slice(0, 40)}`, () => {
    assert.throws(() => parseSelector(selecting(pattern)), {
      code: "selector_malformed",
      message: /5000 instructions/,
    });
  });
}

test("the patterns of all selectors of a request count together", () => {
  const half = selecting(`.{${programSizeMax / 10}}`.repeat(5));
  assert.equal(parseSelectors([half, half]).length, 2);
  assert.throws(() => parseSelectors([half, half, selecting(".")]), { code: "selector_malformed" });
  assert.throws(() => parseSelector(`{a=~"${"x{900}".repeat(3)}",b!~"${"y{900}".repeat(3)}"}`), {
    code: "selector_malformed",
  });
});

test("a large pattern that is malformed is refused when it is first asked", () => {
  const [condition] = parseSelector(selecting(`${"x".repeat(1000)}(?=y)`));
  assert.throws(() => condition?.matches(""), { code: "selector_malformed" });
});
