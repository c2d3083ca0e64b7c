import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { bytesOf, content, number, packed, sample, sampleType, strings } from "../testing/wire-text.ts";
import { PprofDecoder } from "./decode.ts";
import { type ProfileLimits, validateProfile } from "./validate.ts";

const labelled = content(2, [...packed(2, [1]), ...content(3, number(2, 1)), ...content(3, number(2, 2))]);
const cpu: readonly number[] = [...strings("cpu", "ns"), ...sampleType(1, 2)];

test("a profile within its limits passes, and 0 is no limit", () => {
  const columns = new PprofDecoder().decode(bytesOf(cpu, labelled, sample([], [2])));
  for (const max of [0, 2, 100]) validateProfile(columns, { sampleCountMax: max, sampleLabelCountMax: max });
  validateProfile(new PprofDecoder().decode(bytesOf(cpu)), { sampleCountMax: 1, sampleLabelCountMax: 1 });
});

test("a profile over a limit is refused with the limit and its flag", () => {
  const none: ProfileLimits = { sampleCountMax: 0, sampleLabelCountMax: 0 };
  const two = bytesOf(cpu, labelled, sample([], [2]));
  const dashed = bytesOf(strings("alloc-space", "bytes"), sampleType(1, 2));
  const typed = (name: string, unit: string): Uint8Array => bytesOf(strings(name, unit), sampleType(1, 2));
  const period = (name: string, unit: string): Uint8Array =>
    bytesOf(cpu, [...content(6, name), ...content(6, unit)], content(11, [...number(1, 3), ...number(2, 4)]));
  // The same text, not the same string.
  const twice = bytesOf(strings("cpu", "ns", "cpu", "ns"), sampleType(1, 2), sampleType(3, 4));
  const cases: readonly (readonly [Uint8Array, ProfileLimits, string, RegExp])[] = [
    [bytesOf(), none, "profile_malformed", /no sample types/],
    [dashed, none, "profile_malformed", /"alloc-space" contains "-"/],
    [typed("c:d", "ns"), none, "profile_malformed", /sample type "c:d" contains ":"/],
    [typed("cpu", "e:f"), none, "profile_malformed", /sample unit "e:f" contains ":"/],
    [period("c:d", "ns"), none, "profile_malformed", /period type "c:d" contains ":"/],
    [period("cpu", "e:f"), none, "profile_malformed", /period unit "e:f" contains ":"/],
    [twice, none, "profile_malformed", /"cpu:ns" is there twice/],
    [
      two,
      { ...none, sampleCountMax: 1 },
      "profile_sample_limit",
      /2 samples, the limit is 1 \(-validation\.max-profile-stacktrace-samples\)/,
    ],
    [
      two,
      { ...none, sampleLabelCountMax: 1 },
      "profile_sample_label_limit",
      /sample 0 has 2 labels.*-stacktrace-sample-labels/,
    ],
  ];
  for (const [bytes, limits, code, message] of cases) {
    assert.throws(
      () => validateProfile(new PprofDecoder().decode(bytes), limits),
      (error) => error instanceof BasaltError && error.code === code && message.test(error.message),
      code,
    );
  }
});
