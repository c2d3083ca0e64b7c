import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError, type ProfileColumns } from "@basalt/model";
import { bytesOf, sampleType, strings } from "../testing/wire-text.ts";
import { PprofDecoder } from "./decode.ts";
import { metricName } from "./metric-name.ts";
import { defaultSampleTypeConfig, parseSampleTypeConfig } from "./sample-type-config.ts";

function profileOf(...types: readonly string[]): ProfileColumns {
  return new PprofDecoder().decode(bytesOf(strings(...types), ...types.map((_, i) => sampleType(i + 1, 0))));
}

function configOf(text: string): ReturnType<typeof parseSampleTypeConfig> {
  return parseSampleTypeConfig(new TextEncoder().encode(text));
}

test("the metric follows from the sample types and what the client shows them as", () => {
  const block =
    '{"contentions":{"display-name":"block_count","units":"lock_samples"},"delay":{"display-name":"block_duration"}}';
  const cases: readonly (readonly [string, readonly string[], string, string])[] = [
    ["Go CPU, by default", ["samples", "cpu"], "", "process_cpu"],
    ["Go heap", ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"], "", "memory"],
    ["Node heap", ["objects", "space"], "", "memory"],
    ["Go mutex, by default", ["contentions", "delay"], "", "mutex"],
    ["Go block, by its configuration", ["contentions", "delay"], block, "block"],
    ["Go goroutines", ["goroutine"], '{"goroutine":{"display-name":"goroutines","units":"goroutines"}}', "goroutines"],
    ["wall wins wherever it stands", ["samples", "cpu", "wall"], "", "wall"],
    ["wall as a shown name does not", ["x"], '{"x":{"display-name":"wall"}}', "wall"],
    ["the first type with a metric wins", ["exceptions", "inuse_space", "cpu"], "", "memory"],
    ["else the last type", ["first", "second"], "", "second"],
    ["as shown", ["first", "second"], '{"second":{"display-name":"shown"}}', "shown"],
    ["an own configuration replaces the default", ["samples"], '{"other":{}}', "samples"],
    ["an empty shown name is none", ["inuse_space"], '{"inuse_space":{"display-name":""}}', "memory"],
    ["no types", [], "", ""],
  ];
  for (const [name, types, config, expected] of cases) {
    assert.equal(metricName(profileOf(...types), configOf(config)), expected, name);
  }
});

test("sample_type_config is a JSON object of objects, nonsense is refused", () => {
  assert.equal(configOf(""), defaultSampleTypeConfig);
  assert.equal(configOf("{}"), defaultSampleTypeConfig);
  const parsed = configOf(
    '{"cpu":{"units":"samples","sampled":true,"aggregation":"sum","display-name":null},"__proto__":{"units":"x"}}',
  );
  assert.deepEqual(
    [...parsed],
    [
      ["cpu", { displayName: "", units: "samples" }],
      ["__proto__", { displayName: "", units: "x" }],
    ],
  );
  const refused = [
    "{",
    "[]",
    "null",
    "7",
    '"x"',
    '{"a":1}',
    '{"a":[]}',
    '{"a":{"units":5}}',
    `{"a":"${"x".repeat(20_000)}"}`,
    "NaN",
  ];
  for (const text of refused) {
    assert.throws(
      () => configOf(text),
      (error) => error instanceof BasaltError && error.code === "request_malformed",
      text.slice(0, 30),
    );
  }
});
