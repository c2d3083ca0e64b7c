import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError, type Label, labelsFrom, sortLabels } from "@basalt/model";
import { ingestLabels, normaliseLabels, validateLabels } from "./series-labels.ts";

function pairs(text: string): readonly Label[] {
  return text
    .split(" ")
    .filter((pair) => pair !== "")
    .map((pair) => ({ name: pair.split("=")[0] ?? "", value: pair.split("=")[1] ?? "" }));
}

function shown(labels: readonly Label[]): string {
  return sortLabels(labels)
    .map(({ name, value }) => `${name}=${value}`)
    .join(" ");
}

const ingested: readonly [name: string, given: string, labels: string][] = [
  ["the app becomes the service", "region=eu", "__name__=process_cpu pyroscope_spy=gospy region=eu service_name=shop"],
  ["a service given wins", "service_name=x", "__name__=process_cpu pyroscope_spy=gospy service_name=x"],
  [
    "private labels are dropped, all but the session",
    "__x=1 __session_id__=2",
    "__name__=process_cpu __session_id__=2 pyroscope_spy=gospy service_name=shop",
  ],
  ["__name__ overrides the metric", "__name__=mine", "__name__=mine pyroscope_spy=gospy service_name=shop"],
];
for (const [name, given, labels] of ingested) {
  test(`/ingest labels: ${name}`, () => {
    assert.equal(shown(ingestLabels("shop", pairs(given), "process_cpu", "gospy")), labels);
  });
}

const normalised: readonly [name: string, given: string, labels: string][] = [
  ["a missing service is unknown_service", "__name__=cpu", "__name__=cpu service_name=unknown_service"],
  [
    "godeltaprof_ is taken off",
    "__name__=godeltaprof_memory service_name=a",
    "__name__=memory __name_replaced__=godeltaprof_memory service_name=a",
  ],
  [
    "__delta__ and the session are stripped",
    "__name__=memory __delta__=false __session_id__=1 service_name=a",
    "__name__=memory service_name=a",
  ],
  [
    "wall with type cpu is process_cpu",
    "__name__=wall __type__=cpu service_name=a",
    "__name__=process_cpu __name_replaced__=wall service_name=a",
  ],
  [
    "reserved labels of a client are not taken",
    "__name__=m __profile_type__=x __unit__=y service_name=a",
    "__name__=m service_name=a",
  ],
];
for (const [name, given, labels] of normalised) {
  test(`stored labels: ${name}`, () => assert.equal(shown(normaliseLabels(pairs(given), 0)), labels));
}

const limits = { labelNamesMax: 3, labelNameLengthMax: 20, labelValueLengthMax: 5 };
const base = { __name__: "cpu", service_name: "a" };
const refused: readonly [name: string, labels: Record<string, string>, code: string][] = [
  ["none at all", {}, "labels_missing"],
  ["too many", { ...base, a: "1", b: "2" }, "label_count_limit"],
  ["no metric", { service_name: "a" }, "labels_invalid"],
  ["a metric that no query can name", { ...base, __name__: "a:b" }, "labels_invalid"],
  ["empty service", { __name__: "cpu", service_name: "" }, "labels_missing"],
  ["empty name", { ...base, "": "1" }, "labels_invalid"],
  ["long name", { ...base, [`a${"x".repeat(20)}`]: "1" }, "label_name_too_long"],
  ["long value, counted in bytes", { ...base, a: "ééé" }, "label_value_too_long"],
  ["lone surrogate", { ...base, a: "\ud800" }, "labels_invalid"],
];
for (const [name, labels, code] of refused) {
  test(`labels refused: ${name}`, () => {
    assert.throws(
      () => validateLabels(labelsFrom(labels), limits),
      (error) => error instanceof BasaltError && error.code === code,
    );
  });
}

test("a limit of 0 is no limit", () => {
  const off = { labelNamesMax: 0, labelNameLengthMax: 0, labelValueLengthMax: 0 };
  validateLabels(labelsFrom({ ...base, a: "x".repeat(9999), b: "", c: "é" }), off);
});

test("labels of a push that name one label twice are refused", () => {
  assert.throws(
    () => normaliseLabels(pairs("a=1 a=2"), 0),
    (error) => error instanceof BasaltError && error.code === "labels_duplicate",
  );
});

test("a session is folded into as many as the limit allows, or dropped when it is none", () => {
  const labels = (session: string): string =>
    shown(normaliseLabels(pairs(`service_name=a __session_id__=${session}`), 4));
  assert.equal(labels("0700000000000000"), "__session_id__=0300000000000000 service_name=a");
  assert.equal(labels("nonsense"), "service_name=a");
});
