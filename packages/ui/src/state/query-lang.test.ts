import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { labelValue, type Matcher, parseQuery, printQuery, type Query, tokenize, withLabel } from "./query-lang.ts";

const cpu = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

/** A small generator with a seed, so that a failure can be run again (Park and Miller). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describe("parseQuery", () => {
  const cases: readonly (readonly [string, string, Query])[] = [
    ["a type alone", cpu, { profileType: cpu, matchers: [] }],
    ["a selector alone", '{a="b"}', { profileType: "", matchers: [{ name: "a", operator: "=", value: "b" }] }],
    ["nothing", "", { profileType: "", matchers: [] }],
    ["an empty selector", `${cpu}{}`, { profileType: cpu, matchers: [] }],
    [
      "every operator and quote, a last comma",
      `${cpu}{a="1", b!='2',c=~\`\\d\`,"d.e"!~"x",}`,
      {
        profileType: cpu,
        matchers: [
          { name: "a", operator: "=", value: "1" },
          { name: "b", operator: "!=", value: "2" },
          { name: "c", operator: "=~", value: "\\d" },
          { name: "d.e", operator: "!~", value: "x" },
        ],
      },
    ],
    [
      "the escapes of Go",
      String.raw`{a="\"\\\n\x41\u00e9\101"}`,
      { profileType: "", matchers: [{ name: "a", operator: "=", value: '"\\\nAéA' }] },
    ],
  ];
  for (const [rule, text, expected] of cases) {
    it(rule, () => assert.deepEqual(parseQuery(text), expected));
  }

  const faults: readonly (readonly [string, string, RegExp, number])[] = [
    ["no closing brace", '{a="b"', /, or \}/, 6],
    ["no value", "{a=}", /value in quotes/, 3],
    ["no operator", '{a "b"}', /expected =/, 3],
    ["an open quote", '{a="b}', /value in quotes/, 3],
    ["text after the end", '{a="b"} x', /nothing may follow/, 8],
    ["two names", "a b", /begins with \{/, 2],
  ];
  for (const [rule, text, fault, at] of faults) {
    it(`finds ${rule}`, () => {
      const result = parseQuery(text);
      assert.ok("fault" in result);
      assert.match(result.fault, fault);
      assert.equal(result.at, at);
    });
  }
});

describe("round trips", () => {
  const alphabet = [..."abZ_09 .:-/{}=~!,|\"'`\\\n\t\ré漢😀"];

  it("print and parse any query to itself", () => {
    const seed = 20_260_101;
    const random = randomOf(seed);
    const word = (): string =>
      Array.from({ length: 1 + random(8) }, () => alphabet[random(alphabet.length)] ?? "").join("");
    for (let round = 0; round < 500; round++) {
      const matchers = Array.from({ length: random(4) }, (): Matcher => {
        const operator = (["=", "!=", "=~", "!~"] as const)[random(4)] ?? "=";
        return { name: word(), operator, value: word() };
      });
      const query: Query = { profileType: random(3) === 0 ? "" : cpu, matchers };
      assert.deepEqual(parseQuery(printQuery(query)), query, `seed ${seed}, round ${round}: ${printQuery(query)}`);
    }
  });

  it("cut any text without loss, and never throw", () => {
    const seed = 7;
    const random = randomOf(seed);
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: random(20) }, () => alphabet[random(alphabet.length)] ?? "").join("");
      const joined = tokenize(text)
        .map((token) => token.text)
        .join("");
      assert.equal(joined, text, `seed ${seed}, round ${round}`);
      parseQuery(text);
    }
  });
});

describe("withLabel", () => {
  const matchers: readonly Matcher[] = [
    { name: "service_name", operator: "=", value: "a" },
    { name: "pod", operator: "=~", value: "b.*" },
  ];
  it("replaces in place", () => {
    const changed = withLabel(matchers, "service_name", "z");
    assert.deepEqual(
      changed.map((matcher) => matcher.value),
      ["z", "b.*"],
    );
  });
  it("adds and removes", () => {
    assert.equal(withLabel(matchers, "zone", "1").length, 3);
    assert.equal(withLabel(matchers, "pod", undefined).length, 1);
  });
  it("is read back only from equality", () => {
    assert.equal(labelValue(matchers, "service_name"), "a");
    assert.equal(labelValue(matchers, "pod"), undefined);
  });
});
