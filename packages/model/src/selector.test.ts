import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "./error.ts";
import { labelsFrom } from "./labels.ts";
import { formatSelector, matchesAll, parseSelector } from "./selector.ts";

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
