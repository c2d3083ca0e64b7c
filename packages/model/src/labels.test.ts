import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "./error.ts";
import { compareLabels, fingerprint, labelsFrom, sortLabels } from "./labels.ts";

test("labels are sorted and a name stands once", () => {
  assert.deepEqual(
    sortLabels([
      { name: "b", value: "2" },
      { name: "a", value: "1" },
    ]).map(({ name }) => name),
    ["a", "b"],
  );
  const twice = [
    { name: "a", value: "1" },
    { name: "a", value: "2" },
  ];
  assert.throws(
    () => sortLabels(twice),
    (error) => error instanceof BasaltError && error.code === "labels_duplicate",
  );
});

test("a fingerprint tells sets apart by where names and values end", () => {
  assert.equal(fingerprint(labelsFrom({ b: "2", a: "1" })), fingerprint(labelsFrom({ a: "1", b: "2" })));
  assert.notEqual(fingerprint(labelsFrom({ a: "bc" })), fingerprint(labelsFrom({ ab: "c" })));
});

test("a prefix sorts first", () => {
  assert.ok(compareLabels(labelsFrom({ a: "1" }), labelsFrom({ a: "1", b: "2" })) < 0);
  assert.ok(compareLabels(labelsFrom({ a: "2" }), labelsFrom({ a: "1", b: "2" })) > 0);
});
